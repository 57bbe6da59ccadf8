import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { madeFrom, showDeleted, showMade, showPage, showRotated } from '../http/api/describe-object.ts';
import {
  creationHeaders,
  flag,
  instant,
  label,
  pageOf,
  resourceId,
  searchedPageQuery,
  webhookId,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { changeHeaders, seenOf, tag, tagged } from '../http/api/version.ts';
import { EVENT_TYPES } from '../kernel/event.ts';
import type { WebhookId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { SEND_FAILURES } from '../kernel/send-outcome.ts';
import { createWebhook } from './create-webhook.ts';
import { listWebhooks, readWebhook } from './edit-webhook.ts';
import { readQueue } from './read-deliveries.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { testWebhook } from './test-webhook.ts';
import { deleteWebhook, updateWebhook } from './update-webhook.ts';
import { signingSecrets, TEST_EVENT, type Webhook } from './webhook.ts';

const eventType = z.enum(EVENT_TYPES.filter((type) => type !== TEST_EVENT));
const fields = {
  url: z.string().min(1).max(2000).openapi({
    description: 'https, a public address, no user name and no fragment.',
    example: 'https://shop.example/countersign/events',
  }),
  description: label(200),
  events: z.array(eventType).min(1).max(EVENT_TYPES.length).openapi({ description: 'Without it: all of them.' }),
  resources: z.array(resourceId).min(1).max(100).openapi({ description: 'When given: only events about these.' }),
  enabled: z.boolean(),
};
const creation = z
  .strictObject({
    url: fields.url,
    description: fields.description.optional(),
    events: fields.events.optional(),
    resources: fields.resources.optional(),
    enabled: fields.enabled.default(true),
  })
  .openapi('WebhookInput');
const changes = z
  .strictObject({
    url: fields.url,
    description: fields.description.nullable(),
    events: fields.events.nullable(),
    resources: fields.resources.nullable(),
    enabled: fields.enabled.openapi({ description: '`false`: nothing new is kept for it, and what waits stays.' }),
  })
  .partial()
  .openapi('WebhookChanges');
const rotation = z
  .strictObject({
    overlapMs: z
      .int()
      .min(0)
      .max(7 * 24 * 3_600_000)
      .openapi({ description: 'How long the old secret signs along. 0: it has leaked.', example: 86_400_000 }),
  })
  .openapi('WebhookRotationInput');
const shown = z
  .object({
    id: webhookId,
    url: z.string(),
    description: z.string().optional(),
    events: z.array(z.enum(EVENT_TYPES)).nullable(),
    resources: z.array(resourceId).nullable(),
    enabled: z.boolean(),
    disabledReason: z.enum(['gone']).optional().openapi({ description: '`gone`: the receiver answered 410.' }),
    secrets: z.array(z.object({ createdAt: instant, expiresAt: instant.optional() })),
    createdAt: instant,
  })
  .openapi('Webhook');
const secret = z
  .string()
  .openapi({ description: 'Shown this once.', example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
const withSecret = z.object({ webhook: shown, secret }).openapi('WebhookWithSecret');
const withQueue = shown
  .extend({
    queue: z.object({
      pending: z.int(),
      dropped: z.int().openapi({ description: 'Events that found the queue full, ever.' }),
      lastDroppedAt: instant.optional(),
    }),
  })
  .openapi('WebhookWithQueue');
const tested = z
  .object({
    id: z.string().openapi({ description: 'The `webhook-id` that was sent.' }),
    delivered: z.boolean(),
    status: z.int().optional(),
    failure: z.enum(SEND_FAILURES).optional(),
    tookMs: z.int(),
  })
  .openapi('WebhookTest');

function presentWebhook(webhook: Webhook, now: number): z.input<typeof shown> {
  const { id, url, description, events = null, resources = null, enabled, disabledReason, createdAt } = webhook;
  return {
    id,
    url,
    ...(description !== undefined && { description }),
    events,
    resources,
    enabled,
    ...(disabledReason !== undefined && { disabledReason }),
    secrets: signingSecrets(webhook, now).map(({ createdAt, expiresAt }) => ({
      createdAt,
      ...(expiresAt !== undefined && { expiresAt }),
    })),
    createdAt,
  };
}

const tags = ['Webhooks'];
const security = [{ apiKey: ['administer'] }];
const params = z.object({ id: webhookId });
const create = createRoute({
  method: 'post',
  path: '/webhooks',
  tags,
  summary: 'Create a webhook',
  description: 'Events from now on are sent to it, signed as Standard Webhooks 1.0.',
  security,
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: { ...jsonAnswer('Created.', withSecret), ...tagged }, ...refusals },
});
const list = createRoute({
  method: 'get',
  path: '/webhooks',
  tags,
  summary: 'List webhooks, newest first',
  description: 'An account has at most 50. `search` is for addresses, hosts and descriptions.',
  security,
  request: { query: searchedPageQuery.extend({ enabled: flag.optional() }) },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const read = createRoute({
  method: 'get',
  path: '/webhooks/{id}',
  tags,
  summary: 'Read a webhook, and what waits for it',
  security,
  request: { params },
  responses: { 200: { ...jsonAnswer('The webhook.', withQueue), ...tagged }, ...refusals },
});
const update = createRoute({
  method: 'patch',
  path: '/webhooks/{id}',
  tags,
  summary: 'Change a webhook',
  security,
  request: { params, headers: changeHeaders, ...jsonBody(changes) },
  responses: { 200: { ...jsonAnswer('The webhook as it is now.', shown), ...tagged }, ...refusals },
});
const remove = createRoute({
  method: 'delete',
  path: '/webhooks/{id}',
  tags,
  summary: 'Delete a webhook, and what waits for it',
  security,
  request: { params, headers: changeHeaders },
  responses: { 204: { description: 'Deleted.' }, ...refusals },
});
const rotate = createRoute({
  method: 'post',
  path: '/webhooks/{id}/rotate',
  tags,
  summary: 'Give a webhook a new secret',
  description: 'Until the overlap ends, every message carries both signatures.',
  security,
  request: { params, headers: changeHeaders.extend(creationHeaders.shape), ...jsonBody(rotation) },
  responses: { 200: { ...jsonAnswer('The new secret.', withSecret), ...tagged }, ...refusals },
});
const tryOut = createRoute({
  method: 'post',
  path: '/webhooks/{id}/test',
  tags,
  summary: 'Send a test event now',
  description: 'Tried once, at most ten times a minute. Answers what came back, but for the body.',
  security,
  request: { params },
  responses: { 200: jsonAnswer('What came back.', tested), ...refusals },
});

export function webhooks(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'webhookSender'>) {
  const app = apiRouter();
  const paths = ['/webhooks', '/webhooks/:id', '/webhooks/:id/rotate', '/webhooks/:id/test'];
  app.on(['GET', 'POST', 'PATCH', 'DELETE'], paths, authorize(ports, 'administer'));
  const idOf = (param: { id: WebhookId }) => param.id;
  const present = (webhook: Webhook) => presentWebhook(webhook, ports.clock.now());

  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const verdict = await createOnce(ports, c, 'whk', async (birth) => {
      const made = await createWebhook(ports, c.get('act'), birth, body);
      if (isRefusal(made)) return made;
      return madeFrom(made.webhook, { webhook: present(made.webhook), secret: made.secret });
    });
    return showMade(c, verdict);
  });
  app.openapi(list, async (c) => showPage(c, await listWebhooks(ports, c.get('act'), c.req.valid('query')), present));
  app.openapi(read, async (c) => {
    const verdict = await readWebhook(ports, c.get('act'), idOf(c.req.valid('param')));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const queue = await readQueue(ports, verdict.webhook.id);
    tag(c, verdict.webhook);
    return c.json({ ...present(verdict.webhook), queue }, 200);
  });
  app.openapi(update, async (c) => {
    const id = idOf(c.req.valid('param'));
    const verdict = await updateWebhook(ports, c.get('act'), id, c.req.valid('json'), seenOf(c));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    tag(c, verdict.webhook);
    return c.json(present(verdict.webhook), 200);
  });
  app.openapi(remove, async (c) => {
    return showDeleted(c, await deleteWebhook(ports, c.get('act'), idOf(c.req.valid('param')), seenOf(c)));
  });
  app.openapi(rotate, async (c) => {
    const { overlapMs } = c.req.valid('json');
    const id = idOf(c.req.valid('param'));
    const rotated = await createOnce(ports, c, 'whk', async ({ madeWith }) => {
      // The same for the same Idempotency-Key, so that a repetition after a crash half-way answers what was made.
      const given = madeWith === undefined ? undefined : { bytes: ports.secrets.mac('webhook', madeWith), madeWith };
      const verdict = await rotateWebhookSecret(ports, c.get('act'), id, overlapMs, seenOf(c), given);
      if (isRefusal(verdict)) return verdict;
      return madeFrom(verdict.webhook, { webhook: present(verdict.webhook), secret: verdict.secret });
    });
    return showRotated(c, rotated);
  });
  app.openapi(tryOut, async (c) => {
    const verdict = await testWebhook(ports, c.get('act'), idOf(c.req.valid('param')));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { id, outcome, tookMs } = verdict;
    if (outcome.kind === 'failed') return c.json({ id, delivered: false, failure: outcome.failure, tookMs }, 200);
    const delivered = outcome.status >= 200 && outcome.status < 300;
    return c.json({ id, delivered, status: outcome.status, tookMs }, 200);
  });
  return app;
}
