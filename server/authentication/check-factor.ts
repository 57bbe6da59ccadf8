import type { RefusalCode } from '@countersign/protocol/codes';
import type { TokenId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { Ports } from '../kernel/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../records/index-entries.ts';
import { documents } from '../store/keys.ts';
import type { Json, Stored } from '../store/store.ts';
import { Contention, newOperation, transact } from '../store/transact.ts';
import type { Challenge } from '../tokens/challenge.ts';
import type { ShownPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { isOath, isRecovery, isWebauthn, type Token, type TokenKind } from '../tokens/token.ts';
import type { SignInWay, User } from '../users/user.ts';
import { checkDecoy } from './check-decoy.ts';
import { BURNT, decoyAttempt, factorQueueKey } from './decoy-attempt.ts';
import type { Candidate, FactorVerdict } from './factor-check.ts';
import { countWrongAnswer, resetFailures, tokenState } from './lockout.ts';
import { decideFactors, denialCode, type Method } from './methods.ts';
import type { LimitedToken } from './read-limits.ts';
import { factorStates, isUsable, matchesAnswer, type SecondAnswer } from './second-factor.ts';
import { verifyAnswer } from './verify-answer.ts';

export type FactorNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

export interface FactorCheck {
  method: Method;
  /** How whoever answers comes in. Default: by the widget. */
  way?: SignInWay | undefined;
  /** Of the right form; the caller has refused everything else. */
  answer: SecondAnswer;
  /** The kinds of tokens that count here. */
  accepts: readonly TokenKind[];
  /** Where challenges stand that this answers: the sign-in, or `apiScope` of the resource. */
  scope: string;
  /** Hash of the transaction that the answer is to confirm. What was asked for another, or for none, is no question here. */
  transaction?: string;
  userBlocked: boolean;
  /** Whose factors are asked for; absent where a token stands for itself. */
  user?: Pick<User, 'needsConfirmation'>;
  /** Names this attempt, so that a repeated decision counts it once. */
  attempt: string;
  /** The name is unknown: every answer is wrong, and this record is written in place of a token's (SR-70). */
  decoy?: number;
  /** The event of what came of it, where this check is the last word: it hangs on the commit that decides. */
  tell?: (told: FactorTold) => Json;
  /** Which tokens may answer, read when it is this attempt's turn and again after every lost race. */
  candidates: () => Promise<LimitedToken[]>;
}

/** What an event may say of a check. */
export type FactorTold =
  | { otp: 'verified'; token: TokenId; kind: TokenKind }
  | { otp: 'skipped' }
  | { refused: RefusalCode; tokens: TokenId[] };

export type FactorOutcome = Result<
  /** `pin`: it was part of the code. */
  { otp: 'verified'; token: TokenId; kind: TokenKind; pin?: true; passkey?: ShownPasskey } | { otp: 'skipped' }
>;

const MAX_ROUNDS = 12;

interface Judged extends Candidate {
  stored: LimitedToken;
  judgement: FactorVerdict;
}
type Wrong = Judged & { judgement: Extract<FactorVerdict, { verdict: 'wrong' }> };
type Accepted = Judged & { judgement: Extract<FactorVerdict, { verdict: 'accepted' }> };

/**
 * The second factor, by the truth table. The verdict is decided on exactly the versions that were read and leaves only
 * when the used answer, or the failure on every token that it was tried on, is durable: however many ask at once, one
 * answer is accepted once (SR-1) and no guess is answered that was not counted (SR-2).
 */
export async function checkFactor(ports: FactorNeeds, queue: string, check: FactorCheck): Promise<FactorOutcome> {
  // One instant for the whole attempt: a lost race must not move the guess into the next time step.
  const now = ports.clock.now();
  let told = false;

  return runExclusive(ports.store, factorQueueKey(queue), async () => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const tokens = await check.candidates();
      const states = factorStates(
        tokens.map(({ value }) => value),
        check.accepts,
        now,
        check.way,
      );
      const factors = decideFactors(check.method, states);
      if (factors.kind === 'deny') {
        const code = denialCode(factors.reason, check.user);
        await checkDecoy(ports, check.answer, now);
        const ids = idsOf(tokens);
        await decoyAttempt(ports, check.tell?.({ refused: code, tokens: ids }));
        return refusal(code, { tokens: ids });
      }
      if (!factors.otp) {
        if (check.tell) await decoyAttempt(ports, check.tell({ otp: 'skipped' }));
        return { otp: 'skipped' };
      }

      const judged = await judge(ports, check, tokens, now);
      // Of a code that was used already nothing else is answered, also where another token would take it: it could be shown
      // again and again, and would be a guess at the others that nobody counts (SR-1, SR-2).
      const isUsed = judged.some(({ judgement }) => judgement.verdict === 'replayed');
      const accepted = isUsed ? undefined : judged.find(isAccepted);
      if (accepted) {
        const { threshold } = accepted.stored;
        const next = resetFailures(accepted.judgement.next, { ...check, threshold });
        const { kind } = next.factor;
        const event = check.tell?.({ otp: 'verified', token: next.id, kind });
        if (!(await replace(ports, accepted, next, { now, scope: check.scope, event }))) continue;
        const others = tokens.filter((other) => other !== accepted.stored);
        await Promise.all(others.map((other) => forgive(ports, other, check.userBlocked)));
        const { passkey } = accepted.judgement;
        return { otp: 'verified', token: next.id, kind, ...(next.pin && { pin: true }), ...(passkey && { passkey }) };
      }
      const tried = judged.filter(({ judgement }) => judgement.verdict !== 'not-asked');
      if (isUsed || tried.length === 0) {
        // Without anything that it could be tried on there was no guess: refused, and nothing is counted.
        const refused = tried.length === 0 ? refusalWithoutCandidate(tokens, check, now) : 'OTP_REPLAYED';
        const ids = idsOf(judged.length === 0 ? tokens : judged.map(({ stored }) => stored));
        if (!isUsed) await checkDecoy(ports, check.answer, now);
        await decoyAttempt(ports, check.tell?.({ refused, tokens: ids }));
        return refusal(refused, { tokens: ids });
      }

      const wrong = tried.filter(isWrong).map((one) => {
        const { threshold } = one.stored;
        return { ...one, next: countWrongAnswer(afterWrong(one), { ...check, threshold, now }) };
      });
      const noneLeft = wrong.every(({ next }) => next.lock !== undefined);
      const code = noneLeft ? 'TOKEN_LOCKED' : 'OTP_WRONG';
      const reason = wrong.find(({ judgement }) => judgement.reason !== undefined)?.judgement.reason;
      const ids = idsOf(wrong.map(({ stored }) => stored));
      const event = told ? undefined : check.tell?.({ refused: reason ?? code, tokens: ids });
      // One attempt is told of once, whichever of its counts had to be taken again.
      const teller = wrong.findIndex(({ stored, next }) => next !== stored.value);
      const counted = await Promise.all(
        wrong.map(({ stored, next }, at) =>
          replace(ports, { stored }, next, { ...check, now, event: at === teller ? event : undefined }),
        ),
      );
      told ||= teller >= 0 && counted[teller] === true;
      if (!counted.every(Boolean)) continue;
      if (event !== undefined && !told) await decoyAttempt(ports, event);
      const clockOff = wrong.some(({ judgement }) => judgement.clockOff === true);
      return refusal(code, { tokens: ids, ...(reason !== undefined && { reason }), ...(clockOff && { clockOff }) });
    }
    throw new Contention(queue);
  });
}

