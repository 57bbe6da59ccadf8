import type { AppView, EnrolView, FlowView } from '@countersign/protocol/flow';
import { encode } from 'uqr';
import type { AppMaking, Making } from '../flows/enrolling.ts';
import type { Flow, FlowAt } from '../flows/flow.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { base32Encode } from '../tokens/kinds/oath/base32.ts';
import { otpauthUri } from '../tokens/kinds/oath/otpauth.ts';
import type { PasskeyNeeds } from '../tokens/kinds/passkey/new-challenge.ts';
import { describePasskey } from '../tokens/kinds/passkey/start-passkey-registration.ts';
import { newRecoverySet } from '../tokens/kinds/recovery/verify-recovery.ts';
import { maskedAddress, untilResendMs } from '../tokens/kinds/sent/out-of-band-code.ts';
import { seedContext } from '../tokens/seed-context.ts';
import type { OathToken } from '../tokens/token.ts';

/** Every authenticator app knows these. */
export const APP_TOKEN: Pick<OathToken, 'factor' | 'algorithm' | 'digits'> = {
  factor: { kind: 'totp', periodMs: 30_000, driftSteps: 0 },
  algorithm: 'SHA1',
  digits: 6,
};

type Needs = Pick<Ports, 'store' | 'clock' | 'secrets'> & PasskeyNeeds;

/** The view of an unfinished token, also after the phone reloads the page (SR-23). */
export async function showEnrolment(ports: Needs, flow: FlowAt<'enrol'>): Promise<EnrolView> {
  const { kinds, making, mayWait, until } = flow.enrolling;
  const frame = { kinds, mayWait, ...(until !== undefined && { until }) };
  if (!making) return frame;
  switch (making.kind) {
    case 'totp':
      return { ...frame, ...(await showApp(ports, flow, making)) };
    case 'webauthn': {
      const creation = await describePasskey(ports, { account: flow.account, id: flow.user }, making);
      // The user is gone: the next response reports it.
      return creation ? { ...frame, kind: 'webauthn', creation } : frame;
    }
    case 'sms':
    case 'email':
      return { ...frame, kind: making.kind, ...(making.onRecord !== undefined && { to: making.onRecord }) };
  }
}

/** Where its first code was sent. */
export function showSending(making: Making | undefined, now: number): FlowView['sent'] {
  if ((making?.kind !== 'sms' && making?.kind !== 'email') || !making.sent) return undefined;
  const { to, expiresAt, resendAt } = making.sent;
  return { to: maskedAddress({ kind: making.kind, to }), expiresAt, resendAfterMs: untilResendMs(resendAt, now) };
}

/** The text that an app reads. */
async function showApp(ports: Needs, flow: FlowAt<'enrol'>, making: AppMaking): Promise<AppView> {
  const [resource] = await ports.store.getMany([resourceDocument.key(flow.resource)], ports.clock.now());
  const secret = openSeed(ports, flow, making);
  const label = { issuer: resource?.value.name ?? '', account: flow.login };
  const uri = otpauthUri({ ...label, token: { ...APP_TOKEN, nextCounter: 0 }, secret });
  return { kind: 'totp', secret: base32Encode(secret), uri, qr: drawQr(uri) };
}

export function openSeed(
  ports: Pick<Ports, 'secrets'>,
  { account }: Pick<Flow, 'account'>,
  { token, sealedSecret }: AppMaking,
): Uint8Array {
  return callDependency('opening a seed', () => ports.secrets.open(sealedSecret, seedContext(account, token)));
}

/**
 * The recovery codes created with a token. They are derived from the enrolment, so that its user can see them until
 * they confirm them, and only their MACs are stored.
 */
export function recoveryCodesOf(
  ports: Pick<Ports, 'random' | 'secrets'>,
  { id, account }: Pick<Flow, 'id' | 'account'>,
  recovery: TokenId,
): { codes: string[]; macs: string[] } {
  return newRecoverySet(ports, { account, id: recovery }, `enrolment/${id}`);
}

/** The dark modules as one path, row by row: only shapes, so that the page inserts no markup. */
function drawQr(text: string): AppView['qr'] {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  let path = '';
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from} ${y}h${x - from + 1}v1H${from}z`;
    }
  }
  return { size, path };
}
