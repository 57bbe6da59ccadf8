import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { SEND_FAILURES } from '@countersign/protocol/webhooks';
import { z } from '@hono/zod-openapi';
import {
  describeObject,
  showCreated,
  showDeleted,
  showPage,
  showRotated,
  toCreatedObject,
} from '../http/api/describe-object.ts';
import {
  count,
  createdAt,
  creationHeaders,
  flag,
  instantOf,
  label,
  resourceId,
  searchedPageQuery,
  webhookId,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { changeHeaders, ifMatchVersions, tag, tagged } from '../http/api/version.ts';
import { EVENT_TYPES } from '../kernel/event.ts';
import type { WebhookPorts } from '../kernel/ports/ports.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { createWebhook } from './create-webhook.ts';
import { listWebhooks, readWebhook } from './edit-webhook.ts';
import { readQueue } from './read-deliveries.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { overlapMs, presentSecrets, secretsView, signingSecret } from './signing-secret-fields.ts';
import { testWebhook } from './test-webhook.ts';
import { deleteWebhook, updateWebhook } from './update-webhook.ts';
import { TEST_EVENT, type Webhook } from './webhook.ts';

const eventType = z.enum(EVENT_TYPES.filter((type) => type !== TEST_EVENT));
const fields = {
  url: z.string().min(1).max(2000).openapi({
    description: 'Where events are sent: https, a public address, no user name and no fragment.',
    example: 'https://shop.example/countersign/events',
  }),
  description: label(200).openapi({ description: 'A description for people.', example: 'Shop backend' }),
  events: z
    .array(eventType)
    .min(1)
    .max(EVENT_TYPES.length)
    .openapi({ description: 'The types of events to send. Default: all of them.', example: ['user.updated'] }),
  resources: z
    .array(resourceId)
    .min(1)
    .max(100)
    .openapi({ description: 'Only events about these resources. Default: all of them.' }),
  enabled: z.boolean().openapi({ description: 'Whether events are sent.' }),
};
const creation = z
  .strictObject({
    url: fields.url,
    description: fields.description.optional(),
    events: fields.events.optional(),
    resources: fields.resources.optional(),
    enabled: fields.enabled.default(true),
  })
  .openapi('WebhookInput', { description: 'A new webhook.', example: { events: ['user.updated'] } });
const changes = z
  .strictObject({
    url: fields.url,
    description: fields.description.nullable(),
    events: fields.events.nullable(),
    resources: fields.resources.nullable(),
    enabled: fields.enabled.openapi({ description: '`false`: new events are not queued. Queued ones stay.' }),
  })
  .partial()
  .openapi('WebhookChanges', { description: 'What changes of a webhook. Null removes a restriction.' });
const rotation = z
  .strictObject({ overlapMs })
  .openapi('WebhookRotationInput', { description: 'How to rotate the secret.' });
const view = z
  .object({
    id: webhookId,
    url: fields.url,
    description: fields.description.optional(),
    events: z
      .array(z.enum(EVENT_TYPES))
      .nullable()
      .openapi({ description: 'The types of events. Null: all of them.', example: ['user.updated'] }),
    resources: z.array(resourceId).nullable().openapi({ description: 'The resources. Null: all of them.' }),
    enabled: fields.enabled,
    disabledReason: z
      .enum(['gone'])
      .optional()
      .openapi({ description: 'Why it was disabled. `gone`: the receiver answered 410.' }),
    secrets: secretsView.openapi({ description: 'The secrets that sign now, without their values.' }),
    createdAt,
  })
  .openapi('Webhook', { description: 'A webhook.' });
const withSecret = z
  .object({ webhook: view, secret: signingSecret })
  .openapi('WebhookWithSecret', { description: 'A webhook with its new secret.' });
const withQueue = view
  .extend({
    queue: z
      .object({
        pending: count('Events that are waiting.', 12),
        dropped: count('Events that were dropped because the queue was full.', 0),
        lastDroppedAt: instantOf('When the last event was dropped.').optional(),
      })
      .openapi({ description: 'The state of its queue.' }),
  })
  .openapi('WebhookWithQueue', { description: 'A webhook with the state of its queue.' });
const tested = z
  .object({
    id: z.string().openapi({ description: 'The `webhook-id` that was sent.', example: 'dlv_test_01k8dq9z2mp' }),
    delivered: z.boolean().openapi({ description: 'Whether the receiver answered with 2xx.' }),
    status: z.int().optional().openapi({ description: 'The HTTP status of the response.', example: 204 }),
    failure: z.enum(SEND_FAILURES).optional().openapi({ description: 'Why there was no response.' }),
    tookMs: z.int().openapi({ description: 'How long it took, in milliseconds.', example: 85 }),
  })
  .openapi('WebhookTest', { description: 'The outcome of a test event.' });

function presentWebhook(webhook: Webhook, now: number): z.input<typeof view> {
  const { id, url, description, events = null, resources = null, enabled, disabledReason, createdAt } = webhook;
  return {
    id,
    url,
    ...omitUndefined({ description }),
    events,
    resources,
    enabled,
    ...omitUndefined({ disabledReason }),
    secrets: presentSecrets(webhook, now),
    createdAt,
  };
}

function presentSecret(result: Result<{ webhook: Webhook; secret: string }>, now: number) {
  if (isRefusal(result)) return result;
  const { webhook, secret } = result;
  return toCreatedObject(webhook, { webhook: presentWebhook(webhook, now), secret });
}

const params = z.object({ id: webhookId });

const routes = describeObject(
  {
    path: '/webhooks',
    tag: 'Webhooks',
    one: 'a webhook',
    many: 'webhooks',
    id: webhookId,
    scopes: ['administer', 'administer'],
  },
  {
    query: searchedPageQuery.extend({
      enabled: flag.optional().openapi({ description: 'Only webhooks that are enabled, or that are not.' }),
    }),
    input: creation,
    changes,
    shown: view,
    made: withSecret,
    about: { create: 'Sends all events from now on, signed according to Standard Webhooks 1.0.' },
  },
);

const create = route({
  ...routes.create,
  handle: async (c, ports: WebhookPorts) => {
    const body = c.req.valid('json');
    const created = await createOnce(ports, c, 'whk', async (newId) =>
      presentSecret(await createWebhook(ports, c.get('act'), newId, body), ports.clock.now()),
    );
    return showCreated(c, created);
  },
});
const list = route({
  ...routes.list,
  description: 'An account has at most 50. `search` looks in URLs, hosts and descriptions.',
  handle: async (c, ports: WebhookPorts) =>
    showPage(c, await listWebhooks(ports, c.get('act'), c.req.valid('query')), (webhook) =>
      presentWebhook(webhook, ports.clock.now()),
    ),
});
const read = route({
  ...routes.read,
  summary: 'Read a webhook and the state of its queue',
  responses: { 200: { ...jsonAnswer('The webhook.', withQueue), ...tagged } },
  handle: async (c, ports: WebhookPorts) => {
    const found = await readWebhook(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(found)) return refuseResult(c, found);
    const queue = await readQueue(ports, found.webhook.id);
    tag(c, found.webhook);
    return c.json({ ...presentWebhook(found.webhook, ports.clock.now()), queue }, 200);
  },
});
const update = route({
  ...routes.update,
  handle: async (c, ports: WebhookPorts) => {
    const id = c.req.valid('param').id;
    const updated = await updateWebhook(ports, c.get('act'), id, c.req.valid('json'), ifMatchVersions(c));
    if (isRefusal(updated)) return refuseResult(c, updated);
    tag(c, updated.webhook);
    return c.json(presentWebhook(updated.webhook, ports.clock.now()), 200);
  },
});
const remove = route({
  ...routes.remove,
  summary: 'Delete a webhook and its queue',
  handle: async (c, ports: WebhookPorts) => {
    return showDeleted(c, await deleteWebhook(ports, c.get('act'), c.req.valid('param').id, ifMatchVersions(c)));
  },
});
const rotate = route({
  method: 'post',
  path: '/webhooks/{id}/rotate',
  scope: 'administer',
  operationId: 'rotateWebhookSecret',
  tag: 'Webhooks',
  summary: 'Rotate the secret of a webhook',
  description: 'Until the overlap ends, every message carries both signatures.',
  request: { params, headers: changeHeaders.extend(creationHeaders.shape), ...jsonBody(rotation) },
  responses: { 200: { ...jsonAnswer('The new secret.', withSecret), ...tagged } },
  handle: async (c, ports: WebhookPorts) => {
    const { overlapMs } = c.req.valid('json');
    const id = c.req.valid('param').id;
    const rotated = await createOnce(ports, c, 'whk', async ({ madeWith }) => {
      // Deterministic for an Idempotency-Key, so that a repeat after a crash returns what was created.
      const given = madeWith === undefined ? undefined : { bytes: ports.secrets.mac('webhook', madeWith), madeWith };
      const rotation = await rotateWebhookSecret(ports, c.get('act'), id, overlapMs, ifMatchVersions(c), given);
      return presentSecret(rotation, ports.clock.now());
    });
    return showRotated(c, rotated);
  },
});
const tryOut = route({
  method: 'post',
  path: '/webhooks/{id}/test',
  scope: 'administer',
  operationId: 'testWebhook',
  tag: 'Webhooks',
  summary: 'Send a test event now',
  description: 'Sent once, without a retry. At most ten times a minute.',
  request: { params },
  responses: { 200: jsonAnswer('The outcome.', tested) },
  handle: async (c, ports: WebhookPorts) => {
    const test = await testWebhook(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(test)) return refuseResult(c, test);
    const { id, outcome, tookMs } = test;
    if (outcome.kind === 'failed') return c.json({ id, delivered: false, failure: outcome.failure, tookMs }, 200);
    const delivered = outcome.status >= 200 && outcome.status < 300;
    return c.json({ id, delivered, status: outcome.status, tookMs }, 200);
  },
});

export const webhookRoutes = [create, list, read, update, remove, rotate, tryOut];
