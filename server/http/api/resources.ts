import { createRoute, z } from '@hono/zod-openapi';
import {
  DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK,
  DEFAULT_RESULT_LIFETIME_MS,
  METHOD_POLICIES,
  type Resource,
} from '../../domain/resource.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import { createResource } from '../../usecases/create-resource.ts';
import { listObjects } from '../../usecases/list-objects.ts';
import { readObject } from '../../usecases/read-object.ts';
import { updateResource } from '../../usecases/update-resource.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseVerdict } from './api.ts';
import { authorize } from './authorize.ts';
import { createOnce } from './create-once.ts';
import { creationHeaders, filterId, instant, label, pageOf, pageQuery, resourceId } from './fields.ts';

const settings = {
  name: label(100),
  enabled: z.boolean(),
  failedAttemptsBeforeLock: z
    .int()
    .min(3)
    .max(10)
    .openapi({ description: 'A token whose wrong codes exceed this locks.' }),
  methodPolicy: z.enum(METHOD_POLICIES).openapi({
    description:
      '`auto`: password and code for whoever is assigned with a token, password for whoever is assigned alone.',
  }),
  allowedOrigins: z.array(z.string().max(300)).max(100).openapi({
    description: 'Where the widget may be embedded: exact origins, or `https://*.shop.example`. Empty: nowhere.',
  }),
  allowLocalhost: z.boolean().openapi({ description: 'Also any port of http://localhost and http://127.0.0.1.' }),
  resultLifetimeMs: z.int().min(10_000).max(300_000),
};
const filters = { geoFilter: filterId.nullable(), timeFilter: filterId.nullable(), ipFilter: filterId.nullable() };

const creation = z
  .strictObject({
    ...settings,
    ...{
      enabled: settings.enabled.default(true),
      failedAttemptsBeforeLock: settings.failedAttemptsBeforeLock.default(DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK),
      methodPolicy: settings.methodPolicy.default('auto'),
      allowedOrigins: settings.allowedOrigins.default([]),
      allowLocalhost: settings.allowLocalhost.default(false),
      resultLifetimeMs: settings.resultLifetimeMs.default(DEFAULT_RESULT_LIFETIME_MS),
    },
    geoFilter: filterId.optional(),
    timeFilter: filterId.optional(),
    ipFilter: filterId.optional(),
  })
  .openapi('ResourceInput');
const changes = z
  .strictObject({ ...settings, ...filters })
  .partial()
  .openapi('ResourceChanges');
const shown = z.object({ id: resourceId, ...settings, ...filters, createdAt: instant }).openapi('Resource');

export function presentResource({ account: _account, createdBy: _by, ...resource }: Resource): z.input<typeof shown> {
  const { geoFilter = null, timeFilter = null, ipFilter = null } = resource;
  return { ...resource, geoFilter, timeFilter, ipFilter };
}

const tags = ['Resources'];
const params = z.object({ id: resourceId });
const create = createRoute({
  method: 'post',
  path: '/resources',
  tags,
  summary: 'Create a resource',
  security: [{ apiKey: ['write'] }],
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: jsonAnswer('Created.', shown), ...refusals },
});
const list = createRoute({
  method: 'get',
  path: '/resources',
  tags,
  summary: 'List resources, newest first',
  security: [{ apiKey: ['read'] }],
  request: { query: pageQuery },
  responses: { 200: jsonAnswer('A page.', pageOf(shown)), ...refusals },
});
const read = createRoute({
  method: 'get',
  path: '/resources/{id}',
  tags,
  summary: 'Read a resource',
  security: [{ apiKey: ['read'] }],
  request: { params },
  responses: { 200: jsonAnswer('The resource.', shown), ...refusals },
});
const update = createRoute({
  method: 'patch',
  path: '/resources/{id}',
  tags,
  summary: 'Change a resource',
  security: [{ apiKey: ['write'] }],
  request: { params, ...jsonBody(changes) },
  responses: { 200: jsonAnswer('The resource as it is now.', shown), ...refusals },
});

export function resources(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.on(['GET'], ['/resources', '/resources/:id'], authorize(ports, 'read'));
  app.on(['POST', 'PATCH'], ['/resources', '/resources/:id'], authorize(ports, 'write'));

  app.openapi(create, async (c) => {
    const { geoFilter, timeFilter, ipFilter, ...body } = c.req.valid('json');
    const settings = {
      ...body,
      ...(geoFilter && { geoFilter }),
      ...(timeFilter && { timeFilter }),
      ...(ipFilter && { ipFilter }),
    };
    const verdict = await createOnce(ports, c, 'res', async (birth) => {
      const made = await createResource(ports, c.get('act'), birth, settings);
      return isRefusal(made) ? made : presentResource(made.resource);
    });
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
  });
  app.openapi(list, async (c) => {
    const { account } = c.get('act').actor;
    const list = { ...c.req.valid('query'), index: indexes.resources(account), account, key: documents.resource };
    const page = await listObjects(ports, list);
    return isRefusal(page) ? refuseVerdict(c, page) : c.json({ ...page, items: page.items.map(presentResource) }, 200);
  });
  app.openapi(read, async (c) => {
    const key = documents.resource(c.req.valid('param').id);
    const verdict = await readObject(ports, c.get('act').actor.account, key, 'RESOURCE_NOT_FOUND');
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentResource(verdict.object), 200);
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param');
    const verdict = await updateResource(ports, c.get('act'), id, c.req.valid('json'));
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(presentResource(verdict.object), 200);
  });
  return app;
}
