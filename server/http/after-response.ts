import type { Context } from 'hono';
import type { AppEnv } from './context.ts';

/** Runs after the response has left, so that its time does not reveal whether a mail is sent (SR-40). */
export function runAfterResponse(c: Context<AppEnv>, deliver: () => Promise<void>): void {
  const log = c.get('log');
  setImmediate(() => {
    deliver().catch((error: unknown) => log.error({ err: error }, 'a mail about a password could not be sent'));
  });
}
