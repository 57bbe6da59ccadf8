import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import { EVENT_OUTCOMES } from '@countersign/protocol/events';
import { OTP_USES } from '@countersign/protocol/result';
import { z } from '@hono/zod-openapi';
import { apiKeyId, count, instantOf, instantQuery, pageOf, pageQuery, tokenId, userId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, refuseResult } from '../http/api/router.ts';
import { textStream } from '../http/text-stream.ts';
import { EVENT_FACTORS, EVENT_TYPES, type Method } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { userDocument } from '../users/documents.ts';
import { exportEvents } from './export-events.ts';
import { type ListedEvent, listEvents, listHistory } from './list-events.ts';
import { listSealedEvents } from './list-sealed-events.ts';

const anyId = z
  .string()
  .regex(/^[a-z]{3}_[0-9a-hjkmnp-tv-z]{11}$/, 'an id such as usr_01k8dq9z2mp')
  .openapi({ description: 'Id of an object.', example: 'usr_01k8dq9z2mp' });
const reason = z.enum(Object.keys(REFUSALS) as [RefusalCode]).openapi({ description: 'Why it was refused.' });
const methods = ['password', 'otp', 'password-otp', 'token'] as const satisfies readonly Method[];
const outcome = z.enum(EVENT_OUTCOMES).openapi({ description: '`done`: a change. `granted`, `refused`: an attempt.' });
const type = z.enum(EVENT_TYPES).openapi({ description: 'The type of the event.', example: 'user.updated' });

const filterFields = {
  type: type.optional().openapi({ description: 'Only events of this type.' }),
  outcome: outcome.optional().openapi({ description: 'Only events with this outcome.' }),
  resource: anyId.optional().openapi({ description: 'Only events about this resource.', example: 'res_01k8dq9z2mp' }),
  reason: reason.optional().openapi({ description: 'Only refusals with this code.' }),
  from: instantQuery('Not before this instant, in milliseconds since 1970.'),
  to: instantQuery('Not after this instant, in milliseconds since 1970.'),
};
const history = z.strictObject({ ...pageQuery.shape, ...filterFields });
const namedFields = {
  subject: anyId.optional().openapi({ description: 'Only events about this object.' }),
  actor: anyId
    .optional()
    .openapi({ description: 'Only events by this administrator, user or API key.', example: 'adm_01k8dq9z2mp' }),
};
const filter = z.strictObject({ ...history.shape, ...namedFields });

export const eventView = z
  .object({
    id: z
      .string()
      .openapi({ description: 'Id of the event, the same in every response and export.', example: '17-4711' }),
    segment: count('The number of its segment in the sealed log.', 17),
    type,
    at: instantOf('When it happened.'),
    actor: z
      .object({
        kind: z.string().openapi({ description: 'The kind of the actor.', example: 'administrator' }),
        id: z
          .string()
          .optional()
          .openapi({ description: 'Id of the actor, if it has one.', example: 'adm_01k8dq9z2mp' }),
      })
      .openapi({ description: 'Who did it.' }),
    subject: anyId.optional().openapi({ description: 'Id of the object that it is about.' }),
    related: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Ids of other objects that it is about.', example: ['tok_01k8dq9z2mp'] }),
    resource: anyId.optional().openapi({ description: 'Id of the resource.', example: 'res_01k8dq9z2mp' }),
    outcome,
    reason: reason.optional(),
    method: z.enum(methods).optional().openapi({ description: 'The method of the sign-in.' }),
    factors: z.array(z.enum(EVENT_FACTORS)).optional().openapi({ description: 'The factors that were verified.' }),
    otp: z.enum(OTP_USES).optional().openapi({
      description: 'Whether a one-time password was verified. `remembered`: a trusted browser needed none.',
    }),
    transaction: z.string().optional().openapi({
      description: 'SHA-256 of the transaction.',
      example: '493ed26f158a5dff82ab04d04fe02bce4becfbf71c8c9aa405727fdefa912774',
    }),
    environment: z
      .int()
      .optional()
      .openapi({ description: 'How well the browser matched the known browsers, in percent.', example: 85 }),
    hook: z.string().optional().openapi({
      description: 'The reason that the hook of the resource gave, or why the hook failed.',
      example: 'The subscription has ended.',
    }),
    changed: z
      .array(z.string())
      .optional()
      .openapi({ description: 'The names of the fields that changed, never their values.', example: ['email'] }),
    address: z.string().optional().openapi({ description: 'The IP address of the client.', example: '203.0.113.7' }),
    userAgent: z.string().optional().openapi({ description: 'The user agent of the client.', example: 'Mozilla/5.0' }),
    requestId: z
      .string()
      .optional()
      .openapi({ description: 'The id of the request.', example: '3f1e9f0c-6a55-4b0e-8d7c-0c2b7c5d1a42' }),
    entry: z
      .literal('protectimus')
      .optional()
      .openapi({ description: 'It came through the Protectimus-compatible API, with a key of the actor.' }),
    key: apiKeyId.optional().openapi({ description: 'Id of the API key that was used there.' }),
    erased: z.literal(true).optional().openapi({ description: 'Address and user agent were erased with their user.' }),
    lost: z
      .object({
        partition: count('The partition of the store.', 0),
        from: count('The number of the first lost event.', 4711),
        to: count('The number of the last lost event.', 4720),
      })
      .optional()
      .openapi({ description: 'With `events.lost`: the events that were lost before they were sealed.' }),
  })
  .openapi('Event', {
    description: 'A change or an attempt.',
    example: {
      actor: { kind: 'administrator', id: 'adm_01k8dq9z2mp' },
      subject: 'usr_01k8dq9z2mp',
      changed: ['email'],
      address: '203.0.113.7',
    },
  });

