import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EnvironmentAction } from '@countersign/protocol/resources';
import type { OtpUse } from '@countersign/protocol/result';
import type { LockReason, TokenState } from '@countersign/protocol/tokens';
import { assessEnvironment } from '../browsers/assess-environment.ts';
import { blindTraits } from '../browsers/blind-signals.ts';
import type { ReportedTraits } from '../browsers/device-fingerprint/browser-signals.ts';
import type { Method } from '../kernel/event.ts';
import type { FilterId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { maySee, maySeeResource } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Store } from '../kernel/ports/store.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { attemptsOn, isCappedFrom, waitUntilFrom } from '../passwords/password-backoff.ts';
import { countersOf } from '../passwords/password-counters.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { localTime } from '../resources/filters/time.ts';
import { acceptedKinds, mailsFirstFactor, type Resource } from '../resources/resource.ts';
import { assignedTokens } from '../tokens/assignments.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import { tokenState } from '../tokens/lockout.ts';
import type { Token } from '../tokens/token.ts';
import { assignmentTo, isAssigned } from '../users/assignments.ts';
import { findUser, locateUser } from '../users/find-user.ts';
import { type Assignment, canSignIn, type SignInWay, type User } from '../users/user.ts';
import { accessChecks, checkResult } from './access.ts';
import { type DenialReason, type FactorDecision, widgetMethod } from './decide-factors.ts';
import { type EnrolmentCheck, explainEnrolment } from './explain-enrolment.ts';
import { hasFirstFactor } from './first-factor.ts';
import { passwordAloneSince } from './lost-device.ts';
import { filterInput, readAccessFacts } from './read-access.ts';
import { acceptedKindsFrom, factorStates, secondFactorTokens } from './second-factor.ts';
import { type Level, type RequiredFactors, requiredDenial, requiredFactors } from './step-up.ts';

type Needs = Pick<Ports, 'clock' | 'secrets' | 'geo' | 'codes' | 'freePasswordFailures'> & {
  store: Pick<Store, 'getMany' | 'range'>;
};

export interface Question {
  resource: ResourceId;
  /** The user's, as a host would pass it. */
  address?: string | undefined;
  /** The instant to decide for. Assignments and token states are the current ones. */
  at?: number | undefined;
  /** The reported signals of the user's browser. */
  environment?: ReportedTraits | undefined;
  /** The level that a login request would require. */
  acr?: Level | undefined;
  subject: { user: string; method: Exclude<Method, 'token'> | 'widget' } | { token: TokenId };
}

/** One check. The first that failed decided. */
export type Check = { passed: boolean; code?: RefusalCode | undefined } & (
  | { check: 'plan' | 'resource' }
  | {
      check: 'filter';
      id: FilterId;
      kind?: 'geo' | 'time' | 'ip';
      /** Null: unknown. */
      country?: string | null;
      localTime?: string | null;
      address?: string | null;
    }
  | { check: 'password-wait'; until?: number; isLocked?: true }
  | { check: 'user'; id?: UserId; state: 'live' | 'blocked' | 'not-by-api' | 'unknown' }
  | { check: 'password-set' | 'mailbox-set' }
  | { check: 'assignment'; kind: 'none' | 'alone' | 'token' | 'alone-and-token' | 'direct' }
  | {
      check: 'token';
      id: TokenId;
      state?: TokenState;
      /** Present if the state is `locked`. */
      lock?: { reason: LockReason; at: number };
      counts: boolean;
      why?: 'gone' | 'changed-hands';
    }
  /** Null: no browser is remembered, or none was reported. */
  | { check: 'environment'; percent: number | null; action: EnvironmentAction }
  | EnrolmentCheck
  | { check: 'factors'; reason?: DenialReason | 'level' | 'environment' }
);

