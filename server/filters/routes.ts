import { z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { describeObject, madeFrom, showDeleted, showMade, showOne, showPage } from '../http/api/describe-object.ts';
import { createdBy, filterId, instant, label, namedPageQuery, presentCreator } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter } from '../http/api/router.ts';
import { seenOf } from '../http/api/version.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { showObject } from '../records/read-object.ts';
import { createFilter } from './create-filter.ts';
import { deleteFilter } from './delete-filter.ts';
import { filterDocument } from './documents.ts';
import type { Filter } from './filter.ts';
import { listFilters } from './list-filters.ts';
import { updateFilter } from './update-filter.ts';

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
const input = z.strictObject({ name: label(100), rule }).openapi('FilterInput');
const changes = z
  .strictObject({ name: label(100), rule: rule.openapi({ description: 'Of the same kind as before.' }) })
  .partial()
  .openapi('FilterChanges');
const shown = z.object({ id: filterId, name: z.string(), rule, createdAt: instant, createdBy }).openapi('Filter');

function presentFilter({ id, name, rule, createdAt, createdBy }: Filter): z.input<typeof shown> {
  return { id, name, rule, createdAt, createdBy: presentCreator(createdBy) };
}

const routes = describeObject(
  { path: '/filters', tag: 'Filters', one: 'a filter', many: 'filters', id: filterId },
  {
    query: namedPageQuery.extend({ kind: z.enum(['geo', 'time', 'ip']).optional() }),
    input,
    changes,
    shown,
    made: shown,
    about: {
      create: 'Attach it to a resource as `geoFilter`, `timeFilter` or `ipFilter`.',
      update: 'Changes the rules of every resource that has it.',
      remove: 'Refused with FILTER_IN_USE as long as a resource has it.',
    },
  },
);

export function filters(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.on(['GET'], ['/filters', '/filters/:id'], authorize(ports, 'read'));
  app.on(['POST', 'PATCH', 'DELETE'], ['/filters', '/filters/:id'], authorize(ports, 'write'));
  app.openapi(routes.create, async (c) => {
    const body = c.req.valid('json');
    const made = await createOnce(ports, c, 'flt', async (birth) => {
      const verdict = await createFilter(ports, c.get('act'), birth, body);
      return isRefusal(verdict) ? verdict : madeFrom(verdict.filter, presentFilter(verdict.filter));
    });
    return showMade(c, made);
  });
  app.openapi(routes.list, async (c) =>
    showPage(c, await listFilters(ports, c.get('act'), c.req.valid('query')), presentFilter),
  );
  app.openapi(routes.read, async (c) => {
    const key = filterDocument.key(c.req.valid('param').id);
    return showOne(c, await showObject(ports, c.get('act'), key, 'FILTER_NOT_FOUND'), presentFilter);
  });
  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param');
    return showOne(c, await updateFilter(ports, c.get('act'), id, c.req.valid('json'), seenOf(c)), presentFilter);
  });
  app.openapi(routes.remove, async (c) =>
    showDeleted(c, await deleteFilter(ports, c.get('act'), c.req.valid('param').id, seenOf(c))),
  );
  return app;
}
