import { API_SCOPES, KEY_KINDS } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { describeObject, showCreated, showDeleted, showRotated, toCreatedObject } from '../http/api/describe-object.ts';
import {
  administratorId,
  apiKeyId,
  createdAt,
  createdBy,
  creationHeaders,
  flag,
  idOrNull,
  instantOf,
  label,
  resourceId,
  searchedPageQuery,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { changeHeaders, ifMatchVersions, tagged } from '../http/api/version.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { DAY_MS, MINUTE_MS } from '../kernel/time.ts';
import { etagOf } from '../store/records/etag.ts';
import { type ApiKey, type ApiKeyUse, MAX_ADDRESS_RANGES, MAX_KEY_LIFETIME_MS, MAX_OVERLAP_MS } from './api-key.ts';
import { apiKeyPrefix } from './api-key-format.ts';
import { deleteApiKey, rotateApiKey, updateApiKey } from './change-api-key.ts';
import { createApiKey } from './create-api-key.ts';
import { createProtectimusKey } from './create-protectimus-key.ts';
import { listApiKeys, readApiKey, readUse } from './read-api-keys.ts';

const scopes = z.array(z.enum(API_SCOPES)).min(1).max(API_SCOPES.length).openapi({
  description:
    'What the key may do. `authenticate`: sign-ins and results. `read`, `write`: the account’s objects. `administer`: administrators, API keys, webhooks, the plan.',
});
const resources = z.array(resourceId).min(1).max(100).openapi({
  description:
    'Restricts the key to sign-ins and results of these resources. Only with the scope `authenticate` alone: the other scopes are for the whole account.',
});
const kind = z.enum(KEY_KINDS).openapi({
  description:
    '`bearer`: sent as a bearer token. `protectimus`: for client libraries of Protectimus, at `/api/v1`. It has the rights of its administrator and is stored encrypted instead of hashed.',
});
const addressRanges = z
  .array(z.string().max(64))
  .min(1)
  .max(MAX_ADDRESS_RANGES)
  .openapi({
    description: 'Kind `protectimus`: the addresses and CIDR ranges that may use it.',
    example: ['203.0.113.0/24'],
  });
const name = label(100).openapi({ description: 'The name of the key.', example: 'Backend of the shop' });
const enabled = z.boolean().openapi({ description: 'Whether the key works.' });
const input = z
  .strictObject({
    name,
    kind: kind.default('bearer'),
    scopes: scopes.optional().openapi({ description: 'Kind `bearer`: what the key may do.' }),
    resources: resources.optional(),
    administrator: administratorId
      .optional()
      .openapi({ description: 'Kind `protectimus`: whose key it is. Default: the administrator who creates it.' }),
    addressRanges: addressRanges.optional(),
    lifetimeMs: z
      .int()
      .min(MINUTE_MS)
      .max(MAX_KEY_LIFETIME_MS)
      .default(365 * DAY_MS)
      .openapi({ description: 'The lifetime in milliseconds.' }),
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
  .openapi('ApiKeyInput', {
    description: 'A new API key.',
    example: { scopes: ['authenticate'], resources: ['res_01k8dq9z2mp'], lifetimeMs: 90 * DAY_MS },
  });
const changes = z
  .strictObject({
    name,
    enabled,
    scopes,
    resources: resources.nullable(),
    addressRanges: addressRanges.nullable(),
    expiresAt: instantOf('When it expires.'),
  })
  .partial()
  .openapi('ApiKeyChanges', { description: 'What changes of an API key. Null removes a restriction.' });
const rotating = z
  .strictObject({
    overlapMs: z.int().min(0).max(MAX_OVERLAP_MS).openapi({
      description: 'How long the previous secret still works, in milliseconds; at most a week.',
      example: 86_400_000,
    }),
  })
  .openapi('ApiKeyRotationInput', { description: 'How to rotate the secret.' });
const view = z
  .object({
    id: apiKeyId,
    name,
    kind,
    prefix: z.string().openapi({ description: 'The start of the key.', example: 'csk_01k8dq9z2mp_2m4x7r9t1vw' }),
    scopes,
    resources: z
      .array(resourceId)
      .nullable()
      .openapi({ description: 'The resources that the key is restricted to. Null: all of them.' }),
    administrator: idOrNull(administratorId).openapi({
      description: 'Kind `protectimus`: whose key it is.',
      example: null,
    }),
    login: z
      .string()
      .nullable()
      .openapi({ description: 'Kind `protectimus`: the user name of the key.', example: null }),
    addressRanges: addressRanges.nullable().openapi({ example: null }),
    enabled,
    expiresAt: instantOf('When it expires.'),
    formerUntil: instantOf('Until when the secret before the last rotation works.')
      .nullable()
      .openapi({ example: null }),
    lastUsedAt: instantOf('When it was last used, to within an hour.').nullable(),
    createdAt,
    createdBy,
  })
  .openapi('ApiKey', { description: 'An API key, without its secret.' });
const withSecret = z
  .object({
    key: view,
    text: z.string().openapi({
      description: 'The API key itself. It is shown only once.',
      example: 'csk_01k8dq9z2mp_2m4x7r9t1vw3y5z8a6b0c2d4e6f8g1h3j5',
    }),
  })
  .openapi('ApiKeyWithSecret', { description: 'An API key with its secret.' });

function presentKey(key: ApiKey, use: ApiKeyUse | undefined): z.input<typeof view> {
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
    createdBy: key.createdBy,
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
      enabled: flag.optional().openapi({ description: 'Only keys that work, or that do not.' }),
      scope: z.enum(API_SCOPES).optional().openapi({ description: 'Only keys with this scope.' }),
      kind: kind.optional(),
    }),
    input,
    changes,
    shown: view,
    made: withSecret,
    about: {
      create: 'Only this response contains the key. An API key cannot create one with more rights than its own.',
      remove: 'The next request with it is refused.',
    },
  },
);

