import type { RefusalCode } from '../../shared/wire/codes.ts';
import type { TokenId } from '../domain/ids.ts';
import { acceptOtp, countWrongOtp, forgiveFailures, tokenState } from '../domain/lockout.ts';
import { decideFactors, denialCode, type Method } from '../domain/methods.ts';
import { verifyOtp } from '../domain/otp/verify.ts';
import type { Token } from '../domain/token.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Json, Stored } from '../ports/store.ts';
import { burnAttempt, otpLine } from './burn-attempt.ts';
import { inTurn } from './in-turn.ts';
import { needing } from './needing.ts';
import { movePlaces } from './object-places.ts';
import { seedContext } from './seed-context.ts';
import { Contention, newOperation, transact } from './transact.ts';
import { refusal, type Verdict } from './verdict.ts';

export type OtpNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

export interface OtpCheck {
  method: Method;
  /** Exactly `^[0-9]{6,10}$`; the caller has refused everything else. */
  otp: string;
  /** The resource's `failedAttemptsBeforeLock`. */
  threshold: number;
  userBlocked: boolean;
  /** Names this attempt, so that a repeated decision counts it once. */
  attempt: string;
  /** The event of what came of it, where this check is the last word: it hangs on the commit that decides. */
  tell?: (told: OtpTold) => Json;
  /** Which tokens may answer, read when it is this attempt's turn and again after every lost race. */
  candidates: () => Promise<Stored<Token>[]>;
}

/** What an event may say of a check. */
export type OtpTold =
  | { otp: 'verified'; token: TokenId }
  | { otp: 'skipped' }
  | { refused: RefusalCode; tokens: TokenId[] };

export type OtpOutcome = Verdict<{ otp: 'verified'; token: TokenId } | { otp: 'skipped' }>;

const MAX_ROUNDS = 12;

/**
 * The second factor, by the truth table. The verdict is decided on exactly the versions that were read and leaves only
 * when the used code, or the failure on every active token, is durable: however many ask at once, one code is accepted
 * once (SR-1) and no guess is answered that was not counted (SR-2).
 */
export async function checkOtp(ports: OtpNeeds, queue: string, check: OtpCheck): Promise<OtpOutcome> {
  // One instant for the whole attempt: a lost race must not move the guess into the next time step.
  const now = ports.clock.now();
  let told = false;

  return inTurn(ports.store, otpLine(queue), async () => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const tokens = await check.candidates();
      const factors = decideFactors(
        check.method,
        tokens.map(({ value }) => tokenState(value, now)),
      );
      if (factors.kind === 'deny') {
        const code = denialCode(factors.reason);
        await burnAttempt(ports, queue, check.tell?.({ refused: code, tokens: idsOf(tokens) }));
        return refusal(code);
      }
      if (!factors.otp) {
        if (check.tell) await burnAttempt(ports, queue, check.tell({ otp: 'skipped' }));
        return { otp: 'skipped' };
      }

      const active = tokens.filter(({ value }) => tokenState(value, now) === 'active');
      const judged = active.map((stored) => ({ stored, verdict: verifyWith(ports, stored.value, check.otp, now) }));

      const accepted = judged.find(({ verdict }) => verdict.verdict === 'accepted');
      if (accepted && accepted.verdict.verdict === 'accepted') {
        const { counter } = accepted.verdict;
        const next = acceptOtp(accepted.stored.value, { ...check, counter });
        const event = check.tell?.({ otp: 'verified', token: next.id });
        if (!(await replace(ports, accepted.stored, next, now, event))) continue;
        const others = tokens.filter((other) => other !== accepted.stored);
        await Promise.all(others.map(({ value }) => forgive(ports, value, check)));
        return { otp: 'verified', token: next.id };
      }
      if (judged.some(({ verdict }) => verdict.verdict === 'replayed')) {
        const tokens = idsOf(active);
        if (check.tell) await burnAttempt(ports, queue, check.tell({ refused: 'OTP_REPLAYED', tokens }));
        return refusal('OTP_REPLAYED');
      }

      const wrong = active.map((stored) => ({ stored, next: countWrongOtp(stored.value, { ...check, now }) }));
      const noneLeft = wrong.every(({ next }) => next.lock !== undefined);
      const code = noneLeft ? 'TOKEN_LOCKED' : 'OTP_WRONG';
      const event = told ? undefined : check.tell?.({ refused: code, tokens: idsOf(active) });
      // One attempt is told of once, whichever of its counts had to be taken again.
      const teller = wrong.findIndex(({ stored, next }) => next !== stored.value);
      const counted = await Promise.all(
        wrong.map(({ stored, next }, at) => replace(ports, stored, next, now, at === teller ? event : undefined)),
      );
      told ||= teller >= 0 && counted[teller] === true;
      if (!counted.every(Boolean)) continue;
      if (event !== undefined && !told) await burnAttempt(ports, queue, event);
      return refusal(code);
    }
    throw new Contention(queue);
  });
}

function verifyWith(ports: OtpNeeds, token: Token, otp: string, now: number) {
  return needing('checking a code', () => {
    const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
    return verifyOtp(token, secret, otp, now);
  });
}

function idsOf(tokens: readonly Stored<Token>[]): TokenId[] {
  return tokens.map(({ value }) => value.id);
}

/** Whether the token was still as it was read, and now is as decided. */
async function replace(
  ports: OtpNeeds,
  stored: Stored<Token>,
  next: Token,
  now: number,
  event?: Json,
): Promise<boolean> {
  if (next === stored.value) return true;
  const key = documents.token(next.id);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: stored.version }],
    put: [{ key, value: next }],
    // Nothing else that a code changes has a place of its own.
    ...(next.lock !== stored.value.lock && { index: movePlaces(key, stored.value, next) }),
    ...(event !== undefined && { append: [event] }),
  });
  return outcome === 'committed';
}

/** A success forgives the failures of the other tokens of the same assignment, unless they are locked. */
async function forgive(
  ports: OtpNeeds,
  token: Token,
  rule: { threshold: number; userBlocked: boolean },
): Promise<void> {
  const key = documents.token(token.id);
  await transact(ports, key.anchor, [key], ([current]) => {
    // One that has changed hands since is no longer of this assignment.
    if (current?.value.epoch !== token.epoch) return { answer: undefined };
    const next = forgiveFailures(current.value, rule);
    if (next.failures === current.value.failures) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: next }] } };
  });
}
