import type { MiddlewareHandler } from 'hono';
import { readStrictJson } from '../../kernel/strict-json.ts';
import type { AppEnv } from '../context.ts';
import { RequestRefusal } from '../problem.ts';

/** `application/json`, or with its only charset (RFC 8259 8.1). */
const MEDIA_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;

/**
 * Reads a body as strict JSON, once. `c.req.json()`, which the validation of a route reads, then returns exactly the
 * value that was checked. A request without a body passes, unless it is a PATCH: its schema decides whether it needs one.
 *
 * Runs after {@link bodyLimit}, which has read and bounded the bytes.
 */
export function strictJson(): MiddlewareHandler<AppEnv> {
  return async function readJson(c, next) {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    if (bytes.length === 0) {
      // Every field of a change is optional, so its schema would accept a missing body as an empty change.
      const missing = new RequestRefusal('JSON_INVALID', { detail: 'The body is empty.' });
      if (c.req.method === 'PATCH') throw missing;
      c.req.json = () => Promise.reject(missing);
      return next();
    }
    if (!MEDIA_TYPE.test(c.req.header('content-type') ?? '')) throw new RequestRefusal('MEDIA_TYPE_UNSUPPORTED');
    const reading = readStrictJson(bytes);
    if (!reading.ok) throw new RequestRefusal(reading.code);
    const { value } = reading;
    // Hono would parse the text again; this way no handler sees another value than the checked one.
    c.req.json = <T>() => Promise.resolve(value as T);
    return next();
  };
}