async function judge(
  ports: FactorNeeds,
  check: FactorCheck,
  tokens: readonly LimitedToken[],
  now: number,
): Promise<Judged[]> {
  const meant = tokens.filter(
    ({ value }) => isUsable(value, check.accepts, now, check.way) && matchesAnswer(check.answer, value),
  );
  const challenges = await readChallenges(ports, meant, check, now);
  return Promise.all(
    meant.map(async (stored): Promise<Judged> => {
      const candidate = { stored, challenge: challenges.get(stored.value.id), scope: check.scope };
      const judgement = await verifyAnswer(ports, candidate, check.answer, now);
      return { ...candidate, judgement: check.decoy !== undefined ? { verdict: 'wrong' } : judgement };
    }),
  );
}

/** What the tokens were asked in this scope, for this transaction. Most tokens are asked nothing, and cost no read. */
async function readChallenges(
  ports: FactorNeeds,
  tokens: readonly Stored<Token>[],
  { scope, transaction }: FactorCheck,
  now: number,
): Promise<Map<TokenId, Stored<Challenge>>> {
  const asked = tokens.filter(({ value }) => !isOath(value) && !isRecovery(value) && !isWebauthn(value));
  if (asked.length === 0) return new Map();
  const found = await ports.store.getMany(
    asked.map(({ value }) => documents.challenge(value.id, scope)),
    now,
  );
  return new Map(
    found
      .filter((challenge) => challenge !== undefined)
      .filter(({ value }) => value.transaction === transaction)
      .map((challenge) => [challenge.value.token, challenge] as const),
  );
}

