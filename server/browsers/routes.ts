import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { anyName, idOrNull, instant, resourceId, userId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { checkEnvironment } from './check-environment.ts';
import { environment } from './environment-fields.ts';
import { forgetEnvironments } from './forget-environments.ts';
import { showEnvironments } from './list-environments.ts';
import { saveEnvironment } from './save-environment.ts';

const check = createRoute({
  method: 'post',
  path: '/environment/check',
  tags: ['Authentication'],
  summary: 'Compare a browser with those of a person',
  description:
    'For a backend that signs people in by itself; in the widget a resource does it by its own setting. A soft signal and no factor: whoever knows what a browser is like can say it.',
  security: [{ apiKey: ['authenticate'] }],
  request: jsonBody(
    z.strictObject({ user: anyName, resource: resourceId, environment }).openapi('EnvironmentQuestion'),
  ),
  responses: {
    200: jsonAnswer(
      'How far it matches the best of them.',
      z
        .object({
          percent: z.int().nullable().openapi({ description: '0 to 100; null where none is remembered.' }),
          fits: z.boolean().openapi({ description: 'By the threshold of the resource; 60 where it has none.' }),
        })
        .openapi('EnvironmentMatch'),
    ),
    ...refusals,
  },
});
const save = createRoute({
  method: 'post',
  path: '/environment',
  tags: ['Authentication'],
  summary: 'Remember a browser of a person',
  description:
    'After a sign-in that was right in every respect: whoever may save a browser makes it one of the person’s.',
  security: [{ apiKey: ['authenticate'] }],
  request: jsonBody(
    z
      .strictObject({
        user: anyName,
        environment,
        resource: resourceId.optional().openapi({ description: 'Where it counts. Absent: on every resource.' }),
      })
      .openapi('EnvironmentInput'),
  ),
  responses: { 204: { description: 'Remembered.' }, ...refusals },
});
const params = z.object({ id: userId });
const show = createRoute({
  method: 'get',
  path: '/users/{id}/environments',
  tags: ['Users'],
  summary: 'Say how many browsers of a user are remembered',
  description: 'Where and since when. What they are like is stored as MACs, which nobody can read.',
  security: [{ apiKey: ['read'] }],
  request: { params },
  responses: {
    200: jsonAnswer(
      'The newest first.',
      z
        .object({
          count: z.int(),
          environments: z.array(
            z.object({ resource: idOrNull(resourceId), firstSeenAt: instant, lastSeenAt: instant }),
          ),
        })
        .openapi('Environments'),
    ),
    ...refusals,
  },
});
const forget = createRoute({
  method: 'delete',
  path: '/users/{id}/environments',
  tags: ['Users'],
  summary: 'Forget the browsers of a user',
  description: 'The next browser that they sign in with is the first again.',
  security: [{ apiKey: ['write'] }],
  request: { params },
  responses: { 204: { description: 'Forgotten, or there were none.' }, ...refusals },
});

export function environments(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.use('/environment', authorize(ports, 'authenticate'));
  app.use('/environment/check', authorize(ports, 'authenticate'));
  app.on(['GET'], ['/users/:id/environments'], authorize(ports, 'read'));
  app.on(['DELETE'], ['/users/:id/environments'], authorize(ports, 'write'));

  app.openapi(check, async (c) => {
    const verdict = await checkEnvironment(ports, c.get('act'), c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  app.openapi(save, async (c) => {
    const verdict = await saveEnvironment(ports, c.get('act'), c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  app.openapi(show, async (c) => {
    const verdict = await showEnvironments(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const list = verdict.environments.map(({ resource = null, ...seen }) => ({ resource, ...seen }));
    return c.json({ count: list.length, environments: list }, 200);
  });
  app.openapi(forget, async (c) => {
    const verdict = await forgetEnvironments(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  return app;
}
