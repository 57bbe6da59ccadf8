import type { ResultClaims } from '@countersign/protocol/result';
import { CountersignError } from '../error.ts';
import { newNonce } from '../nonce.ts';
import { stampFor } from './active-user.ts';
import { type LevelDemand, levelOf } from './level.ts';
import type { SignInRules } from './options.ts';
import type { SiteRefusal } from './respond.ts';
import type { BegunSignIn, PendingUser, SignedInUser, SignInState } from './session.ts';

/** As long as a sign-in in the widget may take, and a password of the site counts. */
const SIGN_IN_MS = 15 * 60_000;
/** The service wants a login request started within 120 s. */
const LOGIN_REQUEST_MS = 100_000;

type Rules = Pick<
  SignInRules<never>,
  'verifier' | 'client' | 'resource' | 'origin' | 'require' | 'acceptTest' | 'stampOf' | 'now'
>;

/**
 * The sign-in that the widget shall begin. After a reload it is the same one, so that a phone that discarded the page
 * continues at the same step.
 */
export async function beginOrContinue(
  { client, resource, now }: Pick<Rules, 'client' | 'resource' | 'now'>,
  state: SignInState,
  asked: LevelDemand | undefined,
): Promise<BegunSignIn> {
  const { begun, pending, user } = state;
  // After the password of the site the code is all that the service can add.
  const demand = pending ? undefined : asked;
  const needsRequest = pending !== undefined || (demand !== undefined && client !== undefined);
  if (begun && canContinue(begun, { demand, needsRequest, now: now() })) return begun;
  const nonce = newNonce();
  const at = now();
  const basis = { nonce, at, ...(demand && { demand }) };
  if (!needsRequest) return basis;
  const login = { resource, nonce };
  const request = pending
    ? { ...login, user: pending.user, passwordChecked: true }
    : { ...login, user: user?.id ?? '', previous: user?.jti ?? '', ...demand };
  if (!client) throw new CountersignError('OPTION_INVALID', '"client" is needed for a second factor alone.');
  const { loginRequest } = await client.createLoginRequest(request);
  return { ...basis, loginRequest };
}

/** A sign-in of the future is none: the clock went back. */
export function canContinue(
  begun: BegunSignIn,
  { demand, needsRequest, now }: { demand: LevelDemand | undefined; needsRequest: boolean; now: number },
): boolean {
  return (
    isWithin(now - begun.at, needsRequest ? LOGIN_REQUEST_MS : SIGN_IN_MS) &&
    (begun.loginRequest !== undefined) === needsRequest &&
    begun.demand?.acr === demand?.acr &&
    begun.demand?.maxAgeMs === demand?.maxAgeMs
  );
}

/**
 * Where the site checks passwords: whether it has checked that of this session, and the account may still sign in with it.
 * Without it even a right result signs no one in: it may be of a code alone.
 */
export async function isPasswordRight(
  { stampOf, now }: Pick<Rules, 'stampOf' | 'now'>,
  pending: PendingUser | undefined,
): Promise<boolean> {
  if (!stampOf) return true;
  if (!pending || !isWithin(now() - pending.passwordCheckedAt, SIGN_IN_MS)) return false;
  return (await stampFor({ stampOf }, pending.account)) === pending.stamp;
}

/** @throws CountersignError of the verifier or the client. */
export async function verifySignIn(
  rules: Rules,
  { state, begun, result }: { state: Omit<SignInState, 'begun'>; begun: BegunSignIn | undefined; result: unknown },
): Promise<{ user: SignedInUser; claims: ResultClaims } | SiteRefusal> {
  const { verifier, client, resource, origin, now } = rules;
  const { pending, user } = state;
  const demand = begun?.demand;
  if (!(await isPasswordRight(rules, pending))) return 'SECOND_FACTOR_ENDED';
  if (demand && !user) return 'SIGN_IN_REQUIRED';
  const nonce = begun && isWithin(now() - begun.at, SIGN_IN_MS) ? begun.nonce : '';
  const acceptTest = rules.acceptTest === true ? { acceptTest: true } : {};
  const claims = await verifier.verifyResult(result, {
    ...{ nonce, origin, ...demand, ...acceptTest },
    ...(rules.require?.acr && !pending && { acr: rules.require.acr }),
    requireOtp: rules.require?.otp ?? pending !== undefined,
  });
  // The nonce is the visitor's to see: a thief who knows the password could sign in with it as another user.
  const expected = pending?.user ?? (demand && user?.id);
  if (expected !== undefined && claims.sub !== expected) return 'RESULT_OF_ANOTHER_USER';
  await client?.consumeResult({ result: String(result), resource, nonce, ...acceptTest });
  // Once more: the password may have changed while the service was asked.
  if (!(await isPasswordRight(rules, pending))) return 'SECOND_FACTOR_ENDED';
  return { user: signedIn(claims, pending), claims };
}

function signedIn(claims: ResultClaims, pending: PendingUser | undefined): SignedInUser {
  const { sub: id, preferred_username: login, jti } = claims;
  const user = { id, login, jti };
  if (!pending) return { ...user, ...levelOf(claims) };
  const { account, stamp, passwordCheckedAt } = pending;
  return { ...user, ...levelOf(claims, Math.floor(passwordCheckedAt / 1000)), account, stamp };
}

function isWithin(elapsedMs: number, limitMs: number): boolean {
  return elapsedMs >= 0 && elapsedMs < limitMs;
}
