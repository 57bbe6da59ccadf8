import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { OtpUse } from '@countersign/protocol/result';
import type { TokenKind } from '@countersign/protocol/tokens';
import { firstLoginDocument } from '../accounts/documents.ts';
import type { EventDraft, Method } from '../kernel/event.ts';
import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { mayAuthenticateOn } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Json, RawKey } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { acceptedKinds, type Resource } from '../resources/resource.ts';
import { recordOnce } from '../store/record-once.ts';
import type { RequestStore } from '../store/request-ports.ts';
import { forRequest, type RequestPorts } from '../store/request-ports.ts';
import { newOperation } from '../store/transact.ts';
import { apiScope } from '../tokens/challenge.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { assignedTokenKeys } from '../tokens/load-assigned-tokens.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import { userDocument } from '../users/documents.ts';
import { nameKey } from '../users/find-user.ts';
import type { User } from '../users/user.ts';
import { type Breach, lookUpPassword, recordBreach, withBreach } from './breached-password.ts';
import { type CorrectPassword, countUserAttempt } from './check-password.ts';
import { confirmByFactor, confirmsUser } from './confirm-user.ts';
import { decideFactors, denialCode, denyKnownPassword } from './decide-factors.ts';
import { decoyAttempt } from './decoy-attempt.ts';
import { decoyForUnknownUser } from './decoy-for-unknown-user.ts';
import { locateTyped } from './locate-typed.ts';
import { accessKeys, readAccess } from './read-access.ts';
import { readLimitedToken } from './read-limited-tokens.ts';
import { makeUpFor, rememberedReads, rememberReads } from './remembered-reads.ts';
import { acceptedKindsFrom, factorStates } from './second-factor.ts';
import { type SecondFactorEvent, verifySecondFactor, verifyUserFactor } from './verify-second-factor.ts';

type ProcessNeeds = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'geo' | 'breachedPasswords' | 'reportFault'
>;
type Needs = RequestPorts<ProcessNeeds>;

/** An authentication requested by a host's backend, which names the method. */
export type AuthenticationRequest = {
  resource: ResourceId;
  /** The user's address as the host saw it. Never the host's own. */
  address?: string;
} & (
  | { method: 'password'; user: string; password: string }
  | ({ method: 'otp'; user: string } & SubmittedFactors)
  /** Without a code: a user who still needs one is told so after the password. */
  | ({ method: 'password-otp'; user: string; password: string } & SubmittedFactors)
  | { method: 'token'; token: TokenId; otp: string }
);

/** The second factor: digits, or a recovery code instead. */
export interface SubmittedFactors {
  otp?: string | undefined;
  recoveryCode?: string | undefined;
}

interface AuthenticationResult {
  method: Method;
  user?: { id: UserId; login: string };
  token?: TokenId;
  /** The kind of the token. */
  kind?: TokenKind;
  /** A PIN was part of the code. */
  pin?: true;
  /** The host's backend has no browser to trust. */
  otp: Exclude<OtpUse, 'remembered'>;
  /** The password is a breached one, and the resource warns of it. */
  passwordBreached?: true;
}

/**
 * Decides one authentication by the four methods. Until the password is verified, every refusal about the user is
 * INVALID_CREDENTIALS (SR-17); after it the real reason may be returned.
 *
 * Every evaluated attempt has one event, appended with the commit that decides it (SR-34). An attempt refused without
 * evaluation (OVERLOADED, TOO_MANY_ATTEMPTS) has none.
 *
 * @param store of the request, if that has read what {@link authenticationKeys} names with the API key
 */
export async function authenticate(
  ports: ProcessNeeds,
  act: RequestContext,
  request: AuthenticationRequest,
  store?: RequestStore,
): Promise<Result<AuthenticationResult>> {
  if (!mayAuthenticateOn(act.actor, request.resource)) return refusal('SCOPE_MISSING');
  const own = forRequest(ports, store);
  const named = authenticationKeys(ports.store, act.actor.account, request);
  if (!store) await own.store.readAhead(named, ports.clock.now());
  const verdict = await decide(own, act, request);
  if (isRefusal(verdict)) {
    const { audit: _audit, ...answer } = verdict;
    return answer;
  }
  void recordOnce(ports, firstLoginDocument.key(act.actor.account));
  return verdict;
}

