import { DELIVERY_STATES, SEND_FAILURES } from '@countersign/protocol/webhooks';
import { z } from '@hono/zod-openapi';
import { count, createdAt, instantOf, orderedPageQuery, pageOf, webhookId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { EVENT_TYPES } from '../kernel/event.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import type { Delivery } from './delivery.ts';
import { readDeliveries } from './read-deliveries.ts';
import { replayDeliveries } from './replay-deliveries.ts';

const view = z
  .object({
    id: z.string().openapi({ example: 'dlv_0_4711_01k8dq9z2mp', description: 'The `webhook-id` of every attempt.' }),
    type: z.enum(EVENT_TYPES).openapi({ description: 'The type of the event.' }),
    state: z.enum(DELIVERY_STATES).openapi({ description: 'Whether it is waiting, delivered or given up.' }),
    attempts: count('Attempts since it was created or last replayed.', 2),
    nextAttemptAt: instantOf('When the next attempt is due.').nullable(),
    lastAttempt: z
      .object({
        at: instantOf('When it was made.'),
        status: z.int().optional().openapi({ description: 'The HTTP status of the response.', example: 503 }),
        failure: z.enum(SEND_FAILURES).optional().openapi({ description: 'Why there was no response.' }),
      })
      .nullable()
      .openapi({ description: 'The last attempt. Null: there was none.' }),
    replays: count('How often it was replayed.', 0),
    createdAt,
    finishedAt: instantOf('When it was delivered or given up.').nullable(),
  })
  .openapi('WebhookDelivery', { description: 'A delivery of an event.' });
const replaying = z
  .strictObject({
    deliveries: z.union([z.literal('dead'), z.array(z.string().max(64)).min(1).max(100)]).openapi({
      description: 'Ids of deliveries, or `dead` for all dead letters, 500 at a time.',
      example: ['dlv_0_4711_01k8dq9z2mp'],
    }),
  })
  .openapi('WebhookReplayInput', { description: 'What to send again.' });
const replayed = z
  .object({
    replayed: count('The number of deliveries that will be sent again.', 2),
    more: z.boolean().openapi({ description: 'Whether there are more dead letters: repeat the request.' }),
  })
  .openapi('WebhookReplay', { description: 'How many deliveries will be sent again.' });

function presentDelivery(delivery: Delivery): z.input<typeof view> {
  const { id, type, state, attempts, nextAttemptAt, lastAttempt, replays = 0, createdAt, finishedAt } = delivery;
  return {
    id,
    type,
    state,
    attempts,
    nextAttemptAt: state === 'pending' ? nextAttemptAt : null,
    lastAttempt: lastAttempt ?? null,
    replays,
    createdAt,
    finishedAt: finishedAt ?? null,
  };
}

const params = z.object({ id: webhookId });

const list = route({
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  scope: 'administer',
  operationId: 'listWebhookDeliveries',
  tag: 'Webhooks',
  summary: 'List the deliveries of a webhook, newest first',
  description: 'The last 1000 delivered ones are kept for a week, dead letters for 30 days.',
  request: {
    params,
    query: orderedPageQuery.extend({
      state: z.enum(DELIVERY_STATES).optional().openapi({ description: 'Only deliveries in this state.' }),
      type: z.enum(EVENT_TYPES).optional().openapi({ description: 'Only events of this type.' }),
    }),
  },
  responses: { 200: jsonAnswer('A page.', pageOf(view)) },
  handle: async (c, ports: WritePorts) => {
    const page = await readDeliveries(ports, c.get('act'), c.req.valid('param').id, c.req.valid('query'));
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentDelivery) }, 200);
  },
});
const replay = route({
  method: 'post',
  path: '/webhooks/{id}/replay',
  scope: 'administer',
  operationId: 'replayWebhookDeliveries',
  tag: 'Webhooks',
  summary: 'Send deliveries again',
  description: 'With the same `webhook-id`; the count of attempts starts again.',
  request: { params, ...jsonBody(replaying) },
  responses: { 200: jsonAnswer('How many will be sent again.', replayed) },
  handle: async (c, ports: WritePorts) => {
    const { deliveries } = c.req.valid('json');
    const verdict = await replayDeliveries(ports, c.get('act'), c.req.valid('param').id, deliveries);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});

export const webhookDeliveryRoutes = [list, replay];
