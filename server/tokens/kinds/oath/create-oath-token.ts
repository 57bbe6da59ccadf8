import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import { accountOf } from '../../../accounts/read-account.ts';
import type { TokenId } from '../../../kernel/ids.ts';
import type { SecretPorts } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { NewId } from '../../../store/records/create-object.ts';
import { readUser } from '../../../users/find-user.ts';
import { newPin } from '../../pin.ts';
import { seedContext } from '../../seed-context.ts';
import type { SpentSeed } from '../../spent-seed.ts';
import { readSpentSeed } from '../../spent-seeds.ts';
import { type NewPin, type NewTokenRecord, SECRET_BYTES, storeToken } from '../../store-token.ts';
import type { OathToken, OtpDigits } from '../../token.ts';
import type { CreatedToken } from '../kind-actions.ts';
import { base32Encode } from './base32.ts';
import { otpauthUri } from './otpauth.ts';
import { provePossession } from './prove-possession.ts';

export interface NewOathToken extends NewTokenRecord {
  kind: 'totp' | 'hotp';
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  periodMs: number;
  /** HOTP: the next counter. */
  counter: number;
  /** Given if the device already exists; otherwise generated here. */
  secret?: Uint8Array | undefined;
  /** TOTP: the known drift of the device's clock, in steps. */
  driftSteps?: number | undefined;
  pin?: NewPin | undefined;
  /** A code that the device shows, as a proof of possession; used up by it. */
  shown?: string | undefined;
}

/** Creates a token that shows its own codes. The seed is returned once and stored sealed (SR-21, SR-23). */
export async function createOathToken(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewOathToken,
): Promise<Result<{ token: OathToken; secret: Uint8Array }>> {
  const { account } = act.actor;
  const { id } = birth;
  const secret = input.secret ?? ports.random.bytes(SECRET_BYTES[input.algorithm]);
  const { pin } = input;
  const factor: OathToken['factor'] =
    input.kind === 'totp'
      ? { kind: 'totp', periodMs: input.periodMs, driftSteps: input.driftSteps ?? 0 }
      : { kind: 'hotp' };
  // A generated seed is new.
  const spent = input.secret && (await readSpentSeed(ports, account, factor, secret));
  const nextCounter = placeOf({ ...input, factor }, secret, spent, ports.clock.now());
  if (nextCounter === undefined) return refusal('OTP_WRONG');
  const made = await storeToken(
    ports,
    act,
    birth,
    input,
    (record): OathToken => ({
      ...record,
      factor,
      algorithm: input.algorithm,
      digits: input.digits,
      sealedSecret: ports.secrets.seal(secret, seedContext(account, id)),
      nextCounter,
      ...(spent?.needsResync && { needsResync: true as const }),
      ...(pin && { pin: newPin(ports, record, pin.digits, pin.position) }),
    }),
  );
  if (isRefusal(made)) return made;
  // Repeated with the same Idempotency-Key, returns the first seed.
  return { token: made.token, secret: ports.secrets.open(made.token.sealedSecret, seedContext(account, id)) };
}

/** The first counter of a new token; undefined if the proof of possession is not its code. */
function placeOf(
  { factor, algorithm, digits, counter, shown }: NewOathToken & Pick<OathToken, 'factor'>,
  secret: Uint8Array,
  spent: SpentSeed | undefined,
  now: number,
): number | undefined {
  const nextCounter = Math.max(factor.kind === 'hotp' ? counter : 0, spent?.nextCounter ?? 0);
  if (shown === undefined) return nextCounter;
  return provePossession({ factor, algorithm, digits, nextCounter }, secret, shown, now);
}

/**
 * Creates a token for the API, which returns its seed and the text of a QR code. Authenticator apps show the name of the
 * account as its issuer.
 */
export async function createByApi(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewOathToken,
): Promise<Result<CreatedToken>> {
  const made = await createOathToken(ports, act, birth, input);
  if (isRefusal(made)) return made;
  const { token, secret } = made;
  const owner = token.owner && (await readUser(ports, act.actor.account, token.owner));
  const account = owner ? owner.login : token.name;
  const home = await accountOf(ports, act);
  const issuer = isRefusal(home) ? '' : home.account.name;
  const uri = otpauthUri({ issuer, account, token, secret });
  return { token, once: { secret: base32Encode(secret), otpauthUri: uri } };
}
