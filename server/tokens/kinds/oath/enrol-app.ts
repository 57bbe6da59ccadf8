import type { AppView } from '@countersign/protocol/flow';
import { encode } from 'uqr';
import { callDependency } from '../../../kernel/dependency.ts';
import type { AccountId, TokenId } from '../../../kernel/ids.ts';
import type { Ports, SecretPorts } from '../../../kernel/ports/ports.ts';
import { createEvent } from '../../../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../../../kernel/result.ts';
import { reindex } from '../../../store/index-entries.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { tokenDocument } from '../../documents.ts';
import { advanceCounter } from '../../lockout.ts';
import { newRecord } from '../../new-record.ts';
import { ownTokenName } from '../../own-token-name.ts';
import { seedContext } from '../../seed-context.ts';
import { SECRET_BYTES } from '../../store-token.ts';
import { isOath, type OathToken } from '../../token.ts';
import type { Enroller, FirstProof, KindEnrolment, TokenDraft } from '../kind-enrolment.ts';
import { base32Encode } from './base32.ts';
import { otpauthUri } from './otpauth.ts';
import { stepOutside, verifyOtp } from './verify-otp.ts';

export interface AppDraft extends TokenDraft {
  kind: 'totp';
  /** Sealed for the id of the future token. */
  sealedSecret: string;
}

/** Every authenticator app knows these. */
export const APP_TOKEN: Pick<OathToken, 'factor' | 'algorithm' | 'digits'> = {
  factor: { kind: 'totp', periodMs: 30_000, driftSteps: 0 },
  algorithm: 'SHA1',
  digits: 6,
};

/** A user sets up an authenticator app with TOTP. */
export const appEnrolment: KindEnrolment<AppDraft> = {
  proof: 'otp',
  isAvailable: () => true,
  start: (ports, kind, token, { account }) => ({ kind, ...newAppSeed(ports, account, token) }),
  async show(ports, draft, of) {
    const { secret, uri } = appText(ports, draft, of);
    return { kind: 'totp', secret, uri, qr: drawQr(uri) };
  },
  create: createApp,
};

/** A seed for a future token. */
export type AppSeed = Pick<AppDraft, 'token' | 'sealedSecret'>;

export function newAppSeed(ports: Pick<Ports, 'random' | 'secrets'>, account: AccountId, token: TokenId): AppSeed {
  const seed = ports.random.bytes(SECRET_BYTES[APP_TOKEN.algorithm]);
  const sealedSecret = callDependency('sealing a seed', () => ports.secrets.seal(seed, seedContext(account, token)));
  return { token, sealedSecret };
}

/** The text that an app reads, and the seed in base32. Shown only until the token exists (SR-23). */
export function appText(
  ports: Pick<Ports, 'secrets'>,
  draft: AppSeed,
  { account, login, site }: { account: AccountId; login: string; site: string },
): { secret: string; uri: string } {
  const secret = openAppSeed(ports, account, draft);
  const uri = otpauthUri({ issuer: site, account: login, token: { ...APP_TOKEN, nextCounter: 0 }, secret });
  return { secret: base32Encode(secret), uri };
}

export function openAppSeed(
  ports: Pick<Ports, 'secrets'>,
  account: AccountId,
  { token, sealedSecret }: AppSeed,
): Uint8Array {
  return callDependency('opening a seed', () => ports.secrets.open(sealedSecret, seedContext(account, token)));
}

/** Stores the app token. If a failed attempt has stored it already, its code is still used up. */
function createApp(
  ports: SecretPorts,
  own: Enroller,
  draft: AppDraft,
  proof: FirstProof,
): Promise<Result<{ token: OathToken }>> {
  const { act, flow } = own;
  const otp = 'otp' in proof ? proof.otp : '';
  const secret = openAppSeed(ports, flow.account, draft);
  const key = tokenDocument.key(draft.token);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ token: OathToken }>> => {
    const before = stored?.value;
    if (before && !isOath(before)) return { answer: refusal('CONTENTION') };
    const known: OathToken = before ?? {
      ...newRecord(own, { id: draft.token, name: ownTokenName(own.names, 'totp') }, now),
      ...APP_TOKEN,
      sealedSecret: draft.sealedSecret,
    };
    const judged = verifyOtp(known, secret, otp, now);
    if (judged.verdict === 'replayed') return { answer: refusal('OTP_REPLAYED') };
    // The user holds the seed, so a message about clock drift reveals nothing new.
    if (judged.verdict === 'wrong') return { answer: wrongCode(known, secret, otp, now) };
    const token = advanceCounter(known, judged.counter);
    const event = createEvent(act, { type: 'token.created', subject: token.id }, now);
    return {
      answer: { token },
      write: {
        put: [{ key, value: token }],
        index: reindex(key, before, token),
        ...(before === undefined && { append: [event] }),
      },
    };
  });
}

function wrongCode(token: OathToken, secret: Uint8Array, otp: string, now: number): Refusal {
  return refusal(stepOutside(token, secret, otp, now) === undefined ? 'OTP_WRONG' : 'OTP_CLOCK_OFF');
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
