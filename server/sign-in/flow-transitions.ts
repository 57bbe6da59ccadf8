import type { RefusalCode } from '@countersign/protocol/codes';
import type { FactorKind, FactorOption, FlowPurpose } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { ANONYMOUS_OPTIONS, firstOption } from '../authentication/second-factor.ts';
import type { PassedFactors } from '../authentication/step-up.ts';
import type { Environment } from '../browsers/device-fingerprint/browser-signals.ts';
import type { FlowId, UserId } from '../kernel/ids.ts';
import { MAX_PASSWORD_WAIT_MS } from '../passwords/password-backoff.ts';
import { mailsFirstFactor, type Resource } from '../resources/resource.ts';
import type { PreparedChallenge } from '../tokens/challenge.ts';
import type { User } from '../users/user.ts';
import {
  type AppReturn,
  FLOW_LIFETIME_MS,
  type Flow,
  type FlowAt,
  type FlowBase,
  type LoginRequest,
  type SecondFactorRequest,
  type SecondStep,
  STEP_CLAIM_MS,
} from './flow.ts';
import type { MailedCode } from './mailed-codes/mailed-code.ts';

/**
 * The moves of a sign-in. Each takes a flow and returns the next one, and reads nothing else. A step is claimed before
 * its evaluation and counted after it, so that only one of several simultaneous answers is evaluated.
 */

/** The steps that ask for the second factor of a sign-in. A transaction has one of its own, `sign`. */
type FactorStep = Exclude<SecondStep, 'sign'>;

/** A prepared second-factor challenge. `step`: where a sign-in asks for it. */
export interface ChallengeDraft extends PreparedChallenge {
  step: FactorStep;
}

/** The number of wrong answers that ends a flow; the counters of user and token continue beyond it. */
export const FLOW_WRONG_ANSWERS = 20;

/** The state that every sign-in has. */
export interface Conversation {
  step: string;
  seq: number;
  claim?: { attempt: string; at: number };
  attemptsLeft: number;
  error?: { code: RefusalCode; retryAt?: number };
}

type ClaimOutcome<F> = { flow: F } | { refused: 'STEP_STALE' | 'STEP_IN_PROGRESS' | 'STEP_NOT_EXPECTED' };

/** Claims the step for one attempt. `seq` is the step that the page answers; an older one has been answered already. */
export function claimStep<F extends Conversation>(
  flow: F,
  answer: { steps: readonly F['step'][]; seq: number; attempt: string },
  now: number,
): ClaimOutcome<F> {
  if (answer.seq < flow.seq) return { refused: 'STEP_STALE' };
  if (answer.seq > flow.seq || !answer.steps.includes(flow.step)) return { refused: 'STEP_NOT_EXPECTED' };
  // A claim whose evaluation never finished is from a crash: the user may answer again.
  if (flow.claim && now - flow.claim.at < STEP_CLAIM_MS) return { refused: 'STEP_IN_PROGRESS' };
  return { flow: { ...flow, claim: { attempt: answer.attempt, at: now } } };
}

/** Whether this attempt still holds the step; one that exceeded the claim time may have lost it. */
export function holdsClaim(flow: Conversation, attempt: string): boolean {
  return flow.claim?.attempt === attempt;
}

/** Frees the step, unanswered. */
export function releaseClaim<F extends Conversation>(flow: F): F {
  const { claim: _claim, ...rest } = flow;
  return rest as F;
}

/** Records the login; the next step depends on the resource alone, so it does not reveal whether the user exists. */
export function setLogin(
  flow: Flow,
  login: string,
  resource: Pick<Resource, 'methodPolicy' | 'firstFactor'>,
): FlowAt<FirstStep | FactorStep> {
  const next: FlowAt<FirstStep> = { ...countStep(flow), login, step: firstStep(resource) };
  return resource.methodPolicy === 'otp' ? requestSecondFactor(next, ANONYMOUS_OPTIONS) : next;
}

/** The steps that ask for the first factor. */
type FirstStep = 'password' | 'mail';

export function firstStep(resource: Pick<Resource, 'firstFactor'>): FirstStep {
  return mailsFirstFactor(resource) ? 'mail' : 'password';
}

