import { FILTER_KINDS, WEEKDAYS } from '@countersign/protocol/filters';
import { z } from '@hono/zod-openapi';
import {
  describeObject,
  showCreated,
  showDeleted,
  showOne,
  showPage,
  toCreatedObject,
} from '../../http/api/describe-object.ts';
import { createdAt, createdBy, filterId, label, namedPageQuery } from '../../http/api/fields.ts';
import { createOnce } from '../../http/api/idempotency.ts';
import { route } from '../../http/api/route.ts';
import { ifMatchVersions } from '../../http/api/version.ts';
import type { SecretPorts } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { showObject } from '../../store/records/read-object.ts';
import { filterDocument } from '../documents.ts';
import { createFilter } from './create-filter.ts';
import { deleteFilter } from './delete-filter.ts';
import type { Filter } from './filter.ts';
import { listFilters } from './list-filters.ts';
import { updateFilter } from './update-filter.ts';

const minute = z.int().min(0).max(1440).openapi({ description: 'Minutes since midnight.', example: 480 });
const mode = z.enum(['allow', 'deny']).openapi({ description: 'Whether a match is allowed or denied.' });
const name = label(100).openapi({ description: 'The name of the filter.', example: 'Office hours' });
const rule = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('geo').openapi({ description: 'By country.' }),
      mode,
      countries: z
        .array(z.string().max(2))
        .max(300)
        .openapi({ description: 'ISO 3166-1 alpha-2 codes, upper case.', example: ['AT', 'DE'] }),
      unlocated: z
        .enum(['allow', 'deny'])
        .openapi({ description: 'What applies to addresses without a country, such as private ones.' }),
    }),
    z.strictObject({
      kind: z.literal('time').openapi({ description: 'By time: sign-in is allowed within the windows.' }),
      zone: z.string().max(64).openapi({ description: 'An IANA time zone.', example: 'Europe/Vienna' }),
      windows: z
        .array(
          z.strictObject({
            days: z.array(z.enum(WEEKDAYS)).max(7).openapi({ description: 'The days on which the window begins.' }),
            fromMinute: minute,
            toMinute: minute.openapi({
              description: 'Minutes since midnight. Less than `fromMinute`: on the next day.',
              example: 1080,
            }),
          }),
        )
        .max(50)
        .openapi({ description: 'The windows.' }),
    }),
    z.strictObject({
      kind: z.literal('ip').openapi({ description: 'By IP address.' }),
      mode,
      ranges: z
        .array(z.string().max(64))
        .max(500)
        .openapi({ description: 'Addresses and CIDR ranges.', example: ['203.0.113.0/24'] }),
    }),
  ])
  .openapi('FilterRule', { description: 'What a filter allows or denies.' });
const input = z.strictObject({ name, rule }).openapi('FilterInput', { description: 'A new filter.' });
const changes = z
  .strictObject({ name, rule: rule.openapi({ description: 'The rule, of the same kind as before.' }) })
  .partial()
  .openapi('FilterChanges', { description: 'What changes of a filter.' });
const filterView = z
  .object({ id: filterId, name, rule, createdAt, createdBy })
  .openapi('Filter', { description: 'A filter.' });

function presentFilter({ id, name, rule, createdAt, createdBy }: Filter): z.input<typeof filterView> {
  return { id, name, rule, createdAt, createdBy };
}

const routes = describeObject(
  { path: '/filters', tag: 'Filters', one: 'a filter', many: 'filters', id: filterId },
  {
    query: namedPageQuery.extend({
      kind: z.enum(FILTER_KINDS).optional().openapi({ description: 'Only filters of this kind.' }),
    }),
    input,
    changes,
    shown: filterView,
    made: filterView,
    about: {
      create: 'Attach it to a resource as `geoFilter`, `timeFilter` or `ipFilter`.',
      update: 'Changes the rules of every resource that has it.',
      remove: 'Refused with FILTER_IN_USE while a resource has it.',
    },
  },
);

export const filterRoutes = [
  route({
    ...routes.create,
    handle: async (c, ports: SecretPorts) => {
      const body = c.req.valid('json');
      const made = await createOnce(ports, c, 'flt', async (birth) => {
        const verdict = await createFilter(ports, c.get('act'), birth, body);
        return isRefusal(verdict) ? verdict : toCreatedObject(verdict.filter, presentFilter(verdict.filter));
      });
      return showCreated(c, made);
    },
  }),
  route({
    ...routes.list,
    handle: async (c, ports: SecretPorts) =>
      showPage(c, await listFilters(ports, c.get('act'), c.req.valid('query')), presentFilter),
  }),
  route({
    ...routes.read,
    handle: async (c, ports: SecretPorts) => {
      const key = filterDocument.key(c.req.valid('param').id);
      return showOne(c, await showObject(ports, c.get('act'), key, 'FILTER_NOT_FOUND'), presentFilter);
    },
  }),
  route({
    ...routes.update,
    handle: async (c, ports: SecretPorts) => {
      const { id } = c.req.valid('param');
      return showOne(
        c,
        await updateFilter(ports, c.get('act'), id, c.req.valid('json'), ifMatchVersions(c)),
        presentFilter,
      );
    },
  }),
  route({
    ...routes.remove,
    handle: async (c, ports: SecretPorts) =>
      showDeleted(c, await deleteFilter(ports, c.get('act'), c.req.valid('param').id, ifMatchVersions(c))),
  }),
];
