import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { showPage } from '../http/api/describe-object.ts';
import { pageOf, pageQuery, resourceId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, refusals, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { MOST_DAYS_BY_RESOURCE, MOST_RESOURCES, readResourceStatistics } from './read-resource-statistics.ts';
import { MOST_DAYS, readStatistics } from './read-statistics.ts';

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day as 2027-01-15')
  .openapi({ example: '2027-01-15' });
const counts = z.record(z.string(), z.int());
const span = {
  from: day.optional().openapi({ description: 'First day. Default: 30 days with the last.' }),
  to: day.optional().openapi({ description: 'Last day. Default: today.' }),
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_DAYS)
    .optional()
    .openapi({ description: 'So many with the last, in place of `from`.' }),
};
const refusedBy = counts.openapi({ description: 'Refused attempts by their reason.' });
const shown = z
  .object({
    day: day.openapi({ description: 'UTC.' }),
    granted: z.int(),
    refused: refusedBy,
    methods: counts.openapi({
      description: 'Granted ones by the method that a backend named; sign-ins through the widget name none.',
    }),
    factors: counts.openapi({
      description: 'Granted ones by what was checked: `password`, `otp`, `password+otp` or `none`.',
    }),
    activeUsers: z
      .object({ count: z.int(), exact: z.boolean() })
      .openapi({ description: 'Users who got in. Exact up to 1000 a day; beyond it an estimate, within 5 %.' }),
    complete: z.boolean().openapi({ description: 'False where events may have been lost before they were counted.' }),
  })
  .openapi('DayStatistics');

const read = createRoute({
  method: 'get',
  path: '/statistics',
  tags: ['Statistics'],
  summary: 'Sign-ins by day',
  description: 'Every attempt counts once, a second or so after it happened; of one resource, or of all.',
  security: [{ apiKey: ['read'] }],
  request: {
    query: z.strictObject({
      resource: resourceId.optional(),
      ...span,
    }),
  },
  responses: { 200: jsonAnswer('A list of days.', z.object({ days: z.array(shown) })), ...refusals },
});

const readByResource = createRoute({
  method: 'get',
  path: '/statistics/resources',
  tags: ['Statistics'],
  summary: 'Sign-ins by resource',
  description: `The sum of some days, at most ${MOST_DAYS_BY_RESOURCE}, for each resource, by name.`,
  security: [{ apiKey: ['read'] }],
  request: {
    query: pageQuery.extend({
      limit: z.coerce.number().int().min(1).max(MOST_RESOURCES).default(MOST_RESOURCES),
      ...span,
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page of resources.',
      pageOf(
        z
          .object({ resource: resourceId, name: z.string(), granted: z.int(), refused: refusedBy })
          .openapi('ResourceStatistics'),
      ),
    ),
    ...refusals,
  },
});

export function statistics(ports: Pick<Ports, 'store' | 'clock' | 'random'>) {
  const app = apiRouter();
  app.on(['GET'], ['/statistics', '/statistics/resources'], authorize(ports, 'read'));
  app.openapi(read, async (c) => {
    const verdict = await readStatistics(ports, c.get('act').actor, c.req.valid('query'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  app.openapi(readByResource, async (c) =>
    showPage(c, await readResourceStatistics(ports, c.get('act'), c.req.valid('query')), (one) => one),
  );
  return app;
}
