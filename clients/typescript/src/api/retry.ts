import { CountersignError } from '../error.ts';

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5000;

/** Answers after which the same request may well succeed. A 500 is not among them: it is a bug, and stays one. */
const TRANSIENT_STATUS = [429, 502, 503, 504];

/**
 * How long to wait before the next attempt after this error, or undefined if there should be none. Half of the delay is
 * random, so that clients who failed together do not come back together.
 */
export function retryDelayMs(error: unknown, tried: number, maxWaitMs: number): number | undefined {
  if (!(error instanceof CountersignError) || !isTransient(error)) return undefined;
  const backoffMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (tried - 1));
  const delayMs = Math.round(backoffMs * (0.5 + Math.random() / 2));
  if (error.retryAfterMs === undefined) return Math.min(delayMs, maxWaitMs);
  return error.retryAfterMs > maxWaitMs ? undefined : error.retryAfterMs + Math.round(delayMs / 2);
}

function isTransient({ code, status }: CountersignError): boolean {
  if (status === undefined) return code === 'NETWORK_FAILED' || code === 'TIMEOUT';
  // The first attempt, whose answer was lost, is still at work.
  return TRANSIENT_STATUS.includes(status) || code === 'IDEMPOTENCY_KEY_IN_USE';
}

/** Waits, unless the caller ends the call. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(new CountersignError('ABORTED', 'The caller ended the call.'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
