import { referenceTo } from '../kernel/actor.ts';
import type { TokenId, UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { createObject, type NewId } from '../records/create-object.ts';
import { readUser } from '../users/find-user.ts';
import { disown } from './disown-token.ts';
import { tokenDocument } from './documents.ts';
import { provePossession } from './kinds/oath/prove-possession.ts';
import { hashPin } from './kinds/ocra/answer.ts';
import { formatSuite, type OcraSuite } from './kinds/ocra/suite.ts';
import { newRecoverySet } from './kinds/recovery/verify-recovery.ts';
import { newPin } from './pin.ts';
import type { ProtectimusType } from './protectimus-types.ts';
import { pinHashContext, seedContext } from './seed-context.ts';
import type { SpentSeed } from './spent-seed.ts';
import { readSpentSeed } from './spent-seeds.ts';
import type { OathToken, OcraToken, OtpAlgorithm, OtpDigits, RecoveryToken, Token, TokenPin } from './token.ts';
import { rememberToken } from './token-history.ts';
import { validateNewToken } from './validate-new-token.ts';

/** The input common to every kind. */
export interface NewTokenRecord {
  name: string;
  serial?: string | undefined;
  owner?: UserId | undefined;
  expiresAt?: number | undefined;
  /** The first epoch of the token; 0, the default, for an id that was never used. */
  epoch?: number | undefined;
  /** Its type in the Protectimus dialect. */
  madeAs?: ProtectimusType | undefined;
}

export interface NewPin {
  /** Four digits. */
  digits: string;
  position: TokenPin['position'];
}

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

export interface NewRecoveryToken extends NewTokenRecord {
  kind: 'recovery';
}

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

export type TokenNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/** RFC 4226 R6 recommends 160 bits; the longer hashes get seeds of their own length (RFC 6238 1.2). */
const SECRET_BYTES: Record<OtpAlgorithm, number> = { SHA1: 20, SHA256: 32, SHA512: 64 };

/** Creates a token that shows its own codes. The seed is returned once and stored sealed (SR-21, SR-23). */
export async function createToken(
  ports: TokenNeeds,
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
 * Creates a token whose device answers questions (RFC 6287). The seed is returned once and stored sealed; so is the
 * hash of the PIN that goes into its answers, which a bare hash would not protect.
 */
export async function createOcraToken(
  ports: TokenNeeds,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewOcraToken,
): Promise<Result<{ token: OcraToken; secret: Uint8Array }>> {
  const { account } = act.actor;
  const { id } = birth;
  const { suite, pin, suitePin } = input;
  if ((suite.pin === undefined) !== (suitePin === undefined)) {
    return refusal('INPUT_INVALID', { detail: 'suitePin: there exactly if the suite has a PIN' });
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

/** Creates a set of recovery codes, shown once. They replace a token, so they need an owner. */
export async function createRecoveryCodes(
  ports: TokenNeeds,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewRecoveryToken,
): Promise<Result<{ token: RecoveryToken; codes: string[] }>> {
  if (input.owner === undefined) return refusal('INPUT_INVALID', { detail: 'owner: whose codes they are' });
  const { codes, macs } = newRecoverySet(ports, { account: act.actor.account, id: birth.id }, birth.madeWith);
  const made = await storeToken(
    ports,
    act,
    birth,
    input,
    (record): RecoveryToken => ({ ...record, factor: { kind: 'recovery', macs } }),
  );
  return isRefusal(made) ? made : { token: made.token, codes };
}

type TokenRecord = Omit<RecoveryToken, 'factor'>;

/**
 * Everything that creating a token of any kind needs: rights, the record, the commit, and an owner who still exists.
 */
export async function storeToken<T extends Token>(
  ports: TokenNeeds,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewTokenRecord,
  complete: (record: TokenRecord) => T,
): Promise<Result<{ token: T }>> {
  const { id } = birth;
  const { account } = act.actor;
  const refused = await validateNewToken(ports, act, input);
  if (refused) return refused;
  const token = complete({
    id,
    account,
    name: input.name,
    ...(input.serial !== undefined && { serial: input.serial }),
    nextCounter: 0,
    ...(input.owner !== undefined && { owner: input.owner }),
    epoch: input.epoch ?? 0,
    enabled: true,
    failures: 0,
    ...(input.expiresAt !== undefined && { expiresAt: input.expiresAt }),
    directResources: [],
    ...(input.madeAs !== undefined && { madeAs: input.madeAs }),
    createdAt: ports.clock.now(),
    createdBy: referenceTo(act.actor),
  });
  const made = await createObject(ports, act, 'token.created', birth, tokenDocument.key(id), token as Token);
  if (isRefusal(made)) return made;
  // A user who was deleted meanwhile owns nothing; the token then has no owner, like their earlier ones.
  const { owner } = made.created;
  if (owner !== undefined && !(await readUser(ports, account, owner))) {
    await disown(ports, act, account, id, owner);
    return refusal('USER_NOT_FOUND');
  }
  if (owner !== undefined) await rememberToken(ports, made.created, owner);
  return { token: made.created as T };
}
