import type { Context } from 'hono';
import type { BuiltFile } from '../kernel/ports/built-files.ts';
import type { AppEnv } from './context.ts';

/** Serves a built file, compressed if the client accepts it. */
export function sendFile(c: Context<AppEnv>, file: BuiltFile, headers: Record<string, string>): Response {
  const all = { ...headers, 'content-type': file.contentType, vary: 'accept-encoding' };
  if (!/\bbr\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(file.body, 200, all);
  return c.body(file.brotli, 200, { ...all, 'content-encoding': 'br' });
}
