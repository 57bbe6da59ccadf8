import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { etagOf, type IfMatchVersions } from '../../store/records/etag.ts';
import type { AppEnv } from '../context.ts';

const IF_MATCH = /^\s*(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*)\s*$/;

/** The header with the version that a change is based on. */
export const changeHeaders = z.object({
  'if-match': z.string().max(1000).regex(IF_MATCH, 'one or more quoted versions, or *').optional().openapi({
    description:
      'An `ETag`. Refused with VERSION_CONFLICT if the object has changed since. Without it the last change wins.',
    example: '"X7Qe0aVwL1mN2bC3dE4fG5"',
  }),
});

/** RFC 9110 13.1.1: strong comparison, so a weak version never matches. */
export function ifMatchVersions(c: Context<AppEnv>): IfMatchVersions | undefined {
  const header = c.req.header('if-match')?.trim();
  if (header === undefined) return undefined;
  if (header === '*') return 'any';
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, version = '']) => (weak ? [] : [version]));
}

/** The response for one object has its version. */
export function tag(c: Context<AppEnv>, object: object): void {
  c.header('etag', `"${etagOf(object)}"`);
}

/** The same header in a description. */
export const tagged = {
  headers: z.object({
    ETag: z
      .string()
      .openapi({ description: 'The version of the object, for `If-Match`.', example: '"X7Qe0aVwL1mN2bC3dE4fG5"' }),
  }),
} as const;
