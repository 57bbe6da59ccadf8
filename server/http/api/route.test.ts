import { z } from '@hono/zod-openapi';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createOperatorApp } from '../../composition/operator/operator-app.ts';
import { operatorRoutes } from '../../composition/operator/routes.ts';
import { appWith } from '../../testing/http-app.ts';
import { openService, refusalOf } from '../../testing/http-service.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { bodyLimit } from '../middleware/body-limit.ts';
import { strictJson } from '../middleware/strict-json.ts';
import { internalRoute, route } from './route.ts';
import { apiRouter, jsonAnswer, jsonBody } from './router.ts';

const declaration = {
  method: 'get',
  path: '/things/{id}',
  operationId: 'readThing',
  tag: 'Things',
  summary: 'Read a thing',
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: { description: 'The thing.' } },
} as const;

test('a route cannot be declared without a scope', () => {
  // @ts-expect-error: no scope.
  route({ ...declaration, handle: (c) => c.body(null, 204) });
  // @ts-expect-error: no such scope.
  route({ ...declaration, scope: 'everyone', handle: (c) => c.body(null, 204) });
  // @ts-expect-error: no scope.
  internalRoute({ method: 'post', path: '/things', handle: (c) => c.body(null, 204) });
  const { access } = route({ ...declaration, scope: 'read', handle: (c) => c.body(null, 204) });
  expect(access).toEqual({ scope: 'read' });
});

test('a handler gets validated input and returns only declared responses', () => {
  const responses = { 200: jsonAnswer('The thing.', z.object({ name: z.string() })) };
  const declared = route({
    ...declaration,
    scope: 'read',
    responses,
    handle: (c) => {
      expectTypeOf(c.req.valid('param')).toEqualTypeOf<{ id: string }>();
      return c.json({ name: 'a' }, 200);
    },
  });
  expect(declared.path).toBe('/things/{id}');
  // @ts-expect-error: another body.
  route({ ...declaration, scope: 'read', responses, handle: (c) => c.json({ name: 1 }, 200) });
  // @ts-expect-error: another status.
  route({ ...declaration, scope: 'read', responses, handle: (c) => c.json({ name: 'a' }, 201) });
});

test('SR-27: requests from outside the operator’s socket do not reach routes of the operator', async () => {
  const { ports } = await openService('operator-scope');
  const app = createOperatorApp(ports, operatorOptions());
  for (const { method, path } of operatorRoutes) {
    const address = path.replace(':id', 'adm_00000000000');
    const response = await app.request(address, { method }, {});
    expect(await refusalOf(response), path).toEqual({ status: 404, code: 'NOT_FOUND' });
  }
  expect((await app.request('/operator/accounts', {}, { operator: true })).status).toBe(200);
  await ports.close();
});

// SR-28. The attack: a body that its schema refuses reaches the handler, because its type is missing, foreign or oddly
// written.
describe('SR-28: a handler runs only with a body that its schema accepts', () => {
  const router = apiRouter();
  const ran: unknown[] = [];
  route({
    ...declaration,
    method: 'post',
    scope: 'public',
    request: { params: z.object({ id: z.string().max(3) }), ...jsonBody(z.strictObject({ name: z.string().trim() })) },
    handle: (c) => {
      ran.push(c.req.valid('json'));
      return c.body(null, 204);
    },
  }).install(router, {}, []);
  const { app } = appWith(bodyLimit(), strictJson());
  app.route('/', router);
  const send = async (body: string | undefined, type: string | undefined, id = 'a') => {
    const headers = type === undefined ? [] : [['content-type', type] as [string, string]];
    const response = await app.request(`/things/${id}`, {
      method: 'POST',
      headers,
      ...(body && { body: Buffer.from(body) }),
    });
    return response.status === 204 ? 204 : await refusalOf(response);
  };
  const refused = (status: number, code: string) => ({ status, code });

  test.each([
    ['{"name":" a "}', 'application/json', 204],
    ['{"name":" a "}', 'Application/JSON; charset=UTF-8', 204],
    ['{"name":" a "}', 'application/json; charset="utf-8"', 204],
    ['{"name":" a "}', 'application/json ; charset=utf-8', 204],
    ['{"name":" a "}', 'application/problem+json', refused(415, 'MEDIA_TYPE_UNSUPPORTED')],
    ['{"name":" a "}', 'text/plain', refused(415, 'MEDIA_TYPE_UNSUPPORTED')],
    ['{"name":" a "}', undefined, refused(415, 'MEDIA_TYPE_UNSUPPORTED')],
    ['{"name":1}', 'application/json', refused(422, 'INPUT_INVALID')],
    ['{"name":"a","role":"superuser"}', 'application/json', refused(422, 'INPUT_INVALID')],
    ['[]', 'application/json', refused(422, 'INPUT_INVALID')],
    ['null', 'application/json', refused(422, 'INPUT_INVALID')],
    [undefined, 'application/json', refused(400, 'JSON_INVALID')],
    [undefined, 'application/problem+json', refused(400, 'JSON_INVALID')],
    [undefined, 'text/plain', refused(400, 'JSON_INVALID')],
    [undefined, '', refused(422, 'INPUT_INVALID')],
    [undefined, undefined, refused(422, 'INPUT_INVALID')],
  ])('%s as %s', async (body, type, expected) => {
    ran.length = 0;
    expect(await send(body, type)).toEqual(expected);
    expect(ran).toEqual(expected === 204 ? [{ name: 'a' }] : []);
  });

  test('nor with a path that its schema refuses', async () => {
    ran.length = 0;
    expect(await send('{"name":"a"}', 'application/json', 'long')).toEqual(refused(422, 'INPUT_INVALID'));
    expect(ran).toEqual([]);
  });
});
