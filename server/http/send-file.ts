import { brotliCompressSync, constants } from 'node:zlib';
import type { Context } from 'hono';
import type { BuiltFile } from '../kernel/ports/built-files.ts';
import type { AppEnv } from './context.ts';

/** Serves a built file, compressed if the client accepts it. */
export function sendFile(c: Context<AppEnv>, file: BuiltFile, headers: Record<string, string>): Response {
  const all = { ...headers, 'content-type': file.contentType, vary: 'accept-encoding' };
  if (!file.brotli || !acceptsBrotli(c)) return c.body(file.body, 200, all);
  return c.body(file.brotli, 200, { ...all, 'content-encoding': 'br' });
}

/** Beyond this quality a document gets hardly smaller (decision 0258). */
const PAGE_QUALITY = 5;

/**
 * Sends a document of this request alone, compressed if the client accepts it. Its only secret is a nonce of its own,
 * so the length reveals nothing that another request could use.
 */
export function sendPage(c: Context<AppEnv>, html: string): Response {
  if (!acceptsBrotli(c)) return c.body(html, 200);
  return c.body(compressPage(html), 200, { 'content-encoding': 'br' });
}

export function compressPage(html: string): Uint8Array<ArrayBuffer> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: PAGE_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  };
  return new Uint8Array(brotliCompressSync(html, { params }));
}

function acceptsBrotli(c: Context<AppEnv>): boolean {
  return /\bbr\b/.test(c.req.header('accept-encoding') ?? '');
}
