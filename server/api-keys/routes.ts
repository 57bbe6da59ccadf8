import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { describeObject, madeFrom, showDeleted, showMade, showRotated } from '../http/api/describe-object.ts';
import {
  administratorId,
  apiKeyId,
  createdBy,
  creationHeaders,
  flag,
  idOrNull,
  instant,
  label,
  presentCreator,
  resourceId,
  searchedPageQuery,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { changeHeaders, seenOf, tagged } from '../http/api/version.ts';
import { API_SCOPES } from '../kernel/api-scope.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { etagOf } from '../records/etag.ts';
import {
  type ApiKey,
  type ApiKeyUse,
  KEY_KINDS,
  LONGEST_KEY_LIFE_MS,
  LONGEST_OVERLAP_MS,
  MOST_ADDRESS_RANGES,
} from './api-key.ts';
import { apiKeyPrefix } from './api-key-format.ts';
import { deleteApiKey, rotateApiKey, updateApiKey } from './change-api-key.ts';
import { createApiKey } from './create-api-key.ts';
import { createProtectimusKey } from './create-protectimus-key.ts';
import { listApiKeys, readApiKey, readUse } from './read-api-keys.ts';

const DAY_MS = 24 * 3_600_000;

const scopes = z.array(z.enum(API_SCOPES)).min(1).max(API_SCOPES.length).openapi({
  description:
    '`authenticate`: sign-ins and results. `read`, `write`: the account’s objects. `administer`: administrators, API keys, webhooks, the plan.',
});
const resources = z
  .array(resourceId)
  .min(1)
  .max(100)
  .openapi({ description: 'Confines the key to sign-ins and results of these.' });
const kind = z.enum(KEY_KINDS).openapi({
  description:
    '`bearer`: sent as it is. `protectimus`: for client libraries of Protectimus, at `/api/v1`; it may what its administrator may there, and is stored sealed instead of hashed.',
});
const addressRanges = z
  .array(z.string().max(64))
  .min(1)
  .max(MOST_ADDRESS_RANGES)
  .openapi({
    description: 'Kind `protectimus`: addresses and CIDR ranges that it is taken from.',
    example: ['203.0.113.0/24'],
  });
const input = z
  .strictObject({
    name: label(100),
    kind: kind.default('bearer'),
    scopes: scopes.optional().openapi({ description: 'Kind `bearer`: what it may.' }),
    resources: resources.optional(),
    administrator: administratorId
      .optional()
      .openapi({ description: 'Kind `protectimus`: whose key it is; whoever makes it, if an administrator does.' }),
    addressRanges: addressRanges.optional(),
    lifetimeMs: z
      .int()
      .min(60_000)
      .max(LONGEST_KEY_LIFE_MS)
      .default(365 * DAY_MS)
      .openapi({ description: 'How long it works; a year by default.' }),
  })
  .refine((body) => (body.kind === 'bearer') === (body.scopes !== undefined), {
    message: 'exactly for keys of the kind bearer',
    path: ['scopes'],
  })
  .refine((body) => body.kind === 'bearer' || body.resources === undefined, {
    message: 'for keys of the kind bearer',
    path: ['resources'],
  })
  .refine((body) => body.kind === 'protectimus' || (body.administrator ?? body.addressRanges) === undefined, {
    message: 'administrator and addressRanges are for keys of the kind protectimus',
    path: ['kind'],
  })
  .openapi('ApiKeyInput');
const changes = z
  .strictObject({
    name: label(100),
    enabled: z.boolean(),
    scopes,
    resources: resources.nullable(),
    addressRanges: addressRanges.nullable(),
    expiresAt: instant,
  })
  .partial()
  .openapi('ApiKeyChanges');
const rotating = z
  .strictObject({
    overlapMs: z
      .int()
      .min(0)
      .max(LONGEST_OVERLAP_MS)
      .openapi({ description: 'How long the secret before works on; a week at most.', example: 86_400_000 }),
  })
  .openapi('ApiKeyRotationInput');
const shown = z
  .object({
    id: apiKeyId,
    name: z.string(),
    kind,
    prefix: z.string().openapi({ description: 'What its text begins with.', example: 'csk_01k8dq9z2mp_2m4x7r9t1vw' }),
    scopes,
    resources: z.array(resourceId).nullable(),
    administrator: idOrNull(administratorId).openapi({ description: 'Kind `protectimus`: whose key it is.' }),
    login: z.string().nullable().openapi({ description: 'Kind `protectimus`: the user name that goes with it.' }),
    addressRanges: addressRanges.nullable(),
    enabled: z.boolean(),
    expiresAt: instant,
    formerUntil: instant.nullable().openapi({ description: 'Until when the secret before the last rotation works.' }),
    lastUsedAt: instant.nullable().openapi({ description: 'To within an hour.' }),
    createdAt: instant,
    createdBy,
  })
  .openapi('ApiKey');
const withSecret = z
  .object({ key: shown, text: z.string().openapi({ description: 'The key. Shown this once and never again.' }) })
  .openapi('ApiKeyWithSecret');

function presentKey(key: ApiKey, use: ApiKeyUse | undefined): z.input<typeof shown> {
  const { id, name, scopes, resources = null, enabled, expiresAt, former, createdAt } = key;
  const dialect = key.kind === 'protectimus' ? key : undefined;
  return {
    id,
    name,
    kind: key.kind ?? 'bearer',
    prefix: apiKeyPrefix(key),
    scopes,
    resources,
    administrator: dialect?.administrator ?? null,
    login: dialect?.login ?? null,
    addressRanges: dialect?.addressRanges ?? null,
    enabled,
    expiresAt,
    formerUntil: former ? Math.min(former.until, expiresAt) : null,
    lastUsedAt: use?.at ?? null,
    createdAt,
    createdBy: presentCreator(key.createdBy),
  };
}

const routes = describeObject(
  {
    path: '/api-keys',
    tag: 'API keys',
    one: 'an API key',
    many: 'API keys',
    id: apiKeyId,
    scopes: ['administer', 'administer'],
  },
  {
    query: searchedPageQuery.extend({
      enabled: flag.optional(),
      scope: z.enum(API_SCOPES).optional(),
      kind: kind.optional(),
    }),
    input,
    changes,
    shown,
    made: withSecret,
    about: {
      create: 'The key is in this answer alone. A key makes none that may do what it may not itself.',
      remove: 'The next request with it is refused.',
    },
  },
);
const rotate = createRoute({
  method: 'post',
  path: '/api-keys/{id}/rotate',
  tags: ['API keys'],
  summary: 'Give an API key another secret',
  description: 'The one before works on for `overlapMs`, one from an earlier rotation ends at once.',
  security: [{ apiKey: ['administer'] }],
  request: {
    params: z.object({ id: apiKeyId }),
    headers: changeHeaders.extend(creationHeaders.shape),
    ...jsonBody(rotating),
  },
  responses: { 200: { ...jsonAnswer('The key with its new secret.', withSecret), ...tagged }, ...refusals },
});

export function apiKeys(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  const paths = ['/api-keys', '/api-keys/:id', '/api-keys/:id/rotate'];
  app.on(['GET', 'POST', 'PATCH', 'DELETE'], paths, authorize(ports, 'administer'));

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid('json');
    const made = await createOnce(ports, c, 'key', async (birth) => {
      // The same for the same Idempotency-Key, so that a repetition after a crash half-way answers what was made.
      const secret = birth.madeWith === undefined ? undefined : ports.secrets.mac('api-key', birth.madeWith);
      const given = { ...birth, ...(secret && { secret: secret.subarray(0, 20) }) };
      const { kind: _kind, scopes: may = [], administrator, addressRanges: from, ...rest } = body;
      const verdict =
        body.kind === 'protectimus'
          ? await createProtectimusKey(ports, c.get('act'), { ...rest, administrator, addressRanges: from }, given)
          : await createApiKey(ports, c.get('act'), { ...rest, scopes: may }, given);
      if (isRefusal(verdict)) return verdict;
      return madeFrom(verdict.key, { key: presentKey(verdict.key, undefined), text: verdict.text });
    });
    return showMade(c, made);
  });
  app.openapi(routes.list, async (c) => {
    const page = await listApiKeys(ports, c.get('act'), c.req.valid('query'));
    if (isRefusal(page)) return refuseResult(c, page);
    return c.json({ items: page.items.map(({ key, use }) => presentKey(key, use)), next: page.next }, 200);
  });
  app.openapi(routes.read, async (c) => {
    const found = await readApiKey(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(found)) return refuseResult(c, found);
    c.header('etag', `"${etagOf(found.key)}"`);
    return c.json(presentKey(found.key, found.use), 200);
  });
  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param');
    const verdict = await updateApiKey(ports, c.get('act'), id, c.req.valid('json'), seenOf(c));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    c.header('etag', `"${etagOf(verdict.object)}"`);
    return c.json(presentKey(verdict.object, await readUse(ports, verdict.object)), 200);
  });
  app.openapi(routes.remove, async (c) =>
    showDeleted(c, await deleteApiKey(ports, c.get('act'), c.req.valid('param').id, seenOf(c))),
  );
  app.openapi(rotate, async (c) => {
    const { overlapMs } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const rotated = await createOnce(ports, c, 'key', async ({ madeWith }) => {
      const secret = madeWith === undefined ? undefined : ports.secrets.mac('api-key', madeWith).subarray(0, 20);
      const verdict = await rotateApiKey(ports, c.get('act'), id, overlapMs, seenOf(c), secret);
      if (isRefusal(verdict)) return verdict;
      const key = presentKey(verdict.key, await readUse(ports, verdict.key));
      return madeFrom(verdict.key, { key, text: verdict.text });
    });
    return showRotated(c, rotated);
  });
  return app;
}
