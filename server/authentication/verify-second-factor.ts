import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { TokenId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Json, Stored } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { isEnrolmentRequired } from '../resources/enrolment-policy.ts';
import type { Resource } from '../resources/resource.ts';
import { reindex } from '../store/index-entries.ts';
import { Contention, newOperation, transact } from '../store/transact.ts';
import type { Challenge } from '../tokens/challenge.ts';
import { challengeDocument, tokenDocument } from '../tokens/documents.ts';
import { factorQueueKey } from '../tokens/factor-check.ts';
import { verifyAnswer } from '../tokens/kinds/actions.ts';
import type { PresentedPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import { resetFailures } from '../tokens/lockout.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import type { Token } from '../tokens/token.ts';
import type { SignInWay, User } from '../users/user.ts';
import { checkDecoy } from './check-decoy.ts';
import {
  candidateTokens,
  decideSecondFactor,
  needForSecondFactor,
  type SecondFactorDecision,
  type SecondFactorRules,
  type TokenChange,
  type UncountedRefusal,
  type VerifiedCandidate,
} from './decide-second-factor.ts';
import { BURNT, decoyAttempt, typedNameQueueKey } from './decoy-attempt.ts';
import { decoyAttemptDocument } from './documents.ts';
import { type LimitedToken, readLimitedTokens } from './read-limited-tokens.ts';
import { acceptedKindsFrom } from './second-factor.ts';

export type SecondFactorPorts = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

interface SecondFactorAttempt extends SecondFactorRules {
  /** The scope of the challenges that this answers: the sign-in, or `apiScope` of the resource. */
  scope: string;
  /** Hash of the transaction that the answer confirms. A challenge for another one, or for none, does not count. */
  transaction?: string;
  /** The name is unknown: every answer is wrong, and this record is written in place of a token's (SR-70). */
  decoy?: number;
  /** Creates the event of the outcome, if this is the last check. The commit that decides appends it. */
  createEvent?: (outcome: SecondFactorEvent) => Json;
  /**
   * Runs before a refusal that no race has delayed.
   *
   * @param hasWaited the tokens were read when the turn came, and not before
   */
  beforeRefusal?: (hasWaited: boolean) => Promise<void>;
  /** The tokens that may answer. Read at the attempt's turn, and again after every lost race. */
  readTokens: () => Promise<LimitedToken[]>;
}

/** The outcome of a check, for its event. */
export type SecondFactorEvent =
  | { otp: 'verified'; token: TokenId; kind: TokenKind }
  | { otp: 'skipped' }
  | { refused: RefusalCode; tokens: TokenId[] };

export type SecondFactorOutcome = Result<
  /** `pin`: it was part of the code. */
  { otp: 'verified'; token: TokenId; kind: TokenKind; pin?: true; passkey?: PresentedPasskey } | { otp: 'skipped' }
>;

const MAX_ROUNDS = 12;

/**
 * Verifies the second factor, by the truth table of `decideFactors`. It decides on exactly the versions that were read,
 * and answers only when the used answer, or the failure on every token that it was verified on, is durable: of any
 * number of simultaneous requests one code is accepted once (SR-1), and no guess is answered that was not counted
 * (SR-2).
 */
export async function verifySecondFactor(
  ports: SecondFactorPorts,
  queue: string,
  attempt: SecondFactorAttempt,
): Promise<SecondFactorOutcome> {
  // One instant for the whole attempt: a lost race must not move the guess into the next time step.
  const now = ports.clock.now();
  const audit: AuditState = { hasEvent: false };

  return runExclusive(ports.store, factorQueueKey(queue), async (hasWaited) => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (round > 0) ports.store.endPhase?.();
      const tokens = await attempt.readTokens();
      const need = needForSecondFactor(tokens, attempt, now);
      if (need.kind === 'skip') return skipSecondFactor(ports, attempt);
      const decision = need.kind === 'refuse' ? need : await decideOnAnswers(ports, attempt, tokens, now);
      if (decision.kind !== 'accept' && round === 0) await attempt.beforeRefusal?.(hasWaited);
      const outcome = await commitDecision(ports, attempt, decision, audit, now);
      if (outcome) return outcome;
    }
    throw new Contention(queue);
  });
}