/** A code was mailed, or none where that must not show. It replaces the one before. */
export function setMailedCode(flow: FlowAt<'mail'>, mailed: MailedCode): FlowAt<'mail'> {
  return { ...countStep(flow), mailed };
}

/** The first factor that was right. */
export type FirstFactorProof = { password: true; passwordDigest: string } | { mailboxDigest: string };

/**
 * @param options the user's options for the second factor, the best first
 * @param offered the challenge prepared for the first of them
 */
export function acceptFirstFactor(
  flow: Flow,
  user: User,
  first: FirstFactorProof,
  options: readonly FactorOption[],
  offered?: ChallengeDraft,
): FlowAt<FactorStep> {
  const { mailed: _used, ...rest }: Flow & { mailed?: MailedCode } = countStep(flow);
  const asked = { ...requestSecondFactor(rest, options, offered), user: user.id };
  if ('mailboxDigest' in first) return { ...asked, mailboxDigest: first.mailboxDigest };
  return { ...asked, passwordVerified: true, passwordDigest: first.passwordDigest };
}

/** Asks for the second factor with the user's best option; the others stay available. */
export function requestSecondFactor(
  flow: FlowBase,
  options: readonly FactorOption[],
  offered: ChallengeDraft = { step: 'otp' },
): FlowAt<FactorStep> {
  const first = firstOption(options, flow.prefer);
  return { ...flow, ...offered, factors: [...options], ...omitUndefined({ factor: first?.id }) };
}

/**
 * Asks for a recovery code: the tokens that were asked for cannot be used by now.
 *
 * @param besides options that the page offers as well; choosing one leads to the way back
 */
export function askRecoveryCode(
  flow: Flow,
  options: readonly FactorOption[],
  besides: readonly FactorOption[] = [],
): FlowAt<FactorStep> {
  const { question: _answered, sent: _sent, ...rest }: Flow & SecondFactorRequest = countStep(flow);
  return { ...requestSecondFactor(rest, options, { step: 'recovery' }), factors: [...options, ...besides] };
}

/** The user picked another option, and its challenge is prepared. A transaction stays at its step. */
export function selectFactor(
  flow: FlowAt<SecondStep>,
  option: FactorOption,
  offered: ChallengeDraft,
): FlowAt<SecondStep> {
  const { question: _answered, sent: _sent, ...rest } = countStep(flow);
  const next = { ...offered, factor: option.id };
  return rest.step === 'sign' ? { ...rest, ...next, step: rest.step } : { ...rest, ...next };
}

/**
 * No code was sent. The user stays at the step, with the same options; a failed sending counts as an answer, so that
 * requests are limited.
 *
 * @param isVoid whether the earlier code, if any, is void too
 */
export function failCodeSending(flow: FlowAt<SecondStep>, code: RefusalCode, isVoid: boolean): Flow {
  if (!isVoid) return retryStep(flow, code);
  const { sent: _sent, ...rest } = flow;
  return retryStep(rest, code);
}

/** The same step again, with the reason. */
export function retryStep<F extends Conversation>(
  flow: F,
  code: RefusalCode,
  retryAt?: number,
): F | DeniedConversation<F> {
  const attemptsLeft = flow.attemptsLeft - 1;
  if (attemptsLeft <= 0) return denyFlow({ ...flow, attemptsLeft: 0 }, 'TOO_MANY_ATTEMPTS');
  return { ...countStep(flow), attemptsLeft, error: { code, ...omitUndefined({ retryAt }) } };
}

/** The error as the page receives it, with the rest of the wait, at most the maximum wait for a password (SR-63). */
export function presentError(
  { code, retryAt }: NonNullable<Conversation['error']>,
  now: number,
): { code: RefusalCode; retryAfterMs?: number } {
  if (retryAt === undefined) return { code };
  const longest = code === 'TOO_MANY_ATTEMPTS' ? MAX_PASSWORD_WAIT_MS : Number.POSITIVE_INFINITY;
  return { code, retryAfterMs: Math.min(Math.max(0, retryAt - now), longest) };
}

/** A conversation that ended without a result. */
type DeniedConversation<F> = Omit<F, 'step' | 'error'> & { step: 'denied'; error: { code: RefusalCode } };

