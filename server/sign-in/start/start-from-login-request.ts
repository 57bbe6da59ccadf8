import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { decideFactors, denialCode, denyKnownPassword } from '../../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorOptions, factorStates } from '../../authentication/second-factor.ts';
import { signingDenial, signingKinds } from '../../authentication/signing.ts';
import { environmentForbids } from '../../browsers/device-fingerprint/environment-verdict.ts';
import { isEnrolmentRequired } from '../../resources/enrolment-policy.ts';
import { usableTokens } from '../../tokens/usable-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import type { User } from '../../users/user.ts';
import type { VerifiedFactors } from '../complete-flow.ts';
import { startEnrolment } from '../enrolment/enrolment-transitions.ts';
import type { PendingEnrolment } from '../enrolment/pending-enrolment.ts';
import type { Replacement } from '../enrolment/start-replacement.ts';
import type { Flow, LoginRequest, ResultRecord } from '../flow.ts';
import { createRequestedFlow } from '../flow-transitions.ts';
import { type StepUpFacts, startStepUp } from './step-up-start.ts';

/** The data read before a flow starts with a login request. */
export interface LoginRequestFacts extends Omit<StepUpFacts, 'user'> {
  /** The user whom the request names, if they exist. */
  user: User | undefined;
  /** Why no user may sign in there now, if so. */
  barred: RefusalCode | undefined;
  /** The first token of a user whose password the host has checked, if they have to set it up now. */
  enrolling: PendingEnrolment | undefined;
  /** What comes before the result of a user whose tokens are all deactivated, if the resource requires one. */
  replacement: Replacement | undefined;
}

/** The documents stored under the request's id. */
export interface LoginRequestContext {
  request: LoginRequest;
  running: Flow | undefined;
  result: ResultRecord | undefined;
}

export type LoginRequestStart =
  /** The request is used up. */
  | { kind: 'void' }
  | { kind: 'goes-on'; flow: Flow }
  /** As `goes-on`, and the request is retained, so that the user may start over. */
  | { kind: 'asks-name'; flow: Flow }
  | { kind: 'denied'; flow: Flow; code: RefusalCode; isOfEnvironment?: true }
  /** No factor is missing. */
  | { kind: 'passed'; flow: Flow; passed: VerifiedFactors };

/**
 * Decides on a page that starts with a login request. A page that starts again takes over the running flow, with its
 * remaining attempts. On the hosted page only the attempts are taken over: its address can be passed on, so that
 * another user than the one who shows the factors may start again (SR-5).
 *
 * @param fresh a new flow that contains nothing of an earlier one
 */
export function decideLoginRequestStart(
  { request, running, result }: LoginRequestContext,
  fresh: Flow,
  facts: LoginRequestFacts,
  now: number,
): LoginRequestStart {
  const { user, redirectUri } = request;
  const canBePassedOn = redirectUri !== undefined;
  // The page that already has its result asks again: the same result, for the newest handle.
  if (!canBePassedOn && running?.step === 'done' && result && result.consumedAt === undefined) {
    return { kind: 'goes-on', flow: { ...running, handleHash: fresh.handleHash } };
  }
  const hasEnded = running?.step === 'done' || (running?.step === 'denied' && user !== undefined);
  if (request.usedAt !== undefined || hasEnded) return { kind: 'void' };

  const attemptsLeft = running && remainingAttempts(running);
  if (canBePassedOn && attemptsLeft !== undefined && attemptsLeft <= 0) {
    return { kind: 'denied', flow: { ...fresh, attemptsLeft }, code: 'TOO_MANY_ATTEMPTS' };
  }
  // No user was named, so starting again is a new sign-in.
  if (user === undefined) {
    const flow = { ...fresh, attemptsLeft: attemptsLeft ?? fresh.attemptsLeft };
    return facts.barred ? { kind: 'denied', flow, code: facts.barred } : { kind: 'asks-name', flow };
  }
  const named = { ...request, user, attemptsLeft: attemptsLeft ?? request.attemptsLeft };
  return checkNamedUser(named, running && !canBePassedOn ? running : undefined, fresh, facts, now);
}