async function decideOnAnswers(
  ports: SecondFactorPorts,
  attempt: SecondFactorAttempt,
  tokens: LimitedToken[],
  now: number,
): Promise<SecondFactorDecision> {
  const verified = await verifyCandidates(ports, attempt, candidateTokens(tokens, attempt, now), now);
  return decideSecondFactor(verified, tokens, attempt, now);
}

/** Shared by the rounds of one attempt: it has one event, however often its counts have to be written again. */
interface AuditState {
  hasEvent: boolean;
}

/** The outcome once it is durable; undefined after a lost race. */
function commitDecision(
  ports: SecondFactorPorts,
  attempt: SecondFactorAttempt,
  decision: SecondFactorDecision,
  audit: AuditState,
  now: number,
): Promise<SecondFactorOutcome | undefined> {
  switch (decision.kind) {
    case 'refuse':
      return refuseUncounted(ports, attempt, decision, now);
    case 'accept':
      return acceptAnswer(ports, attempt, decision, now);
    case 'count':
      return countWrongAnswers(ports, attempt, decision, audit, now);
  }
}

/** Costs the work of a counted failure (SR-70). */
async function refuseUncounted(
  ports: SecondFactorPorts,
  attempt: SecondFactorAttempt,
  { code, tokens, needsDecoyCheck }: UncountedRefusal,
  now: number,
): Promise<SecondFactorOutcome> {
  if (needsDecoyCheck) await checkDecoy(ports, attempt.answer, now);
  await decoyAttempt(ports, attempt.createEvent?.({ refused: code, tokens }));
  return refusal(code, {}, { tokens });
}

async function skipSecondFactor(
  ports: SecondFactorPorts,
  { createEvent }: SecondFactorAttempt,
): Promise<SecondFactorOutcome> {
  if (createEvent) await decoyAttempt(ports, createEvent({ otp: 'skipped' }));
  return { otp: 'skipped' };
}

async function acceptAnswer(
  ports: SecondFactorPorts,
  attempt: SecondFactorAttempt,
  { change, others }: Extract<SecondFactorDecision, { kind: 'accept' }>,
  now: number,
): Promise<SecondFactorOutcome | undefined> {
  const { next, verdict } = change;
  const { kind } = next.factor;
  const event = attempt.createEvent?.({ otp: 'verified', token: next.id, kind });
  if (!(await commitChange(ports, attempt, change, event, now))) return undefined;
  await Promise.all(others.map((other) => resetFailuresOf(ports, other, attempt.userBlocked)));
  const { passkey } = verdict;
  return { otp: 'verified', token: next.id, kind, ...(next.pin && { pin: true }), ...omitUndefined({ passkey }) };
}

async function countWrongAnswers(
  ports: SecondFactorPorts,
  attempt: SecondFactorAttempt,
  { code, reason, tokens, changes, isClockOff }: Extract<SecondFactorDecision, { kind: 'count' }>,
  audit: AuditState,
  now: number,
): Promise<SecondFactorOutcome | undefined> {
  const event = audit.hasEvent ? undefined : attempt.createEvent?.({ refused: reason ?? code, tokens });
  // The event goes with the first count that writes anything.
  const first = changes.findIndex(({ stored, next }) => next !== stored.value);
  const counted = await Promise.all(
    changes.map((change, at) => commitChange(ports, attempt, change, at === first ? event : undefined, now)),
  );
  audit.hasEvent ||= first >= 0 && counted[first] === true;
  if (!counted.every(Boolean)) return undefined;
  if (event !== undefined && !audit.hasEvent) await decoyAttempt(ports, event);
  return refusal(code, isClockOff ? { clockOff: true } : {}, { tokens, ...omitUndefined({ reason }) });
}

async function verifyCandidates(
  ports: SecondFactorPorts,
  attempt: SecondFactorAttempt,
  candidates: readonly LimitedToken[],
  now: number,
): Promise<VerifiedCandidate[]> {
  const challenges = await readChallenges(ports, candidates, attempt, now);
  const isOnly = candidates.length === 1 && attempt.decoy === undefined;
  return Promise.all(
    candidates.map(async (stored): Promise<VerifiedCandidate> => {
      const candidate = { stored, challenge: challenges.get(stored.value.id), scope: attempt.scope, isOnly };
      const verdict = await verifyAnswer(ports, candidate, attempt.answer, now);
      return { ...candidate, verdict: attempt.decoy === undefined ? verdict : { verdict: 'wrong' } };
    }),
  );
}