/** Locked is what its owner can have mended; the rest reads as a wrong answer. */
function refusalWithoutCandidate(tokens: readonly Stored<Token>[], check: FactorCheck, now: number): RefusalCode {
  const meant = tokens.filter(({ value }) => matchesAnswer(check.answer, value));
  if (meant.length > 0 && meant.every(({ value }) => tokenState(value, now) === 'locked')) return 'TOKEN_LOCKED';
  return meant.some(({ value }) => isUsable(value, check.accepts, now, check.way)) ? 'NOTHING_ASKED' : 'OTP_WRONG';
}

function isAccepted(judged: Judged): judged is Accepted {
  return judged.judgement.verdict === 'accepted';
}

function isWrong(judged: Judged): judged is Wrong {
  return judged.judgement.verdict === 'wrong';
}

/** The token with whatever a wrong answer has it remember beside the failure. */
function afterWrong({ stored, judgement }: Wrong): Token {
  return judgement.next ?? stored.value;
}

function idsOf(tokens: readonly Stored<Token>[]): TokenId[] {
  return tokens.map(({ value }) => value.id);
}

/** Whether the token and what it was asked were still as they were read, and now are as decided. */
async function replace(
  ports: FactorNeeds,
  { stored, challenge, judgement }: Omit<Candidate, 'scope'> & { judgement?: FactorVerdict },
  next: Token,
  { now, scope, event, decoy }: Pick<FactorCheck, 'scope' | 'decoy'> & { now: number; event?: Json | undefined },
): Promise<boolean> {
  const answered = judgement?.verdict === 'accepted' ? judgement.challenge : undefined;
  if (next === stored.value && !answered) return true;
  const isDecoy = decoy !== undefined;
  const key = isDecoy ? documents.burntAttempt(decoy) : documents.token(next.id);
  const asked = documents.challenge(next.id, scope);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [
      { key: isDecoy ? documents.neverBurnt(decoy) : key, version: stored.version },
      ...(answered && challenge ? [{ key: asked, version: challenge.version }] : []),
    ],
    put: [
      { key, value: isDecoy ? BURNT : next },
      ...(answered ? [{ key: asked, value: answered, expiresAt: answered.expiresAt }] : []),
    ],
    // Nothing else that an answer changes has a place of its own.
    ...(next.lock !== stored.value.lock && { index: reindex(documents.token(next.id), stored.value, next) }),
    ...(event !== undefined && { append: [event] }),
  });
  return outcome === 'committed';
}

/** A success forgives the failures of the other tokens of the same assignment, unless they are locked. */
async function forgive(
  ports: FactorNeeds,
  { value: token, threshold }: LimitedToken,
  userBlocked: boolean,
): Promise<void> {
  const key = documents.token(token.id);
  await transact(ports, key.anchor, [key], ([current]) => {
    // One that has changed hands since is no longer of this assignment.
    if (current?.value.epoch !== token.epoch) return { answer: undefined };
    const next = resetFailures(current.value, { threshold, userBlocked });
    if (next.failures === current.value.failures) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: next }] } };
  });
}