const rotate = route({
  method: 'post',
  path: '/api-keys/{id}/rotate',
  scope: 'administer',
  operationId: 'rotateApiKey',
  tag: 'API keys',
  summary: 'Rotate the secret of an API key',
  description: 'The previous secret still works for `overlapMs`. One from an earlier rotation ends at once.',
  request: {
    params: z.object({ id: apiKeyId }),
    headers: changeHeaders.extend(creationHeaders.shape),
    ...jsonBody(rotating),
  },
  responses: { 200: { ...jsonAnswer('The key with its new secret.', withSecret), ...tagged } },
  handle: async (c, ports: SecretPorts) => {
    const { overlapMs } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const rotated = await createOnce(ports, c, 'key', async ({ madeWith }) => {
      const secret = madeWith === undefined ? undefined : ports.secrets.mac('api-key', madeWith).subarray(0, 20);
      const outcome = await rotateApiKey(ports, c.get('act'), id, overlapMs, ifMatchVersions(c), secret);
      if (isRefusal(outcome)) return outcome;
      const key = presentKey(outcome.key, await readUse(ports, outcome.key));
      return toCreatedObject(outcome.key, { key, text: outcome.text });
    });
    return showRotated(c, rotated);
  },
});

export const apiKeyRoutes = [
  route({
    ...routes.create,
    handle: async (c, ports: SecretPorts) => {
      const body = c.req.valid('json');
      const created = await createOnce(ports, c, 'key', async (newId) => {
        // The same for the same Idempotency-Key, so that a repeat after a crash returns the key that was created.
        const secret = newId.madeWith === undefined ? undefined : ports.secrets.mac('api-key', newId.madeWith);
        const given = { ...newId, ...omitUndefined({ secret: secret?.subarray(0, 20) }) };
        const { kind: _kind, scopes: may = [], administrator, addressRanges: from, ...rest } = body;
        const outcome =
          body.kind === 'protectimus'
            ? await createProtectimusKey(ports, c.get('act'), { ...rest, administrator, addressRanges: from }, given)
            : await createApiKey(ports, c.get('act'), { ...rest, scopes: may }, given);
        if (isRefusal(outcome)) return outcome;
        return toCreatedObject(outcome.key, { key: presentKey(outcome.key, undefined), text: outcome.text });
      });
      return showCreated(c, created);
    },
  }),
  route({
    ...routes.list,
    handle: async (c, ports: SecretPorts) => {
      const page = await listApiKeys(ports, c.get('act'), c.req.valid('query'));
      if (isRefusal(page)) return refuseResult(c, page);
      return c.json({ items: page.items.map(({ key, use }) => presentKey(key, use)), next: page.next }, 200);
    },
  }),
  route({
    ...routes.read,
    handle: async (c, ports: SecretPorts) => {
      const found = await readApiKey(ports, c.get('act'), c.req.valid('param').id);
      if (isRefusal(found)) return refuseResult(c, found);
      c.header('etag', `"${etagOf(found.key)}"`);
      return c.json(presentKey(found.key, found.use), 200);
    },
  }),
  route({
    ...routes.update,
    handle: async (c, ports: SecretPorts) => {
      const { id } = c.req.valid('param');
      const outcome = await updateApiKey(ports, c.get('act'), id, c.req.valid('json'), ifMatchVersions(c));
      if (isRefusal(outcome)) return refuseResult(c, outcome);
      c.header('etag', `"${etagOf(outcome.object)}"`);
      return c.json(presentKey(outcome.object, await readUse(ports, outcome.object)), 200);
    },
  }),
  route({
    ...routes.remove,
    handle: async (c, ports: SecretPorts) =>
      showDeleted(c, await deleteApiKey(ports, c.get('act'), c.req.valid('param').id, ifMatchVersions(c))),
  }),
  rotate,
];