async function decide(
  ports: Needs,
  act: RequestContext,
  request: AuthenticationRequest,
): Promise<Result<AuthenticationResult>> {
  const { account } = act.actor;
  // Both are only read here, so read them together; the user may not exist.
  const [access, user] = await Promise.all([
    readAccess(ports, request.resource, request.address, account),
    request.method === 'otp' ? locateTyped(ports, account, request.user) : undefined,
  ]);
  const attempt = new Attempt(ports, act, request);
  if (isRefusal(access)) {
    if (access.refused !== 'RESOURCE_NOT_FOUND') await attempt.refused(access);
    return access;
  }
  // A result would be about real passwords and tokens, which a test resource must not use.
  if (access.resource.testMode !== undefined) return refusal('TEST_RESOURCE');
  switch (request.method) {
    case 'password':
    case 'password-otp': {
      const answer = request.method === 'password-otp' ? secondAnswerOf(request) : undefined;
      return answer === undefined
        ? authenticateWithPassword(ports, attempt, access.resource, request)
        : authenticateWithPasswordAndOtp(ports, attempt, access.resource, request, answer);
    }
    case 'otp':
      return authenticateWithOtp(ports, attempt, access.resource, user, request);
    case 'token':
      return authenticateWithToken(ports, attempt, access.resource, request);
  }
}

/** What a request alone says will be read. */
export function authenticationKeys(
  store: Ports['store'],
  account: AccountId,
  named: { resource: ResourceId | undefined; user?: string | undefined; token?: TokenId | undefined },
): RawKey[] {
  const { resource, user, token } = named;
  const name = user === undefined ? undefined : nameKey(account, user);
  return [
    ...(resource === undefined ? [] : accessKeys(resource, account)),
    ...(name === undefined ? [] : [name]),
    ...(name === undefined || resource === undefined ? [] : rememberedReads(store, resource, name)),
    ...(token === undefined ? [] : [tokenDocument.key(token)]),
  ];
}

type By<M extends Method> = Extract<AuthenticationRequest, { method: M }>;
type PasswordRequest = By<'password'> | By<'password-otp'>;

/** One attempt and its event. The event names a user only once one is known. */
class Attempt {
  readonly #ports: Needs;
  readonly act: RequestContext;
  readonly #request: AuthenticationRequest;

  constructor(ports: Needs, act: RequestContext, request: AuthenticationRequest) {
    const { address: _own, ...rest } = act;
    this.#ports = ports;
    this.act = { ...rest, ...omitUndefined({ address: request.address }) };
    this.#request = request;
  }

  get account() {
    return this.act.actor.account;
  }

