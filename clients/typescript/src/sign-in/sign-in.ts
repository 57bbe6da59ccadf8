import type { ResultClaims } from '@countersign/protocol/result';
import { CountersignError } from '../error.ts';
import { newNonce } from '../nonce.ts';
import { activeUser, stampFor } from './active-user.ts';
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
  'verifier' | 'client' | 'resource' | 'origin' | 'require' | 'acceptTest' | 'stampOf' | 'isActive' | 'now'
>;
/** What a session holds of its visitor. */
type Known = Pick<SignInState, 'user' | 'pending'>;

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
 * Why no sign-in may go on: a step-up is the user's of this session, and where the site checks passwords every other
 * sign-in needs one that still holds. Without it even a right result signs no one in: it may be of a code alone.
 */
export async function refuseVisitor(
  rules: Pick<Rules, 'stampOf' | 'isActive' | 'now'>,
  known: Known,
  demand: LevelDemand | undefined,
): Promise<'SIGN_IN_REQUIRED' | 'SECOND_FACTOR_ENDED' | undefined> {
  const { pending } = known;
  if (pending) return (await isPasswordRight(rules, pending)) ? undefined : 'SECOND_FACTOR_ENDED';
  if (demand) return (await activeUser(rules, known)) ? undefined : 'SIGN_IN_REQUIRED';
  return rules.stampOf && 'SECOND_FACTOR_ENDED';
}

async function isPasswordRight(rules: Pick<Rules, 'stampOf' | 'now'>, pending: PendingUser): Promise<boolean> {
  if (!isWithin(rules.now() - pending.passwordCheckedAt, SIGN_IN_MS)) return false;
  return (await stampFor(rules, pending.account)) === pending.stamp;
}

/** @throws CountersignError of the verifier or the client. */
export async function verifySignIn(
  rules: Rules,
  { state, begun, result }: { state: Known; begun: BegunSignIn | undefined; result: unknown },
): Promise<{ user: SignedInUser; claims: ResultClaims } | SiteRefusal> {
  const { verifier, client, resource, origin, now } = rules;
  const { pending } = state;
  const demand = begun?.demand;
  const refusal = await refuseVisitor(rules, state, demand);
  if (refusal) return refusal;
  const nonce = begun && isWithin(now() - begun.at, SIGN_IN_MS) ? begun.nonce : '';
  const acceptTest = rules.acceptTest === true ? { acceptTest: true } : {};
  const claims = await verifier.verifyResult(result, {
    ...{ nonce, origin, ...demand, ...acceptTest },
    ...(rules.require?.acr && { acr: rules.require.acr }),
    requireOtp: rules.require?.otp ?? rules.stampOf !== undefined,
  });
  // The nonce is the visitor's to see: a thief who knows the password could sign in with it as another user.
  const before = demand && state.user;
  const expected = pending?.user ?? before?.id;
  if (expected !== undefined && claims.sub !== expected) return 'RESULT_OF_ANOTHER_USER';
  await client?.consumeResult({ result: String(result), resource, nonce, origin, ...acceptTest });
  // Once more: the account may have been blocked while the service was asked, or its password changed.
  const late = await refuseVisitor(rules, state, demand);
  if (late) return late;
  return { user: signedIn(claims, pending, before), claims };
}

function signedIn(
  claims: ResultClaims,
  pending: PendingUser | undefined,
  before: SignedInUser | undefined,
): SignedInUser {
  const { sub: id, preferred_username: login, jti } = claims;
  const checkedAt = pending && Math.floor(pending.passwordCheckedAt / 1000);
  const { account, stamp } = pending ?? before ?? {};
  return {
    ...{ id, login, jti, ...levelOf(claims, checkedAt) },
    ...(account !== undefined && { account }),
    ...(stamp !== undefined && { stamp }),
  };
}

function isWithin(elapsedMs: number, limitMs: number): boolean {
  return elapsedMs >= 0 && elapsedMs < limitMs;
}
