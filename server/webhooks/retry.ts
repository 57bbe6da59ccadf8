import type { SendOutcome } from '../kernel/send-outcome.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';

/** Delays between tries: ten tries over about three days. */
export const RETRY_DELAYS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  DAY_MS,
] as const;

/** Maximum delay that a receiver may request. */
export const MAX_RETRY_AFTER_MS = DAY_MS;

/** A fifth up or down, so that deliveries that failed together do not retry together. */
const JITTER = 0.2;

export type NextStep =
  | { kind: 'delivered' }
  | { kind: 'retry'; delayMs: number }
  /** The receiver wants no more messages (410). */
  | { kind: 'gone' }
  | { kind: 'dead' };

/**
 * Decides what follows a try. Any 2xx is a receipt; a redirect is a failure like any other, since it is not followed
 * (SR-31).
 *
 * @param attempts tries started, including this one
 * @param chance uniform between 0 and 1
 */
export function decideNextStep(outcome: SendOutcome, attempts: number, chance: number): NextStep {
  if (outcome.kind === 'answered') {
    if (outcome.status >= 200 && outcome.status < 300) return { kind: 'delivered' };
    if (outcome.status === 410) return { kind: 'gone' };
  }
  const wait = RETRY_DELAYS_MS[attempts - 1];
  if (wait === undefined) return { kind: 'dead' };
  const jittered = wait * (1 - JITTER + 2 * JITTER * chance);
  const requestedMs = outcome.kind === 'answered' ? (outcome.retryAfterMs ?? 0) : 0;
  return { kind: 'retry', delayMs: Math.round(Math.max(jittered, Math.min(requestedMs, MAX_RETRY_AFTER_MS))) };
}
