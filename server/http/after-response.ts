import type { Context } from 'hono';
import type { AppEnv } from './context.ts';

/** Once the answer has left: how long a mail takes, and whether there is one, is nobody's business (SR-40). */
export function runAfterResponse(c: Context<AppEnv>, deliver: () => Promise<void>): void {
  const log = c.get('log');
  setImmediate(() => {
    deliver().catch((error: unknown) => log.error({ err: error }, 'a mail about a password could not be sent'));
  });
}
