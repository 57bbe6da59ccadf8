import { setTimeout as pause } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';

export interface DelayOptions {
  /** Delay of a refusal, in ms. */
  holdMs?: number;
  /** Maximum delayed refusals; the next is sent at once. */
  most?: number;
  /** Resolves after so many ms, or when the signal reports that the client has gone. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Delays OVERLOADED responses. A client that ignores `Retry-After` and retries at once would otherwise use the
 * processor time that sign-ins of other users need (SR-19): delayed, each of its connections costs two refusals a
 * second.
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
  } catch (error) {
    // The client has disconnected.
    if (!signal.aborted) throw error;
  }
}