export interface Explanation {
  resource: ResourceId;
  /** In the widget, the one that the server picks. */
  method: Method;
  at: number;
  checks: Check[];
  /** The required factors; null if no factor helps. */
  factors: (Omit<Extract<FactorDecision, { kind: 'factors' }>, 'kind'> & { skippedSince?: number }) | null;
  /** Assuming valid factors. */
  verdict: { granted: true; otp: Exclude<OtpUse, 'remembered'> } | { granted: false; code: RefusalCode };
}

/**
 * The decision on a user who signs in with valid factors, and the check that makes it. Nothing is counted, used up or
 * recorded. It makes the checks of a sign-in, in the same order and with the same decisions.
 */
export async function explain(
  ports: Needs,
  act: RequestContext,
  question: Question,
): Promise<Result<{ explained: Explanation }>> {
  if (!maySee(act.actor)) return refusal('FORBIDDEN');
  if (!maySeeResource(act.actor, question.resource)) return refusal('RESOURCE_NOT_FOUND');
  const { account } = act.actor;
  const at = question.at ?? ports.clock.now();
  // Everything is read as of that instant: data that has expired by then is missing.
  const then = { ...ports, clock: { now: () => at } };
  const facts = await readAccessFacts(then, question.resource, at, account);
  if (!facts) return refusal('RESOURCE_NOT_FOUND');

  const seen = filterInput(ports, question.address);
  const access = [...accessChecks(facts, () => seen, at)].map((check): Check => {
    if (check.check !== 'filter') return check;
    const { rule, ...plain } = check;
    if (rule?.kind === 'geo') return { ...plain, kind: 'geo', country: seen.country ?? null };
    if (rule?.kind === 'ip') return { ...plain, kind: 'ip', address: seen.address ?? null };
    return rule?.kind === 'time' ? { ...plain, kind: 'time', localTime: localTime(rule.zone, at) ?? null } : plain;
  });
  const { subject } = question;
  const decided =
    'token' in subject
      ? await aboutToken(then, act, facts.resource, subject.token)
      : await aboutUser(then, act, facts.resource, { ...question, ...subject });
  if ('refused' in decided) return decided;
  const checks = [...access, ...decided.checks];
  const failed = checks.find(({ passed }) => !passed);
  const verdict = failed
    ? ({ granted: false, code: failed.code ?? 'ACCESS_DENIED' } as const)
    : ({ granted: true, otp: otpUse(decided.factors) } as const);
  const { method, factors } = decided;
  return { explained: { resource: question.resource, method, at, checks, factors, verdict } };
}

interface CheckedAccess {
  method: Method;
  checks: Check[];
  factors: Explanation['factors'];
}

async function aboutToken(
  ports: Needs,
  act: RequestContext,
  resource: Resource,
  id: TokenId,
): Promise<Result<CheckedAccess>> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([tokenDocument.key(id)], now);
  const token = stored?.value;
  if (token?.account !== act.actor.account) return refusal('TOKEN_NOT_FOUND');
  const direct = token.directResources.includes(resource.id);
  const assignment: Check = {
    check: 'assignment',
    kind: direct ? 'direct' : 'none',
    ...checkResult(direct, 'INVALID_CREDENTIALS'),
  };
  const states = factorStates([token], acceptedKinds(resource), now, 'api');
  const { checks, factors } = factorsOf('token', requiredFactors('token', states, { hasFirstFactor: true }));
  return { method: 'token', checks: [assignment, tokenCheck(token, now), ...checks], factors: direct ? factors : null };
}

