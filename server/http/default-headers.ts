import type { Context, Next } from 'hono';
import type { AppEnv } from './context.ts';

type DefaultHeaders = readonly (readonly [name: string, value: string])[];

/**
 * Adds headers to the response unless the route sets them; errors and responses made without the context are covered as
 * well.
 *
 * On a socket they are set on Node's response, and the response's own headers overwrite them. Changing the headers of
 * the finished response costs more than all other middleware together, so it is only done without a socket.
 */
export function withDefaultHeaders(c: Context<AppEnv>, next: Next, defaults: DefaultHeaders): Promise<void> {
  const outgoing = c.env?.outgoing;
  if (!outgoing) return addToFinished(c, next, defaults);
  for (const [name, value] of defaults) outgoing.setHeader(name, value);
  return next();
}

async function addToFinished(c: Context<AppEnv>, next: Next, defaults: DefaultHeaders): Promise<void> {
  await next();
  const { headers } = c.res;
  for (const [name, value] of defaults) if (!headers.has(name)) headers.set(name, value);
}