  event(draft: Omit<EventDraft, 'type'>): Json {
    const { resource, method } = this.#request;
    return createEvent(this.act, { type: 'authentication', resource, method, ...draft }, this.#ports.clock.now());
  }

  /** The event of a code check. */
  otp(subject: UserId | TokenId, factors: ('password' | 'otp')[], outcome: SecondFactorEvent): Json {
    if ('refused' in outcome) {
      return this.event({ outcome: 'refused', reason: outcome.refused, subject, related: outcome.tokens, factors });
    }
    const passed = { outcome: 'granted', subject, otp: outcome.otp } as const;
    return outcome.otp === 'verified'
      ? this.event({ ...passed, related: [outcome.token], factors: [...factors, 'otp'] })
      : this.event({ ...passed, factors });
  }

  /** The event of a password that was wrong, or not evaluated. */
  wrongPassword({ refused, audit }: Refusal): Json {
    const reason = audit?.reason ?? refused;
    return this.event({ outcome: 'refused', reason, ...omitUndefined({ subject: audit?.about }) });
  }

  /** The event of a right password that ends the attempt. */
  rightPassword({ id: subject }: User, outcome: Result<AuthenticationResult>): Json {
    const factors = ['password'] as 'password'[];
    if (!isRefusal(outcome)) return this.event({ outcome: 'granted', subject, factors, otp: outcome.otp });
    const { refused: reason, audit } = outcome;
    return this.event({ outcome: 'refused', reason, subject, related: [...(audit?.tokens ?? [])], factors });
  }

  /** A refusal without a commit of its own. */
  async refused({ refused }: Refusal, subject?: UserId): Promise<void> {
    const draft = { outcome: 'refused', reason: refused, ...omitUndefined({ subject }) } as const;
    await decoyAttempt(this.#ports, this.event(draft));
  }
}

async function authenticateWithOtp(
  ports: Needs,
  attempt: Attempt,
  resource: Resource,
  user: User | undefined,
  request: By<'otp'>,
): Promise<Result<AuthenticationResult>> {
  const answer = secondAnswerOf(request) ?? { kind: 'code', otp: '' };
  if (!user) {
    const event = attempt.event({ outcome: 'refused', reason: 'INVALID_CREDENTIALS' });
    await decoyForUnknownUser(ports, attempt.account, request.user, answer, event);
    return refusal('INVALID_CREDENTIALS');
  }
  const createEvent = (outcome: SecondFactorEvent) => attempt.otp(user.id, [], outcome);
  const scope = apiScope(resource.id, user);
  const keys = assignedTokenKeys(user, resource.id);
  const saved = {
    user: user.id !== request.user && ports.store.knows([userDocument.key(user.id)]),
    tokens: ports.store.knows(keys),
  };
  const beforeRefusal = (hasWaited: boolean) =>
    makeUpFor(ports, { user: saved.user, tokens: saved.tokens && !hasWaited });
  const name = request.user;
  const asked = { method: 'otp', user, name, way: 'api', resource, answer, scope, beforeRefusal } as const;
  const outcome = await verifyUserFactor(ports, asked, createEvent);
  if (isRefusal(outcome)) {
    return outcome.refused === 'OTP_REPLAYED' ? outcome : refusal('INVALID_CREDENTIALS');
  }
  if (!saved.tokens) rememberReads(ports.store, resource.id, nameKey(attempt.account, name), keys);
  return { method: 'otp', user: publicUser(user), ...outcome };
}

/** Verifies the password alone, also where a second factor may be needed and none was given. Reads again as below. */
async function authenticateWithPassword(
  ports: Needs,
  attempt: Attempt,
  known: Resource,
  request: PasswordRequest,
): Promise<Result<AuthenticationResult>> {
  const counted = await countTyped(ports, attempt, known, request);
  if (isRefusal(counted)) return counted;
  let passed: Result<AuthenticationResult>;
  let event: Json | undefined;
  try {
    const right = await counted.verify(request.password);
    if (isRefusal(right)) {
      event = attempt.wrongPassword(right);
      return right;
    }
    const access = await readAccess(ports, known.id, request.address, attempt.account);
    passed = isRefusal(access) ? access : withPasswordAlone(ports, request, { ...right, ...access, breach: 'none' });
    if (!isRefusal(access) && !isRefusal(passed)) {
      const first = await lookUpPassword(ports, counted, right, access.resource, request);
      passed = isRefusal(first) ? first : withPasswordAlone(ports, request, first);
    }
    event = attempt.rightPassword(right.user, passed);
  } finally {
    await counted.close(event);
  }
  return isRefusal(passed) ? passed : reportBreach(ports, attempt, known, passed);
}

/** Verifies the password, reads again everything that may have changed during the hash, then verifies the code. */
async function authenticateWithPasswordAndOtp(
  ports: Needs,
  attempt: Attempt,
  known: Resource,
  request: PasswordRequest,
  answer: SecondAnswer,
): Promise<Result<AuthenticationResult>> {
  const counted = await countTyped(ports, attempt, known, request);
  if (isRefusal(counted)) return counted;
  let first: { user: User; resource: Resource; breach: Breach };
  let event: Json | undefined;
  try {
    const right = await counted.verify(request.password);
    if (isRefusal(right)) {
      event = attempt.wrongPassword(right);
      return right;
    }
    const access = await readAccess(ports, known.id, request.address, attempt.account);
    const looked = isRefusal(access) ? access : await lookUpPassword(ports, counted, right, access.resource, request);
    if (isRefusal(looked)) {
      event = attempt.rightPassword(right.user, looked);
      return looked;
    }
    first = looked;
  } finally {
    await counted.close(event);
  }
  const { user, resource, breach } = first;
  const createEvent = (outcome: SecondFactorEvent) =>
    attempt.otp(user.id, ['password'], breach === 'refused' ? refusedByBreach(outcome) : outcome);
  const asked = { method: 'password-otp' as const, user, resource, answer, scope: apiScope(resource.id, user) };
  const outcome = await verifyUserFactor(ports, { ...asked, way: 'api' }, createEvent);
  if (isRefusal(outcome)) return outcome;
  const passed = withBreach({ method: 'password-otp' as const, user: publicUser(user), ...outcome }, breach);
  if (isRefusal(passed)) return passed;
  if (confirmsUser(outcome)) {
    const confirmed = confirmByFactor(ports, attempt.act, user, passwordDigest(user));
    await confirmed.catch((error: unknown) => ports.reportFault('confirming a user', error));
  }
  return reportBreach(ports, attempt, resource, passed);
}

function countTyped(
  ports: Needs,
  { account }: Attempt,
  known: Resource,
  { resource, user: name, address }: PasswordRequest,
) {
  const readAgain = accessKeys(resource, account, known);
  return countUserAttempt(ports, { account, resource, name, address, way: 'api', readAgain });
}

function refusedByBreach(outcome: SecondFactorEvent): SecondFactorEvent {
  if ('refused' in outcome) return outcome;
  return { refused: 'PASSWORD_CHANGE_REQUIRED', tokens: outcome.otp === 'verified' ? [outcome.token] : [] };
}

async function reportBreach(
  ports: Needs,
  attempt: Attempt,
  resource: Resource,
  passed: AuthenticationResult,
): Promise<AuthenticationResult> {
  if (!passed.passwordBreached || !passed.user) return passed;
  const recorded = recordBreach(ports, attempt.act, passed.user.id, resource);
  await recorded.catch((error: unknown) => ports.reportFault('recording a breach', error));
  return passed;
}

/** Right password, no code: enough if the method asks for none, or for a user whose tokens are all deactivated. */
function withPasswordAlone(
  ports: Needs,
  { method }: PasswordRequest,
  { user, tokens, resource, breach }: CorrectPassword & { resource: Resource; breach: Breach },
): Result<AuthenticationResult> {
  const states = factorStates(tokens, acceptedKindsFrom(user, resource), ports.clock.now(), 'api');
  const factors = denyKnownPassword(decideFactors(method, states), user);
  if (factors.kind === 'deny')
    return refusal(denialCode(factors.reason, user), {}, { tokens: tokens.map(({ id }) => id) });
  if (factors.otp) return refusal(factors.recoveryOnly ? 'RECOVERY_CODE_REQUIRED' : 'OTP_REQUIRED');
  return withBreach({ method, user: publicUser(user), otp: factors.otpSkipped ? 'skipped' : 'not_used' }, breach);
}

async function authenticateWithToken(
  ports: Needs,
  attempt: Attempt,
  resource: Resource,
  request: By<'token'>,
): Promise<Result<AuthenticationResult>> {
  const key = tokenDocument.key(request.token);
  const [token] = await ports.store.getMany([key], ports.clock.now());
  if (token?.value.account !== attempt.account || !token.value.directResources.includes(resource.id)) {
    const event = attempt.event({ outcome: 'refused', reason: 'INVALID_CREDENTIALS' });
    await decoyForUnknownUser(ports, attempt.account, request.token, { kind: 'code', otp: request.otp }, event);
    return refusal('INVALID_CREDENTIALS');
  }
  const { owner } = token.value;
  const [user] = owner === undefined ? [] : await ports.store.getMany([userDocument.key(owner)], ports.clock.now());
  // It takes as many trips as for an unknown token (SR-70).
  ports.store.endPhase();
  const outcome = await verifySecondFactor(ports, owner ?? token.value.id, {
    method: 'token',
    way: 'api',
    answer: { kind: 'code', otp: request.otp },
    accepts: acceptedKinds(resource),
    scope: apiScope(resource.id, user?.value),
    // No user is involved, but a success resets no failures of a token whose owner is blocked (SR-14).
    userBlocked: user?.value.blocked === true,
    attempt: newOperation(ports),
    createEvent: (outcome) => attempt.otp(request.token, [], outcome),
    readTokens: async () => {
      const stored = await readLimitedToken(ports, token.value, resource);
      return stored.filter(({ value }) => value.directResources.includes(resource.id));
    },
  });
  return isRefusal(outcome) ? outcome : { method: 'token', ...outcome };
}

function secondAnswerOf({ otp, recoveryCode }: SubmittedFactors): SecondAnswer | undefined {
  if (recoveryCode !== undefined) return { kind: 'recovery', code: recoveryCode };
  return otp === undefined ? undefined : { kind: 'code', otp };
}

function publicUser(user: User): { id: UserId; login: string } {
  return { id: user.id, login: user.login };
}
