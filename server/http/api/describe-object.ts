import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiScope } from '../../kernel/api-scope.ts';
import { isRefusal, type Refusal, type Result } from '../../kernel/result.ts';
import { etagOf } from '../../records/etag.ts';
import type { Page } from '../../records/list-objects.ts';
import type { AppEnv } from '../context.ts';
import { creationHeaders, pageOf } from './fields.ts';
import { jsonAnswer, jsonBody, refusals, refuseResult } from './router.ts';
import { changeHeaders, tag, tagged } from './version.ts';

/** What is told of a kind of object; the five routes that every kind has are described alike. */
export interface Described<P extends string, Id extends z.ZodType> {
  /** `/users` */
  path: P;
  tag: string;
  /** `a user` */
  one: string;
  /** `users` */
  many: string;
  id: Id;
  /** Scopes of reading and of changing. */
  scopes?: [reading: ApiScope, changing: ApiScope];
}

/**
 * @param shown how one is shown
 * @param made what answers its creation, where that shows more
 */
export function describeObject<
  const P extends string,
  Id extends z.ZodType,
  Query extends z.ZodObject,
  Input extends z.ZodType,
  Changes extends z.ZodType,
  Shown extends z.ZodType,
  Made extends z.ZodType,
>(
  { path, tag, one, many, id, scopes: [reading, changing] = ['read', 'write'] }: Described<P, Id>,
  {
    query,
    input,
    changes,
    shown,
    made,
    about = {},
  }: {
    query: Query;
    input: Input;
    changes: Changes;
    shown: Shown;
    made: Made;
    /** What there is to say beyond the summaries. */
    about?: { create?: string; update?: string; remove?: string };
  },
) {
  const tags = [tag];
  const params = z.object({ id });
  const onePath = `${path}/{id}` as const;
  const name = one.replace(/^an? /, '');
  const read = [{ apiKey: [reading as string] }];
  const write = [{ apiKey: [changing as string] }];
  return {
    create: createRoute({
      method: 'post',
      path,
      tags,
      summary: `Create ${one}`,
      ...(about.create !== undefined && { description: about.create }),
      security: write,
      request: { ...jsonBody(input), headers: creationHeaders },
      responses: { 201: { ...jsonAnswer('Created.', made), ...tagged }, ...refusals },
    }),
    list: createRoute({
      method: 'get',
      path,
      tags,
      summary: `List ${many}, newest first`,
      description:
        'A page may hold fewer than `limit`, even none, without being the last: go on until `next` is null. With `search` the order is by name.',
      security: read,
      request: { query },
      responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
    }),
    read: createRoute({
      method: 'get',
      path: onePath,
      tags,
      summary: `Read ${one}`,
      security: read,
      request: { params },
      responses: { 200: { ...jsonAnswer(`The ${name}.`, shown), ...tagged }, ...refusals },
    }),
    update: createRoute({
      method: 'patch',
      path: onePath,
      tags,
      summary: `Change ${one}`,
      ...(about.update !== undefined && { description: about.update }),
      security: write,
      request: { params, headers: changeHeaders, ...jsonBody(changes) },
      responses: { 200: { ...jsonAnswer(`The ${name} as it is now.`, shown), ...tagged }, ...refusals },
    }),
    remove: createRoute({
      method: 'delete',
      path: onePath,
      tags,
      summary: `Delete ${one}`,
      ...(about.remove !== undefined && { description: about.remove }),
      security: write,
      request: { params, headers: changeHeaders },
      responses: { 204: { description: 'Deleted.' }, ...refusals },
    }),
  };
}

/** One object, with its version. */
export function showOne<T extends object, S>(
  c: Context<AppEnv>,
  verdict: Result<{ object: T }>,
  present: (object: T) => S,
) {
  if (isRefusal(verdict)) return refuseResult(c, verdict);
  tag(c, verdict.object);
  return c.json(present(verdict.object), 200);
}

export function showPage<T, S>(c: Context<AppEnv>, page: Result<Page<T>>, present: (object: T) => S) {
  if (isRefusal(page)) return refuseResult(c, page);
  return c.json({ items: page.items.map(present), next: page.next }, 200);
}

export function showDeleted(c: Context<AppEnv>, verdict: Result<{ deleted: true }>) {
  return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
}

/** What was made, as it is remembered for the repetition of its request. */
export interface Made<S> {
  version: string;
  body: S;
}

export function madeFrom<S>(object: object, body: S): Made<S> {
  return { version: etagOf(object), body };
}

export function showMade<S>(c: Context<AppEnv>, made: Made<S> | Refusal) {
  if (isRefusal(made)) return refuseResult(c, made);
  c.header('etag', `"${made.version}"`);
  return c.json(made.body, 201);
}

/** What there was already, with something new about it that is shown this once. */
export function showRotated<S>(c: Context<AppEnv>, rotated: Made<S> | Refusal) {
  if (isRefusal(rotated)) return refuseResult(c, rotated);
  c.header('etag', `"${rotated.version}"`);
  return c.json(rotated.body, 200);
}
