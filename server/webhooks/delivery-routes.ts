import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { instant, orderedPageQuery, pageOf, webhookId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { EVENT_TYPES } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { SEND_FAILURES } from '../kernel/send-outcome.ts';
import { DELIVERY_STATES, type Delivery } from './delivery.ts';
import { readDeliveries } from './read-deliveries.ts';
import { replayDeliveries } from './replay-deliveries.ts';

const shown = z
  .object({
    id: z.string().openapi({ example: 'dlv_0_4711_01k8dq9z2mp', description: 'The `webhook-id` of every try.' }),
    type: z.enum(EVENT_TYPES),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int().openapi({ description: 'Since it was made or last replayed.' }),
    nextAttemptAt: instant.nullable(),
    lastAttempt: z
      .object({ at: instant, status: z.int().optional(), failure: z.enum(SEND_FAILURES).optional() })
      .nullable(),
    replays: z.int(),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .openapi('WebhookDelivery');
const replaying = z
  .strictObject({
    deliveries: z
      .union([z.literal('dead'), z.array(z.string().max(64)).min(1).max(100)])
      .openapi({ description: 'Ids of deliveries, or `dead` for all dead letters, 500 at a time.' }),
  })
  .openapi('WebhookReplayInput');
const replayed = z
  .object({
    replayed: z.int(),
    more: z.boolean().openapi({ description: 'There are more dead letters: ask again.' }),
  })
  .openapi('WebhookReplay');

function presentDelivery(delivery: Delivery): z.input<typeof shown> {
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

const tags = ['Webhooks'];
const security = [{ apiKey: ['administer'] }];
const params = z.object({ id: webhookId });
const list = createRoute({
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  tags,
  summary: 'List the deliveries of a webhook, newest first',
  description: 'The last 1000 delivered ones, for a week; dead letters for 30 days.',
  security,
  request: {
    params,
    query: orderedPageQuery.extend({ state: z.enum(DELIVERY_STATES).optional(), type: z.enum(EVENT_TYPES).optional() }),
  },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const replay = createRoute({
  method: 'post',
  path: '/webhooks/{id}/replay',
  tags,
  summary: 'Send deliveries again',
  description: 'Under the same `webhook-id`, with their tries counted anew.',
  security,
  request: { params, ...jsonBody(replaying) },
  responses: { 200: jsonAnswer('How many are on their way again.', replayed), ...refusals },
});

export function webhookDeliveries(ports: Pick<Ports, 'store' | 'clock' | 'random'>) {
  const app = apiRouter();
  app.on(['GET'], ['/webhooks/:id/deliveries'], authorize(ports, 'administer'));
  app.on(['POST'], ['/webhooks/:id/replay'], authorize(ports, 'administer'));
  app.openapi(list, async (c) => {
    const page = await readDeliveries(ports, c.get('act'), c.req.valid('param').id, c.req.valid('query'));
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentDelivery) }, 200);
  });
  app.openapi(replay, async (c) => {
    const { deliveries } = c.req.valid('json');
    const verdict = await replayDeliveries(ports, c.get('act'), c.req.valid('param').id, deliveries);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  return app;
}
