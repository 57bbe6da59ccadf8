import { setTimeout as pause } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';

export interface DelayOptions {
  /** How long a refusal is kept, in ms. */
  holdMs?: number;
  /** How many are kept at once; the next is answered without delay. */
  most?: number;
  /** Resolves after so many ms, or when the signal says that nobody waits any more. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps answers of OVERLOADED back for a moment. A client that comes back at once whatever `Retry-After` says would
 * otherwise take, refusal by refusal, the processor time that everybody else's sign-in needs (SR-19): held, each of its
 * connections costs two refusals a second.
 */
export function delayOverloadResponses(options: DelayOptions = {}): MiddlewareHandler<AppEnv> {
  const { holdMs = 500, most = 2048, wait = waitOrGone } = options;
  let held = 0;
  return async function keepBack(c, next) {
    await next();
    if (c.get('refusal') !== 'OVERLOADED' || held >= most) return;
    held += 1;
    try {
      await wait(holdMs, c.req.raw.signal);
    } finally {
      held -= 1;
    }
  };
}

async function waitOrGone(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch {
    // The client has gone, and its answer with it.
  }
}
