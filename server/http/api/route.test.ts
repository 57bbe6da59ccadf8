import { z } from '@hono/zod-openapi';
import { expect, expectTypeOf, test } from 'vitest';
import { createOperatorApp } from '../../composition/operator/operator-app.ts';
import { operatorRoutes } from '../../composition/operator/routes.ts';
import { openService, refusalOf } from '../../testing/http-service.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { internalRoute, route } from './route.ts';
import { jsonAnswer } from './router.ts';

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