async function aboutUser(
  ports: Needs,
  act: RequestContext,
  resource: Resource,
  asked: { user: string; method: Exclude<Method, 'token'> | 'widget' } & Omit<Question, 'subject'>,
): Promise<Result<CheckedAccess>> {
  const { account } = act.actor;
  const now = ports.clock.now();
  const known = await locateUser(ports, account, asked.user);
  const way = asked.method === 'widget' ? 'widget' : 'api';
  const admitted = known && (await loadAssignedTokens(ports, known, resource.id, way)).user;
  // Also for a user who is refused anyway: collect every failing check, not just the first.
  const named = await namedTokens(ports, known && assignmentTo(known, resource.id));
  const assignment = known && assignmentTo(known, resource.id);
  const tokens = known && assignment ? assignedTokens(assignment, named, known.id) : [];
  const accepts = acceptedKindsFrom(known ?? {}, resource);
  const widget = asked.method === 'widget';
  const states = factorStates(widget ? secondFactorTokens(resource, tokens) : tokens, accepts, now, way);
  const method = asked.method === 'widget' ? widgetMethod(resource.methodPolicy, states) : asked.method;
  const isMailed = widget && mailsFirstFactor(resource);
  const hasFirst = known !== undefined && hasFirstFactor(isMailed ? resource : {}, known);
  const withPassword = method !== 'otp' && !isMailed;

  const checks: Check[] = [];
  if (withPassword) checks.push(await waitCheck(ports, act, known, asked));
  checks.push(await userCheck(ports, known, admitted, way));
  if (isMailed) checks.push({ check: 'mailbox-set', ...checkResult(hasFirst, 'INVALID_CREDENTIALS') });
  if (withPassword) checks.push({ check: 'password-set', ...checkResult(hasFirst, 'INVALID_CREDENTIALS') });
  checks.push(assignmentCheck(assignment, tokens));
  for (const { token: id } of assignment?.tokens ?? []) checks.push(pairCheck(id, named.get(id), tokens, now));
  // Only the widget asks for both; over the API the site's backend decides.
  const environment =
    widget && known ? await environmentCheck(ports, resource, known.id, asked.environment) : undefined;
  if (environment) checks.push(environment.check);
  const unable = checks.some(({ passed }) => !passed);
  const beyond = {
    level: widget ? asked.acr : undefined,
    hasFirstFactor: hasFirst,
    user: isMailed ? undefined : known,
    differs: environment?.differs,
  };
  const required = requiredFactors(method, states, beyond);
  const { level, differs } = beyond;
  // Over the API the site's backend decides, and asks for no enrolment.
  const enrolment =
    widget && known
      ? await explainEnrolment(ports, { user: known, resource, tokens, required, level, differs })
      : { checks: [], leadsToToken: false };
  checks.push(...enrolment.checks);
  const isRefused = unable || enrolment.checks.some(({ passed }) => !passed);
  // What leads to a result is the first code of the new token.
  const shown = enrolment.leadsToToken
    ? ({ kind: 'factors', password: true, otp: true, otpSkipped: false } as const)
    : required;
  const decided = factorsOf(method, shown, level, known);
  if (isRefused) return { method, checks: [...checks, ...decided.checks], factors: null };
  const skippedSince = decided.factors?.otpSkipped ? passwordAloneSince(tokens) : undefined;
  const factors = decided.factors && { ...decided.factors, ...omitUndefined({ skippedSince }) };
  return { method, checks: [...checks, ...decided.checks], factors };
}

async function environmentCheck(
  ports: Needs,
  resource: Resource,
  user: UserId,
  said: ReportedTraits | undefined,
): Promise<{ check: Check; differs?: EnvironmentAction | undefined } | undefined> {
  if (!resource.environment) return undefined;
  const { action } = resource.environment;
  const match = said && (await assessEnvironment(ports, resource, user, blindTraits(ports, said)));
  const check = { check: 'environment', action, percent: match?.percent ?? null } as const;
  // A required code may be available: the factors decide that.
  const passed = match?.differs !== 'refuse';
  return { check: { ...check, ...checkResult(passed, 'ENVIRONMENT_MISMATCH') }, differs: match?.differs };
}