export function presentEvent({
  id,
  segment,
  event: { account: _account, ...event },
}: ListedEvent): z.input<typeof eventView> {
  return { id, segment, ...event };
}

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'signer' | 'archive'>;

const list = route({
  method: 'get',
  path: '/events',
  scope: 'read',
  operationId: 'listEvents',
  tag: 'Events',
  summary: 'List events, newest first',
  description:
    'Every change and every attempt is one event. It appears once it is sealed, about a second later. A page is full or the last. Only a search that takes longer than a second ends with a short page: continue until `next` is null.',
  request: { query: filter },
  responses: { 200: jsonAnswer('A page.', pageOf(eventView)) },
  handle: async (c, ports: Needs) => {
    const { after, limit, ...asked } = c.req.valid('query');
    const page = await listEvents(ports, c.get('act').actor, asked, { after, limit });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  },
});
const listSealed = route({
  method: 'get',
  path: '/events/sealed',
  scope: 'read',
  operationId: 'listSealedEvents',
  tag: 'Events',
  summary: 'Follow events in the order in which they are sealed',
  description:
    'Nothing is missed and nothing comes twice, also what is sealed late: ask again with `next` as `after`. Without `after` it only says where the log ends. A page has whole segments, at most about 500 events before the filters.',
  request: {
    query: z.strictObject({
      ...filterFields,
      ...namedFields,
      after: z.coerce
        .number()
        .pipe(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
        .optional()
        .openapi({ description: 'Only segments after this number.', example: 17 }),
    }),
  },
  responses: {
    200: jsonAnswer(
      'Whole segments, oldest first.',
      z
        .object({
          items: z.array(eventView).openapi({ description: 'The events.' }),
          next: count('The last segment that was read.', 18),
          hasMore: z.boolean().openapi({ description: 'Whether there are further segments already.', example: false }),
        })
        .openapi('SealedEvents', { description: 'Events in the order of the sealed log.' }),
    ),
  },
  handle: async (c, ports: Needs) => {
    const { after, ...asked } = c.req.valid('query');
    const page = await listSealedEvents(ports, c.get('act').actor, asked, { after });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  },
});
const EXAMPLES = {
  jsonl: '{"id":"17-4711","event":{"type":"user.updated","at":1830000000000,"outcome":"done"}}\n',
  csv: 'id,time,type,outcome\r\n17-4711,2027-12-28T05:20:00.000Z,user.updated,done\r\n',
};
const exportAll = route({
  method: 'get',
  path: '/events/export',
  scope: 'read',
  operationId: 'exportEvents',
  tag: 'Events',
  summary: 'Export events, oldest first',
  description:
    '`jsonl`: whole segments with their hashes and signatures and a signed end, to be verified offline; of the administrators only the superuser can export it. `csv`: a table for people, with the events that they can see and that match the filters.',
  request: {
    query: z.strictObject({
      ...filterFields,
      ...namedFields,
      format: z.enum(['jsonl', 'csv']).default('jsonl').openapi({ description: 'The format of the export.' }),
      after: z.coerce
        .number()
        .pipe(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
        .optional()
        .openapi({ description: 'Only segments after this number, to continue an earlier export.', example: 17 }),
    }),
  },
  responses: {
    200: {
      description: 'The events.',
      content: {
        'application/jsonl': {
          schema: z.string().openapi({ description: 'One JSON object a line.', example: EXAMPLES.jsonl }),
        },
        'text/csv': { schema: z.string().openapi({ description: 'A table with a header.', example: EXAMPLES.csv }) },
      },
    },
  },
  handle: async (c, ports: Needs) => {
    const { format, after, ...asked } = c.req.valid('query');
    const { actor } = c.get('act');
    const verdict = await exportEvents(ports, actor, { format, after, filter: asked });
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const body = await textStream(c, verdict.text);
    c.header('content-type', CONTENT_TYPES[format]);
    c.header('content-disposition', `attachment; filename="events-${actor.account}.${format}"`);
    return c.body(body, 200);
  },
});
const ofUser = route({
  method: 'get',
  path: '/users/{id}/events',
  scope: 'read',
  operationId: 'listUserEvents',
  tag: 'Events',
  summary: 'List the events of a user, newest first',
  description: 'Every event that names the user: what was done to the user, and by the user.',
  request: { params: z.object({ id: userId }), query: history },
  responses: { 200: jsonAnswer('A page.', pageOf(eventView)) },
  handle: async (c, ports: Needs) => {
    const { id } = c.req.valid('param');
    const object = { id, key: userDocument.key(id), missing: 'USER_NOT_FOUND' } as const;
    const { after, limit, ...asked } = c.req.valid('query');
    const page = await listHistory(ports, c.get('act').actor, object, asked, { after, limit });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  },
});
const ofToken = route({
  method: 'get',
  path: '/tokens/{id}/events',
  scope: 'read',
  operationId: 'listTokenEvents',
  tag: 'Events',
  summary: 'List the events of a token, newest first',
  request: { params: z.object({ id: tokenId }), query: history },
  responses: { 200: jsonAnswer('A page.', pageOf(eventView)) },
  handle: async (c, ports: Needs) => {
    const { id } = c.req.valid('param');
    const object = { id, key: tokenDocument.key(id), missing: 'TOKEN_NOT_FOUND' } as const;
    const { after, limit, ...asked } = c.req.valid('query');
    const page = await listHistory(ports, c.get('act').actor, object, asked, { after, limit });
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEvent) }, 200);
  },
});

const CONTENT_TYPES = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' };

export const eventRoutes = [list, listSealed, exportAll, ofUser, ofToken];