function checkNamedUser(
  request: LoginRequest & { user: User['id'] },
  takenOver: Flow | undefined,
  fresh: Flow,
  facts: LoginRequestFacts,
  now: number,
): LoginRequestStart {
  const { resource, user, tokens, environment, offered, barred } = facts;
  const { transaction } = request;
  const accepts = transaction ? signingKinds(resource, transaction, user) : acceptedKindsFrom(user ?? {}, resource);
  const options = factorOptions(usableTokens(tokens, accepts, now));
  const flow = takenOver
    ? handOverFlow(takenOver, fresh)
    : createRequestedFlow(fresh, request, user?.login, options, offered);
  const denied = (code: RefusalCode) => ({ kind: 'denied', flow, code }) as const;
  if (barred) return denied(barred);
  const assignment = user && assignmentTo(user, resource.id);
  if (!user || !isAssigned(assignment, tokens)) return denied('ACCESS_DENIED');

  if (transaction) {
    const denial = signingDenial(tokens, signingKinds(resource, transaction, user), now);
    return denial ? denied(denial) : { kind: 'goes-on', flow };
  }
  if (request.demand) {
    if (takenOver) return { kind: 'goes-on', flow };
    const demanded = startStepUp(fresh, request, { ...facts, user }, now);
    if ('refused' in demanded) return { ...denied(demanded.refused), isOfEnvironment: true };
    if (!('passed' in demanded)) return { kind: 'goes-on', flow: demanded.flow };
    return { kind: 'passed', ...demanded };
  }
  const method = request.hostCheckedPassword ? 'password-otp' : 'otp';
  const factors = denyKnownPassword(decideFactors(method, factorStates(tokens, accepts, now)), user);
  const enrolling = factors.kind === 'deny' && factors.reason === 'no-token' ? facts.enrolling : undefined;
  if (factors.kind === 'deny' && !enrolling) return denied(denialCode(factors.reason, user));
  if (factors.kind === 'factors' && factors.otp) {
    const isNew = factors.recoveryOnly === true && !takenOver;
    return { kind: 'goes-on', flow: isNew ? { ...flow, error: { code: 'RECOVERY_CODE_REQUIRED' } } : flow };
  }
  // In an unknown browser a password alone neither signs in nor sets up a token.
  if (environmentForbids(environment, 'skipped')) return { ...denied('ENVIRONMENT_MISMATCH'), isOfEnvironment: true };
  const { replacement } = facts;
  if (replacement && 'refused' in replacement) return denied(replacement.refused);
  // The options of the flow are the recovery codes: every other token is deactivated.
  if (replacement && 'recovery' in replacement) return { kind: 'goes-on', flow };
  const pending = enrolling ?? replacement?.enrolling;
  if (pending) {
    const begun = takenOver?.step === 'enrol' ? flow : startEnrolment(flow, user, undefined, pending);
    return { kind: 'goes-on', flow: begun };
  }
  // Where a token is required, a dropped code is no sign-in (SR-69).
  if (isEnrolmentRequired(resource.enrolment, now)) return denied('ACCESS_DENIED');
  const percent = environment?.percent ?? undefined;
  const passed = { user, otp: 'skipped', ...omitUndefined({ environment: percent }) } as const;
  return { kind: 'passed', flow, passed };
}

/** The running flow, given to the page that starts now. */
function handOverFlow(running: Flow, { handleHash, origin, environment }: Flow): Flow {
  return { ...running, handleHash, origin, ...omitUndefined({ environment }) };
}

/** Attempts left after a restart. An answer still being evaluated counts as used. */
function remainingAttempts({ attemptsLeft, claim }: Flow): number {
  return claim ? attemptsLeft - 1 : attemptsLeft;
}
