import type { Context, Next } from 'hono';
import type { AppEnv } from './context.ts';

/**
 * Goes on with headers that the answer carries unless it sets them itself; errors and answers made without the context
 * are covered as well.
 *
 * On a socket they are put on Node's response, which the answer's own headers are written over. Touching the headers of
 * the finished answer instead costs more than all other middleware together, so that is left for where there is no socket.
 */
export async function withDefaultHeaders(
  c: Context<AppEnv>,
  next: Next,
  defaults: readonly (readonly [name: string, value: string])[],
): Promise<void> {
  const outgoing = c.env?.outgoing;
  if (outgoing) {
    for (const [name, value] of defaults) outgoing.setHeader(name, value);
    return next();
  }
  await next();
  const { headers } = c.res;
  for (const [name, value] of defaults) if (!headers.has(name)) headers.set(name, value);
}