/** The challenges of the tokens in this scope, for this transaction. Most tokens have none, and cost no read. */
async function readChallenges(
  ports: SecondFactorPorts,
  tokens: readonly Stored<Token>[],
  { scope, transaction }: SecondFactorAttempt,
  now: number,
): Promise<Map<TokenId, Stored<Challenge>>> {
  const asked = tokens.filter(({ value }) => rulesOf(value).isChallenged);
  if (asked.length === 0) return new Map();
  const found = await ports.store.getMany(
    asked.map(({ value }) => challengeDocument.key(value.id, scope)),
    now,
  );
  return new Map(
    found
      .filter((challenge) => challenge !== undefined)
      .filter(({ value }) => value.transaction === transaction)
      .map((challenge) => [challenge.value.token, challenge] as const),
  );
}

/** Writes a token and its challenge as decided. False if either has changed since it was read. */
async function commitChange(
  ports: SecondFactorPorts,
  { scope, decoy }: SecondFactorAttempt,
  { stored, challenge, verdict, next }: TokenChange,
  event: Json | undefined,
  now: number,
): Promise<boolean> {
  const answered = verdict.verdict === 'accepted' ? verdict.challenge : undefined;
  if (next === stored.value && !answered) return true;
  const isDecoy = decoy !== undefined;
  const key = isDecoy ? decoyAttemptDocument.key(decoy) : tokenDocument.key(next.id);
  const challengeKey = challengeDocument.key(next.id, scope);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    once: true,
    now,
    expect: [
      { key: isDecoy ? decoyAttemptDocument.key(decoy, 'none') : key, version: stored.version },
      ...(answered && challenge ? [{ key: challengeKey, version: challenge.version }] : []),
    ],
    put: [
      { key, value: isDecoy ? BURNT : next },
      ...(answered ? [{ key: challengeKey, value: answered, expiresAt: answered.expiresAt }] : []),
    ],
    // A lock is the only change of an answer in the indexes.
    ...(next.lock !== stored.value.lock && { index: reindex(tokenDocument.key(next.id), stored.value, next) }),
    ...(event !== undefined && { append: [event] }),
  });
  return outcome === 'committed';
}

/** A success resets the failures of the other tokens of the same assignment, unless they are locked. */
async function resetFailuresOf(
  ports: SecondFactorPorts,
  { value: token, threshold }: LimitedToken,
  userBlocked: boolean,
): Promise<void> {
  const key = tokenDocument.key(token.id);
  await transact(ports, key.anchor, [key], ([current]) => {
    // A token that has a new owner since is no longer of this assignment.
    if (current?.value.epoch !== token.epoch) return { answer: undefined };
    const next = resetFailures(current.value, { threshold, userBlocked });
    if (next.failures === current.value.failures) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: next }] } };
  });
}

interface UserFactorAttempt {
  method: 'otp' | 'password-otp';
  user: User;
  /** As typed, if no first factor stands behind the name. */
  name?: string | undefined;
  way: SignInWay;
  resource: Resource;
  answer: SecondAnswer;
  /** The scope of the challenges that this answers. */
  scope: string;
  /** The transaction to confirm; then only tokens of these kinds may answer. */
  signs?: { transaction: string; kinds: readonly TokenKind[] };
  beforeRefusal?: SecondFactorAttempt['beforeRefusal'];
}

/**
 * Verifies one answer against the tokens with which a user is assigned to a resource, as read when its turn comes; if
 * that is at once, in the phase of the request.
 */
export function verifyUserFactor(
  ports: SecondFactorPorts,
  { method, user, name, way, resource, answer, scope, signs, beforeRefusal }: UserFactorAttempt,
  createEvent?: SecondFactorAttempt['createEvent'],
): Promise<SecondFactorOutcome> {
  const queue = name === undefined ? user.id : typedNameQueueKey(user.account, name);
  return verifySecondFactor(ports, queue, {
    method,
    way,
    answer,
    scope,
    accepts: signs?.kinds ?? acceptedKindsFrom(user, resource),
    ...omitUndefined({ transaction: signs?.transaction }),
    userBlocked: user.blocked,
    replacesTokens: way === 'widget' && isEnrolmentRequired(resource.enrolment, ports.clock.now()),
    user,
    attempt: newOperation(ports),
    ...omitUndefined({ createEvent, beforeRefusal }),
    readTokens: () => readLimitedTokens(ports, user, resource, way),
  });
}
