import type { MiddlewareHandler } from 'hono';
import { PROTOTYPE_NAMES } from '../../kernel/strict-json.ts';
import type { AppEnv } from '../context.ts';
import { RequestRefusal } from '../problem.ts';
import { queryOf } from '../query.ts';

/**
 * Refuses a query with a duplicate parameter: a proxy in front may have checked another one than we read (SR-57).
 * Prototype names are refused as well.
 */
export function refuseDuplicateParameters(): MiddlewareHandler<AppEnv> {
  return function checkParameters(c, next) {
    const query = queryOf(c.req.url);
    if (query !== '') {
      const seen = new Set<string>();
      for (const name of new URLSearchParams(query).keys()) {
        if (seen.has(name)) throw new RequestRefusal('DUPLICATE_NAME');
        if (PROTOTYPE_NAMES.has(name)) throw new RequestRefusal('INPUT_INVALID');
        seen.add(name);
      }
    }
    return next();
  };
}
