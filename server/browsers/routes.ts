import { z } from '@hono/zod-openapi';
import { anyName, count, idOrNull, instantOf, resourceId, userId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { checkEnvironment } from './check-environment.ts';
import { environment } from './environment-fields.ts';
import { forgetEnvironments } from './forget-environments.ts';
import { showEnvironments } from './list-environments.ts';
import { saveEnvironment } from './save-environment.ts';

const check = route({
  method: 'post',
  path: '/environment/check',
  scope: 'authenticate',
  operationId: 'checkEnvironment',
  tag: 'Authentication',
  summary: 'Compare a browser with the known browsers of a user',
  description:
    'For a backend that signs users in by itself; the widget does it if the resource is set so. A soft signal and no factor: these values can be copied.',
  request: jsonBody(
    z
      .strictObject({ user: anyName, resource: resourceId, environment })
      .openapi('EnvironmentQuestion', { description: 'The browser to compare.' }),
  ),
  responses: {
    200: jsonAnswer(
      'How well it matches the best of them.',
      z
        .object({
          percent: z
            .int()
            .nullable()
            .openapi({ description: '0 to 100. Null if the user has no known browser.', example: 85 }),
          fits: z.boolean().openapi({ description: 'By the threshold of the resource, or 60 if it has none.' }),
        })
        .openapi('EnvironmentMatch', { description: 'How well a browser matches.' }),
    ),
  },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await checkEnvironment(ports, c.get('act'), c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});
const save = route({
  method: 'post',
  path: '/environment',
  scope: 'authenticate',
  operationId: 'saveEnvironment',
  tag: 'Authentication',
  summary: 'Remember a browser of a user',
  description: 'Call it only after a complete sign-in: it makes the browser a known browser of the user.',
  request: jsonBody(
    z
      .strictObject({
        user: anyName,
        environment,
        resource: resourceId.optional().openapi({ description: 'Where it counts. Default: on every resource.' }),
      })
      .openapi('EnvironmentInput', { description: 'The browser to remember.' }),
  ),
  responses: { 204: { description: 'Remembered.' } },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await saveEnvironment(ports, c.get('act'), c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const params = z.object({ id: userId });
const show = route({
  method: 'get',
  path: '/users/{id}/environments',
  scope: 'read',
  operationId: 'listUserEnvironments',
  tag: 'Users',
  summary: 'List the known browsers of a user',
  description: 'Where and since when. Their signals are stored as MACs and cannot be read.',
  request: { params },
  responses: {
    200: jsonAnswer(
      'The newest first.',
      z
        .object({
          count: count('The number of known browsers.'),
          environments: z
            .array(
              z.object({
                resource: idOrNull(resourceId).openapi({ description: 'Where it counts. Null: on every resource.' }),
                firstSeenAt: instantOf('When it was first used.'),
                lastSeenAt: instantOf('When it was last used.'),
              }),
            )
            .openapi({ description: 'The known browsers.' }),
        })
        .openapi('Environments', { description: 'The known browsers of a user.' }),
    ),
  },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await showEnvironments(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const list = verdict.environments.map(({ resource = null, ...seen }) => ({ resource, ...seen }));
    return c.json({ count: list.length, environments: list }, 200);
  },
});
const forget = route({
  method: 'delete',
  path: '/users/{id}/environments',
  scope: 'write',
  operationId: 'deleteUserEnvironments',
  tag: 'Users',
  summary: 'Forget the known browsers of a user',
  description: 'The next browser that they sign in with is the first again.',
  request: { params },
  responses: { 204: { description: 'Forgotten, or there were none.' } },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await forgetEnvironments(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});

export const environmentRoutes = [check, save, show, forget];
