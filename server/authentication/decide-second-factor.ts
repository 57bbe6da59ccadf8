import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { Method } from '../kernel/event.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { Candidate, FactorCheck } from '../tokens/factor-check.ts';
import { countWrongAnswer, lockRefusal, resetFailures, tokenState } from '../tokens/lockout.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import type { Token } from '../tokens/token.ts';
import { isUsable } from '../tokens/usable-tokens.ts';
import type { SignInWay, User } from '../users/user.ts';
import { decideFactors, denialCode, denyKnownPassword } from './decide-factors.ts';
import type { LimitedToken } from './read-limited-tokens.ts';
import { factorStates, matchesAnswer } from './second-factor.ts';

/** The rules for one attempt. */
export interface SecondFactorRules {
  method: Method;
  /** How the user signs in. Default: through the widget. */
  way?: SignInWay | undefined;
  /** Well-formed; the caller has refused everything else. */
  answer: SecondAnswer;
  /** The kinds of tokens that the resource accepts. */
  accepts: readonly TokenKind[];
  userBlocked: boolean;
  /** Where all tokens are deactivated, a recovery code is verified and not dropped: a token has to be replaced. */
  replacesTokens?: boolean;
  /** The user whose second factor it is. Absent for a token used by itself. */
  user?: Pick<User, 'needsConfirmation' | 'passwordByHelpDesk'>;
  /** Id of this attempt, so that a repeated decision counts it once. */
  attempt: string;
}

/** A refusal that counts nothing. */
export interface UncountedRefusal {
  kind: 'refuse';
  code: RefusalCode;
  tokens: TokenId[];
  /** No token's secret was used, so a decoy does the work of a check (SR-70). */
  needsDecoyCheck: boolean;
}

type SecondFactorNeed = UncountedRefusal | { kind: 'skip' } | { kind: 'verify' };

/** Whether the truth table requires verifying the answer. */
export function needForSecondFactor(
  tokens: readonly LimitedToken[],
  { method, accepts, way, user, answer, replacesTokens }: SecondFactorRules,
  now: number,
): SecondFactorNeed {
  const states = factorStates(
    tokens.map(({ value }) => value),
    accepts,
    now,
    way,
  );
  const factors = denyKnownPassword(decideFactors(method, states), user ?? {});
  const refuse = (code: RefusalCode) =>
    ({ kind: 'refuse', code, tokens: idsOf(tokens), needsDecoyCheck: true }) as const;
  if (factors.kind === 'deny') return refuse(denialCode(factors.reason, user));
  const isRecovery = answer.kind === 'recovery';
  if (factors.recoveryOnly && !isRecovery) return refuse('TOKEN_LOCKED');
  const isReplacing = replacesTokens === true && factors.otpSkipped && isRecovery;
  return { kind: factors.otp || isReplacing ? 'verify' : 'skip' };
}

/** The tokens that the answer is verified on. */
export function candidateTokens(
  tokens: readonly LimitedToken[],
  { accepts, way, answer }: SecondFactorRules,
  now: number,
): LimitedToken[] {
  return tokens.filter(({ value }) => isUsable(value, accepts, now, way) && matchesAnswer(answer, value));
}

/** A token and the verdict on the answer. */
export interface VerifiedCandidate extends Candidate {
  stored: LimitedToken;
  verdict: FactorCheck;
}

type AcceptedCandidate = VerifiedCandidate & { verdict: Extract<FactorCheck, { verdict: 'accepted' }> };
type WrongCandidate = VerifiedCandidate & { verdict: Extract<FactorCheck, { verdict: 'wrong' }> };

/** A token as read, and as it is after the decision. */
export interface TokenChange extends VerifiedCandidate {
  next: Token;
}

export type SecondFactorDecision =
  | UncountedRefusal
  /** `others`: tokens of the same assignment, whose failures the success resets. */
  | { kind: 'accept'; change: AcceptedCandidate & { next: Token }; others: LimitedToken[] }
  /** A wrong answer, counted on each token that it was verified on. `reason`: for the audit log. */
  | {
      kind: 'count';
      code: 'TOKEN_LOCKED' | 'OTP_WRONG';
      reason?: RefusalCode;
      tokens: TokenId[];
      changes: TokenChange[];
      isClockOff: boolean;
    };

/** Decides on an answer that has been verified on each candidate. */
export function decideSecondFactor(
  verified: readonly VerifiedCandidate[],
  tokens: readonly LimitedToken[],
  rules: SecondFactorRules,
  now: number,
): SecondFactorDecision {
  // A replayed code is refused even if another token would accept it: it could be submitted again and again, each time
  // an uncounted guess at the others (SR-1, SR-2).
  if (verified.some(({ verdict }) => verdict.verdict === 'replayed')) {
    const ids = idsOf(verified.map(({ stored }) => stored));
    return { kind: 'refuse', code: 'OTP_REPLAYED', tokens: ids, needsDecoyCheck: false };
  }
  const accepted = verified.find(isAccepted);
  if (accepted) {
    const next = resetFailures(accepted.verdict.next, { ...rules, threshold: accepted.stored.threshold });
    const others = tokens.filter((other) => other !== accepted.stored);
    return { kind: 'accept', change: { ...accepted, next }, others };
  }
  const wrong = verified.filter(isWrong);
  if (wrong.length > 0) return countWrong(wrong, rules, now);
  // No token could be guessed: refuse, and count nothing.
  const about = verified.length === 0 ? tokens : verified.map(({ stored }) => stored);
  return { kind: 'refuse', code: codeWithoutGuess(tokens, rules, now), tokens: idsOf(about), needsDecoyCheck: true };
}

function countWrong(wrong: readonly WrongCandidate[], rules: SecondFactorRules, now: number): SecondFactorDecision {
  const changes = wrong.map((one) => {
    const { threshold, value } = one.stored;
    return { ...one, next: countWrongAnswer(one.verdict.next ?? value, { ...rules, threshold, now }) };
  });
  const reason = wrong.find(({ verdict }) => verdict.reason !== undefined)?.verdict.reason;
  return {
    kind: 'count',
    code: changes.every(({ next }) => next.lock !== undefined) ? 'TOKEN_LOCKED' : 'OTP_WRONG',
    ...omitUndefined({ reason }),
    tokens: idsOf(wrong.map(({ stored }) => stored)),
    changes,
    isClockOff: wrong.some(({ verdict }) => verdict.clockOff === true),
  };
}

/** A lock is reported, because the user can have it lifted; every other reason reads as a wrong answer. */
function codeWithoutGuess(
  tokens: readonly LimitedToken[],
  { answer, accepts, way }: SecondFactorRules,
  now: number,
): RefusalCode {
  const matching = tokens.filter(({ value }) => matchesAnswer(answer, value));
  if (matching.length > 0 && matching.every(({ value }) => tokenState(value, now) === 'locked')) {
    return lockRefusal(matching.map(({ value }) => value));
  }
  return matching.some(({ value }) => isUsable(value, accepts, now, way)) ? 'NOTHING_ASKED' : 'OTP_WRONG';
}

function isAccepted(candidate: VerifiedCandidate): candidate is AcceptedCandidate {
  return candidate.verdict.verdict === 'accepted';
}

function isWrong(candidate: VerifiedCandidate): candidate is WrongCandidate {
  return candidate.verdict.verdict === 'wrong';
}

function idsOf(tokens: readonly LimitedToken[]): TokenId[] {
  return tokens.map(({ value }) => value.id);
}
