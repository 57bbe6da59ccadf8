import { createRoute, z } from '@hono/zod-openapi';
import type { Filter } from '../../domain/filter.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import { createFilter } from '../../usecases/create-filter.ts';
import { listObjects } from '../../usecases/list-objects.ts';
import { readObject } from '../../usecases/read-object.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize } from './authorize.ts';
import { createOnce } from './create-once.ts';
import { creationHeaders, filterId, instant, label, pageOf, pageQuery } from './fields.ts';

const minute = z.int().min(0).max(1440);
const rule = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('geo'),
      mode: z.enum(['allow', 'deny']),
      countries: z.array(z.string().max(2)).max(300).openapi({ description: 'ISO 3166-1 alpha-2, upper case.' }),
      unlocated: z
        .enum(['allow', 'deny'])
        .openapi({ description: 'Addresses that no country has, private ones among them.' }),
    }),
    z.strictObject({
      kind: z.literal('time'),
      zone: z.string().max(64).openapi({ example: 'Europe/Vienna' }),
      windows: z
        .array(
          z.strictObject({
            days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).max(7),
            fromMinute: minute,
            toMinute: minute.openapi({ description: 'Below `fromMinute`: past midnight.' }),
          }),
        )
        .max(50),
    }),
    z.strictObject({
      kind: z.literal('ip'),
      mode: z.enum(['allow', 'deny']),
      ranges: z
        .array(z.string().max(64))
        .max(500)
        .openapi({ example: ['203.0.113.0/24'] }),
    }),
  ])
  .openapi('FilterRule');
const creation = z.strictObject({ name: label(100), rule }).openapi('FilterInput');
const shown = z.object({ id: filterId, name: z.string(), rule, createdAt: instant }).openapi('Filter');

function presentFilter({ account: _account, createdBy: _by, ...filter }: Filter): z.input<typeof shown> {
  return filter;
}

const tags = ['Filters'];
const create = createRoute({
  method: 'post',
  path: '/filters',
  tags,
  summary: 'Create a filter',
  description: 'Attach it to a resource as `geoFilter`, `timeFilter` or `ipFilter`.',
  security: [{ apiKey: ['write'] }],
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: jsonAnswer('Created.', shown), ...refusals },
});
const list = createRoute({
  method: 'get',
  path: '/filters',
  tags,
  summary: 'List filters, newest first',
  security: [{ apiKey: ['read'] }],
  request: { query: pageQuery },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const read = createRoute({
  method: 'get',
  path: '/filters/{id}',
  tags,
  summary: 'Read a filter',
  security: [{ apiKey: ['read'] }],
  request: { params: z.object({ id: filterId }) },
  responses: { 200: jsonAnswer('The filter.', shown), ...refusals },
});

export function filters(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.on(['GET'], ['/filters', '/filters/:id'], authorize(ports, 'read'));
  app.on(['POST'], ['/filters'], authorize(ports, 'write'));
  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const verdict = await createOnce(ports, c, 'flt', async (birth) => {
      const made = await createFilter(ports, c.get('act'), birth, body);
      return isRefusal(made) ? made : presentFilter(made.filter);
    });
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  app.openapi(list, async (c) => {
    const { account } = c.get('act').actor;
    const list = { ...c.req.valid('query'), index: indexes.filters(account), account, key: documents.filter };
    const page = await listObjects(ports, list);
    return isRefusal(page) ? refuseVerdict(c, page) : c.json({ ...page, items: page.items.map(presentFilter) }, 200);
  });
  app.openapi(read, async (c) => {
    const key = documents.filter(c.req.valid('param').id);
    const verdict = await readObject(ports, c.get('act').actor.account, key, 'FILTER_NOT_FOUND');
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentFilter(verdict.object), 200);
  });
  return app;
}
