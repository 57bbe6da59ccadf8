import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { apiKeyId, instant, pageOf, pageQuery, tokenId, userId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, refusals, refuseResult } from '../http/api/router.ts';
import { textStream } from '../http/text-stream.ts';
import type { Method } from '../kernel/event.ts';
import { EVENT_FACTORS, EVENT_TYPES } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { userDocument } from '../users/documents.ts';
import { exportEvents } from './export-events.ts';
import { type ListedEvent, listEvents, listHistory } from './list-events.ts';

const anyId = z
  .string()
  .regex(/^[a-z]{3}_[0-9a-hjkmnp-tv-z]{11}$/, 'an id such as usr_01k8dq9z2mp')
  .openapi({ example: 'usr_01k8dq9z2mp' });
const reason = z.enum(Object.keys(REFUSALS) as [RefusalCode]);
const methods = ['password', 'otp', 'password-otp', 'token'] as const satisfies readonly Method[];
const outcome = z.enum(['done', 'granted', 'refused']);
const time = z.coerce.number().pipe(instant);

const wished = {
  type: z.enum(EVENT_TYPES).optional(),
  outcome: outcome.optional().openapi({ description: '`done`: a change. The other two: an attempt.' }),
  resource: anyId.optional(),
  reason: reason.optional().openapi({ description: 'Of a refusal.' }),
  from: time.optional().openapi({ description: 'Not before this instant, in milliseconds since 1970.' }),
  to: time.optional().openapi({ description: 'Not after this instant.' }),
};
const history = z.strictObject({ ...pageQuery.shape, ...wished });
const filter = z.strictObject({
  ...history.shape,
  subject: anyId.optional().openapi({ description: 'What it happened to.' }),
  actor: anyId.optional().openapi({ description: 'Who did it.' }),
});

const shown = z
  .object({
    id: z.string().openapi({ example: '17-4711', description: 'The same in every answer and export.' }),
    segment: z.int().openapi({ description: 'Number of the segment that it is sealed in.' }),
    type: z.enum(EVENT_TYPES),
    at: instant,
    actor: z.object({ kind: z.string(), id: z.string().optional() }),
    subject: z.string().optional(),
    related: z.array(z.string()).optional(),
    resource: z.string().optional(),
    outcome,
    reason: reason.optional(),
    method: z.enum(methods).optional(),
    factors: z.array(z.enum(EVENT_FACTORS)).optional(),
    otp: z.enum(['verified', 'skipped', 'not_used']).optional(),
    transaction: z.string().optional().openapi({ description: 'Hash of what was, or was not, confirmed.' }),
    environment: z
      .int()
      .optional()
      .openapi({ description: 'Of a sign-in: how far the browser matched those before, in percent.' }),
    changed: z.array(z.string()).optional().openapi({ description: 'Names of what changed, never values.' }),
    address: z.string().optional(),
    userAgent: z.string().optional(),
    requestId: z.string().optional(),
    entry: z
      .literal('protectimus')
      .optional()
      .openapi({ description: 'It came in by the Protectimus-compatible API, with the key of the actor.' }),
    key: apiKeyId.optional().openapi({ description: 'The key that it came in with there.' }),
    lost: z
      .object({ partition: z.int(), from: z.int(), to: z.int() })
      .optional()
      .openapi({ description: 'Of `events.lost`: numbers of events that were lost before they could be sealed.' }),
  })
  .openapi('Event');

function presentEvent({ id, segment, event: { account: _account, ...event } }: ListedEvent): z.input<typeof shown> {
  return { id, segment, ...event };
}

const tags = ['Events'];
const list = createRoute({
  method: 'get',
  path: '/events',
  tags,
  summary: 'List events, newest first',
  description:
    'Every change and every attempt is one event. It can be read once it is sealed, a second or so after it happened. With a filter that little passes a page may be short, or empty, without being the last: go on until `next` is null.',
  security: [{ apiKey: ['read'] }],
  request: { query: filter },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const exportAll = createRoute({
  method: 'get',
  path: '/events/export',
  tags,
  summary: 'Export events, oldest first',
  description:
    '`jsonl`: whole segments with their hashes and signatures, and a signed statement of the end, to be verified offline; among administrators only the superuser may take it. `csv`: a table for people, with the events that they may see.',
  security: [{ apiKey: ['read'] }],
  request: {
    query: z.strictObject({
      format: z.enum(['jsonl', 'csv']).default('jsonl'),
      after: z.coerce
        .number()
        .pipe(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
        .optional()
        .openapi({ description: 'Only segments after this number, to go on from an export of before.' }),
    }),
  },
  responses: {
    200: {
      description: 'The events.',
      content: {
        'application/jsonl': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
    ...refusals,
  },
});
const ofUser = createRoute({
  method: 'get',
  path: '/users/{id}/events',
  tags,
  summary: 'The history of a user, newest first',
  description: 'Whatever names this user: what was done to them, and by them.',
  security: [{ apiKey: ['read'] }],
  request: { params: z.object({ id: userId }), query: history },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const ofToken = createRoute({
  method: 'get',
  path: '/tokens/{id}/events',
  tags,
  summary: 'The history of a token, newest first',
  security: [{ apiKey: ['read'] }],
  request: { params: z.object({ id: tokenId }), query: history },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});

const CONTENT_TYPES = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' };

export function events(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>) {
  const app = apiRouter();
  const paths = ['/events', '/events/export', '/users/:id/events', '/tokens/:id/events'];
  app.on(['GET'], paths, authorize(ports, 'read'));

  app.openapi(list, async (c) => {
    const { after, limit, ...asked } = c.req.valid('query');
    const page = await listEvents(ports, c.get('act').actor, asked, { after, limit });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  });
  app.openapi(exportAll, async (c) => {
    const asked = c.req.valid('query');
    const { actor } = c.get('act');
    const verdict = await exportEvents(ports, actor, asked);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    c.header('content-type', CONTENT_TYPES[asked.format]);
    c.header('content-disposition', `attachment; filename="events-${actor.account}.${asked.format}"`);
    return c.body(textStream(verdict.text), 200);
  });
  app.openapi(ofUser, async (c) => {
    const { id } = c.req.valid('param');
    const object = { id, key: userDocument.key(id), missing: 'USER_NOT_FOUND' } as const;
    const { after, limit, ...asked } = c.req.valid('query');
    const page = await listHistory(ports, c.get('act').actor, object, asked, { after, limit });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  });
  app.openapi(ofToken, async (c) => {
    const { id } = c.req.valid('param');
    const object = { id, key: tokenDocument.key(id), missing: 'TOKEN_NOT_FOUND' } as const;
    const { after, limit, ...asked } = c.req.valid('query');
    const page = await listHistory(ports, c.get('act').actor, object, asked, { after, limit });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  });
  return app;
}