export function denyFlow<F extends Conversation>(flow: F, code: RefusalCode): DeniedConversation<F> {
  return { ...countStep(flow), step: 'denied', error: { code } };
}

/** A sign-in that has started and waits for a login. */
export function createFlow(
  id: FlowId,
  resource: Resource,
  asked: {
    nonce: string;
    origin: string;
    /** Absent until the flow is sealed. */
    handleHash?: string;
    prefer?: FactorKind;
    purpose?: FlowPurpose;
    environment?: Environment;
    app?: AppReturn;
  },
  now: number,
): FlowAt<'identify'> {
  return {
    id,
    account: resource.account,
    resource: resource.id,
    handleHash: asked.handleHash ?? '',
    nonce: asked.nonce,
    origin: asked.origin,
    step: 'identify',
    seq: 0,
    passwordVerified: false,
    ...omitUndefined({ prefer: asked.prefer, purpose: asked.purpose, environment: asked.environment }),
    ...omitUndefined({ app: asked.app }),
    attemptsLeft: FLOW_WRONG_ANSWERS,
    ...omitUndefined({ test: resource.testMode }),
    createdAt: now,
    expiresAt: now + FLOW_LIFETIME_MS,
  };
}

/** A sign-in or a transaction for which the host has named the user: only the second factor is asked for. */
export function createRequestedFlow(
  flow: Flow,
  request: LoginRequest & { user: UserId },
  login: string | undefined,
  options: readonly FactorOption[],
  offered?: ChallengeDraft,
): FlowAt<SecondStep> {
  const { hostCheckedPassword, attemptsLeft, transaction } = request;
  const asked = {
    ...flow,
    user: request.user,
    ...omitUndefined({ login }),
    attemptsLeft,
    loginRequest: { hostCheckedPassword },
  };
  const signIn = requestSecondFactor(asked, options, offered);
  // Never the step of a sign-in: a right answer there confirms no transaction.
  return transaction
    ? { ...signIn, step: 'sign', user: request.user, transaction, expiresAt: request.expiresAt }
    : signIn;
}

/**
 * A sign-in of a user that the host named, to the level that it requires: earlier factors that still count are not
 * asked for again. It ends when they get too old.
 *
 * @param missing at least one of them
 */
export function createStepUpFlow(
  flow: Flow,
  request: LoginRequest & { user: UserId },
  login: string,
  kept: PassedFactors,
  missing: {
    /** The step that asks for the first factor; undefined: it is not missing. */
    first: FirstStep | undefined;
    options: readonly FactorOption[];
    offered: ChallengeDraft | undefined;
    keptUntil: number;
  },
): FlowAt<FirstStep | FactorStep> {
  const { user, demand, attemptsLeft } = request;
  const asked = {
    ...addEarlierFactors(flow, kept),
    user,
    login,
    attemptsLeft,
    loginRequest: { hostCheckedPassword: false },
    ...omitUndefined({ demand }),
    expiresAt: Math.min(flow.expiresAt, missing.keptUntil),
  };
  return missing.first
    ? { ...asked, step: missing.first }
    : requestSecondFactor(asked, missing.options, missing.offered);
}

/** Adds the factors of an earlier sign-in that still count, as if they had been shown in this one. */
export function addEarlierFactors<F extends Flow>(flow: F, kept: PassedFactors): F {
  const { password } = kept;
  return {
    ...flow,
    kept,
    ...(password && { passwordVerified: true, passwordDigest: password.digest }),
  };
}

/** One more step has been answered. That voids a passkey challenge: it accepts one response (SR-61). */
export function countStep<F extends Conversation>(flow: F): F {
  const { claim: _claim, error: _error, passkey: _passkey, ...rest }: F & { passkey?: unknown } = flow;
  return { ...(rest as F), seq: flow.seq + 1 };
}

/** Records when the password was right, because the proof dates from then. */
export function recordPasswordTime(before: Flow, next: Flow, now: number): Flow {
  const isNews = next.purpose === 'self' && next.passwordVerified && !before.passwordVerified;
  return isNews ? { ...next, passwordAt: now } : next;
}
