import type { ApiScope } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isRefusal, type Refusal, type Result } from '../../kernel/result.ts';
import { etagOf } from '../../store/records/etag.ts';
import type { Page } from '../../store/records/list-objects.ts';
import type { AppEnv } from '../context.ts';
import { countedPageOf, creationHeaders, pageOf } from './fields.ts';
import { jsonAnswer, jsonBody, refuseResult } from './router.ts';
import { changeHeaders, tag, tagged } from './version.ts';

/** A kind of object and its texts. The five routes of every kind are described alike. */
interface ObjectKind<P extends string, Id extends z.ZodType> {
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
 * @param shown the schema of one object
 * @param made the schema of the response to its creation, which may have more
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
  { path, tag, one, many, id, scopes: [reading, changing] = ['read', 'write'] }: ObjectKind<P, Id>,
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
    /** Descriptions besides the summaries. */
    about?: { create?: string; update?: string; remove?: string };
  },
) {
  const params = z.object({ id });
  const onePath = `${path}/{id}` as const;
  const noun = one.replace(/^an? /, '');
  const name = noun.replace(
    /(?:^| )(\w)(\w*)/g,
    (_, first: string, rest: string) => first.toUpperCase() + rest.toLowerCase(),
  );
  return {
    create: {
      method: 'post',
      path,
      scope: changing,
      operationId: `create${name}`,
      tag,
      summary: `Create ${one}`,
      ...omitUndefined({ description: about.create }),
      request: { ...jsonBody(input), headers: creationHeaders },
      responses: { 201: { ...jsonAnswer('Created.', made), ...tagged } },
    },
    list: {
      method: 'get',
      path,
      scope: reading,
      operationId: `list${name}s`,
      tag,
      summary: `List ${many}, newest first`,
      description:
        'A page can have fewer objects than `limit`, even none, without being the last: continue until `next` is null. With `search` the order is by name.',
      request: { query },
      responses: { 200: jsonAnswer('A page.', 'total' in query.shape ? countedPageOf(shown) : pageOf(shown)) },
    },
    read: {
      method: 'get',
      path: onePath,
      scope: reading,
      operationId: `read${name}`,
      tag,
      summary: `Read ${one}`,
      request: { params },
      responses: { 200: { ...jsonAnswer(`The ${noun}.`, shown), ...tagged } },
    },
    update: {
      method: 'patch',
      path: onePath,
      scope: changing,
      operationId: `update${name}`,
      tag,
      summary: `Change ${one}`,
      ...omitUndefined({ description: about.update }),
      request: { params, headers: changeHeaders, ...jsonBody(changes) },
      responses: { 200: { ...jsonAnswer(`The ${noun} as it is now.`, shown), ...tagged } },
    },
    remove: {
      method: 'delete',
      path: onePath,
      scope: changing,
      operationId: `delete${name}`,
      tag,
      summary: `Delete ${one}`,
      ...omitUndefined({ description: about.remove }),
      request: { params, headers: changeHeaders },
      responses: { 204: { description: 'Deleted.' } },
    },
  } as const;
}

/** One object, with its version. */
export function showOne<T extends object, S>(
  c: Context<AppEnv>,
  outcome: Result<{ object: T }>,
  present: (object: T) => S,
) {
  if (isRefusal(outcome)) return refuseResult(c, outcome);
  tag(c, outcome.object);
  return c.json(present(outcome.object), 200);
}

export function showPage<T, S>(c: Context<AppEnv>, page: Result<Page<T>>, present: (object: T) => S) {
  if (isRefusal(page)) return refuseResult(c, page);
  const { items, next, total } = page;
  return c.json({ items: items.map(present), next, ...(total !== undefined && { total }) }, 200);
}

export function showDeleted(c: Context<AppEnv>, outcome: Result<{ deleted: true }>) {
  return isRefusal(outcome) ? refuseResult(c, outcome) : c.body(null, 204);
}

/** A created object, as it is stored for a repetition of its request. */
export interface CreatedObject<S> {
  version: string;
  body: S;
}

export function toCreatedObject<S>(object: object, body: S): CreatedObject<S> {
  return { version: etagOf(object), body };
}

export function showCreated<S>(c: Context<AppEnv>, created: CreatedObject<S> | Refusal) {
  if (isRefusal(created)) return refuseResult(c, created);
  c.header('etag', `"${created.version}"`);
  return c.json(created.body, 201);
}

/** An existing object with a new secret, which is shown only once. */
export function showRotated<S>(c: Context<AppEnv>, rotated: CreatedObject<S> | Refusal) {
  if (isRefusal(rotated)) return refuseResult(c, rotated);
  c.header('etag', `"${rotated.version}"`);
  return c.json(rotated.body, 200);
}
