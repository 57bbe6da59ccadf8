import { z } from '@hono/zod-openapi';
import { showPage } from '../http/api/describe-object.ts';
import { count, day, pageOf, pageQuery, resourceId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, refuseResult } from '../http/api/router.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { MAX_DAYS_BY_RESOURCE, MAX_LISTED_RESOURCES, readResourceStatistics } from './read-resource-statistics.ts';
import { MAX_DAYS, readStatistics } from './read-statistics.ts';

const counts = z.record(z.string(), z.int());
const granted = count('Successful sign-ins.', 120);
const span = {
  from: day.optional().openapi({ description: 'The first day. Default: 30 days including the last.' }),
  to: day.optional().openapi({ description: 'The last day. Default: today.' }),
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DAYS)
    .optional()
    .openapi({ description: 'The number of days including the last, instead of `from`.', example: 7 }),
};
const refusedBy = counts.openapi({ description: 'Refused attempts by their code.', example: { OTP_WRONG: 3 } });
const statisticsView = z
  .object({
    day,
    granted,
    refused: refusedBy,
    methods: counts.openapi({
      description: 'Successful ones by the method that a backend named. Sign-ins through the widget have none.',
      example: { 'password-otp': 40 },
    }),
    factors: counts.openapi({
      description: 'Successful ones by what was verified: `password`, `otp`, `password+otp` or `none`.',
      example: { 'password+otp': 118, password: 2 },
    }),
    activeUsers: z
      .object({
        count: count('The number of users.', 97),
        exact: z.boolean().openapi({ description: 'Whether the number is exact.' }),
      })
      .openapi({ description: 'Users who signed in. Exact up to 1000 a day; above, an estimate within 5 %.' }),
    complete: z.boolean().openapi({ description: 'False if events may have been lost before they were counted.' }),
  })
  .openapi('DayStatistics', { description: 'The sign-ins of one day.' });

const read = route({
  method: 'get',
  path: '/statistics',
  scope: 'read',
  operationId: 'readStatistics',
  tag: 'Statistics',
  summary: 'Read sign-ins by day',
  description: 'Every attempt counts once, about a second later; of one resource, or of all.',
  request: {
    query: z.strictObject({
      resource: resourceId.optional().openapi({ description: 'Only sign-ins to this resource.' }),
      ...span,
    }),
  },
  responses: {
    200: jsonAnswer(
      'A list of days.',
      z.object({ days: z.array(statisticsView).openapi({ description: 'The days.' }) }),
    ),
  },
  handle: async (c, ports: WritePorts) => {
    const verdict = await readStatistics(ports, c.get('act').actor, c.req.valid('query'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});

const readByResource = route({
  method: 'get',
  path: '/statistics/resources',
  scope: 'read',
  operationId: 'listResourceStatistics',
  tag: 'Statistics',
  summary: 'List sign-ins by resource',
  description: `The sum of at most ${MAX_DAYS_BY_RESOURCE} days for each resource, by name.`,
  request: {
    query: pageQuery.extend({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_LISTED_RESOURCES)
        .default(MAX_LISTED_RESOURCES)
        .openapi({ description: 'The maximum number of resources on the page.' }),
      ...span,
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page of resources.',
      pageOf(
        z
          .object({
            resource: resourceId,
            name: z.string().openapi({ description: 'The name of the resource.', example: 'Shop' }),
            granted,
            refused: refusedBy,
          })
          .openapi('ResourceStatistics', { description: 'The sign-ins to one resource.' }),
      ),
    ),
  },
  handle: async (c, ports: WritePorts) =>
    showPage(c, await readResourceStatistics(ports, c.get('act'), c.req.valid('query')), (one) => one),
});

export const statisticsRoutes = [read, readByResource];
