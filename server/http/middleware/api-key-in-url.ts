import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { RequestRefusal } from '../problem.ts';
import { queryOf } from '../query.ts';

/** Not within a random text, which may contain the letters. */
const API_KEY_START = /(?<![\w-])csk_/i;
/** Compared without case, `-` and `_`: `Api-Key`, `api_key`, `apikey` are one name. */
const CREDENTIAL_NAMES = new Set(['apikey', 'accesstoken', 'key', 'xapikey', 'authorization', 'bearer']);

/**
 * URLs end up in logs, histories and referrers, so a credential in one is refused even if it is valid, which alerts the
 * client's developer (SR-26; ASVS 14.2.1).
 */
export function refuseApiKeyInUrl(): MiddlewareHandler<AppEnv> {
  return function checkUrl(c, next) {
    // The path is already decoded.
    if (holdsKey(c.req.path)) throw new RequestRefusal('API_KEY_IN_URL');
    const query = queryOf(c.req.url);
    if (query !== '') {
      for (const [name, value] of new URLSearchParams(query)) {
        const plainName = name.toLowerCase().replace(/[-_]/g, '');
        if (CREDENTIAL_NAMES.has(plainName) || holdsKey(name) || holdsKey(value))
          throw new RequestRefusal('API_KEY_IN_URL');
      }
    }
    return next();
  };
}

function holdsKey(text: string): boolean {
  return API_KEY_START.test(text);
}
