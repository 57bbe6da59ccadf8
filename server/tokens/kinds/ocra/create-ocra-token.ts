import type { TokenId } from '../../../kernel/ids.ts';
import type { SecretPorts } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { NewId } from '../../../store/records/create-object.ts';
import { newPin } from '../../pin.ts';
import { pinHashContext, seedContext } from '../../seed-context.ts';
import { readSpentSeed } from '../../spent-seeds.ts';
import { type NewPin, type NewTokenRecord, SECRET_BYTES, storeToken } from '../../store-token.ts';
import type { OcraToken } from '../../token.ts';
import type { CreatedToken } from '../kind-actions.ts';
import { base32Encode } from '../oath/base32.ts';
import { hashPin } from './answer.ts';
import { formatSuite, type OcraSuite } from './suite.ts';

export interface NewOcraToken extends NewTokenRecord {
  kind: 'ocra';
  /** From `enrolSuite`. */
  suite: OcraSuite;
  /** Suites with a counter: the next one. */
  counter: number;
  secret?: Uint8Array | undefined;
  /** Suites with time: the known drift of the device's clock, in steps. */
  driftSteps?: number | undefined;
  /** Typed before or after an answer. */
  pin?: NewPin | undefined;
  /** Suites with a PIN: the one that its owner types into the device. */
  suitePin?: string | undefined;
}

/**
 * Creates a token whose device answers questions (RFC 6287). The seed is returned once and stored sealed; so is the
 * hash of the PIN that goes into its answers, which a bare hash would not protect.
 */
export async function createOcraToken(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewOcraToken,
): Promise<Result<{ token: OcraToken; secret: Uint8Array }>> {
  const { account } = act.actor;
  const { id } = birth;
  const { suite, pin, suitePin } = input;
  if ((suite.pin === undefined) !== (suitePin === undefined)) {
    return refusal('INPUT_INVALID', { detail: 'suitePin: required for a suite with a PIN, and only there' });
  }
  const secret = input.secret ?? ports.random.bytes(SECRET_BYTES[suite.algorithm]);
  const factor: OcraToken['factor'] = { kind: 'ocra', suite: formatSuite(suite), driftSteps: input.driftSteps ?? 0 };
  const spent = input.secret && (await readSpentSeed(ports, account, factor, secret));
  const made = await storeToken(
    ports,
    act,
    birth,
    input,
    (record): OcraToken => ({
      ...record,
      factor,
      sealedSecret: ports.secrets.seal(secret, seedContext(account, id)),
      ...(suitePin !== undefined && {
        sealedPinHash: ports.secrets.seal(hashPin(suite, suitePin), pinHashContext(account, id)),
      }),
      nextCounter: Math.max(suite.counter ? input.counter : 0, spent?.nextCounter ?? 0),
      ...(spent?.needsResync && { needsResync: true as const }),
      ...(pin && { pin: newPin(ports, record, pin.digits, pin.position) }),
    }),
  );
  if (isRefusal(made)) return made;
  return { token: made.token, secret: ports.secrets.open(made.token.sealedSecret, seedContext(account, id)) };
}

/** The same for the API. */
export async function createByApi(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewOcraToken,
): Promise<Result<CreatedToken>> {
  const made = await createOcraToken(ports, act, birth, input);
  return isRefusal(made) ? made : { token: made.token, once: { secret: base32Encode(made.secret) } };
}