async function waitCheck(
  ports: Needs,
  act: RequestContext,
  known: User | undefined,
  { user: name, address }: { user: string; address?: string | undefined },
): Promise<Check> {
  const typed = { kind: 'user', account: act.actor.account, name } as const;
  const counters = await countersOf(ports, typed, known?.id ?? 'unknown', address);
  const now = ports.clock.now();
  const [ofName, ofUser] = await ports.store.getMany([counters.name, counters.user], now);
  const free = ports.freePasswordFailures;
  const shown = waitUntilFrom(ofName?.value, undefined, now, free);
  const until = Math.max(shown, waitUntilFrom(ofUser?.value, counters.place, now, free));
  const isLocked = known && isCappedFrom(attemptsOn(ofUser?.value, passwordDigest(known)), counters.place, now);
  const waiting = until > 0 || isLocked === true;
  // A wait because of the user's other names is not revealed at the sign-in.
  const code = shown > 0 ? 'TOO_MANY_ATTEMPTS' : 'INVALID_CREDENTIALS';
  return {
    check: 'password-wait',
    ...(until > 0 && { until }),
    ...(isLocked && { isLocked }),
    ...checkResult(!waiting, code),
  };
}

/** @param admitted the user as a sign-in sees them: absent if blocked, gone or not live */
async function userCheck(
  ports: Needs,
  known: User | undefined,
  admitted: User | undefined,
  way: SignInWay,
): Promise<Check> {
  const live = known && (await findUser(ports, known.account, known.id));
  const isKeptOut = live && !canSignIn(live, way);
  const state = !live ? 'unknown' : live.blocked ? 'blocked' : isKeptOut ? 'not-by-api' : 'live';
  return {
    check: 'user',
    state,
    ...omitUndefined({ id: live?.id }),
    ...checkResult(admitted !== undefined, 'INVALID_CREDENTIALS'),
  };
}

function assignmentCheck(assignment: Assignment | undefined, tokens: readonly Token[]): Check {
  const [alone, withToken] = [assignment?.alone === true, tokens.length > 0];
  const kind = alone ? (withToken ? 'alone-and-token' : 'alone') : withToken ? 'token' : 'none';
  return { check: 'assignment', kind, ...checkResult(isAssigned(assignment, tokens), 'INVALID_CREDENTIALS') };
}

/** The tokens that an assignment names, in any state. */
async function namedTokens(ports: Needs, assignment: Assignment | undefined): Promise<Map<TokenId, Token>> {
  const ids = assignment?.tokens.map(({ token }) => token) ?? [];
  const stored = await ports.store.getMany(ids.map(tokenDocument.key), ports.clock.now());
  return new Map(stored.flatMap((token) => (token ? [[token.value.id, token.value] as const] : [])));
}

function pairCheck(id: TokenId, token: Token | undefined, counting: readonly Token[], now: number): Check {
  if (!token) return { check: 'token', id, counts: false, why: 'gone', passed: true };
  const shown = tokenCheck(token, now);
  return counting.includes(token) ? shown : { ...shown, counts: false, why: 'changed-hands' };
}

/** A token alone decides nothing: all of them together do. */
function tokenCheck(token: Token, now: number): Check & { check: 'token' } {
  const state = tokenState(token, now);
  const { id, lock } = token;
  return { check: 'token', id, state, ...(state === 'locked' && { lock }), counts: true, passed: true };
}

function factorsOf(
  method: Method,
  decision: RequiredFactors,
  level?: Level,
  user?: User,
): { checks: Check[]; factors: Explanation['factors'] } {
  if (decision.kind === 'factors') {
    const { kind: _, ...factors } = decision;
    return { checks: [{ check: 'factors', passed: true }], factors };
  }
  const { reason } = decision;
  // Without a first factor the reason is not revealed.
  const isAnonymous = method === 'otp' && level === undefined;
  const code = isAnonymous ? 'INVALID_CREDENTIALS' : requiredDenial(reason, user);
  return { checks: [{ check: 'factors', reason, passed: false, code }], factors: null };
}

function otpUse(factors: Explanation['factors']): Exclude<OtpUse, 'remembered'> {
  if (factors?.otp) return 'verified';
  return factors?.otpSkipped ? 'skipped' : 'not_used';
}
