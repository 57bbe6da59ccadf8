import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { describe, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import type { AppEnv } from '../context.ts';
import { bodyLimit } from './body-limit.ts';
import { strictJson } from './strict-json.ts';

const schema = z.strictObject({ role: z.string() });

function strictApp() {
  const { app } = appWith(bodyLimit(), strictJson());
  const routes = new OpenAPIHono<AppEnv>();
  routes.openapi(
    createRoute({
      method: 'post',
      path: '/roles',
      request: { body: { required: true, content: { 'application/json': { schema } } } },
      responses: { 200: { description: 'x', content: { 'application/json': { schema } } } },
    }),
    (c) => c.json(c.req.valid('json'), 200),
  );
  routes.post('/same', async (c) => {
    const [first, second] = [await c.req.json(), await c.req.json()];
    return c.json({ same: first === second });
  });
  app.route('/', routes);
  return app;
}

const post = (body: string | Uint8Array<ArrayBuffer>, type: string | undefined = 'application/json', path = '/roles') =>
  strictApp().request(path, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });

describe('strict JSON bodies', () => {
  test('the validator sees the value that was checked', async () => {
    const answer = await post('{"role":"user"}');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ role: 'user' });
    expect(await (await post('{"role":"user"}', 'application/json', '/same')).json()).toEqual({ same: true });
  });

  // SR-57
  test.each([
    ['a role said twice', '{"role":"user","role":"admin"}', 400, 'DUPLICATE_NAME'],
    ['a prototype', '{"__proto__":{"role":"admin"},"role":"user"}', 422, 'INPUT_INVALID'],
    ['no JSON', '{"role":', 400, 'JSON_INVALID'],
    ['a byte order mark', '\ufeff{"role":"user"}', 400, 'JSON_INVALID'],
    ['depth', '['.repeat(33) + ']'.repeat(33), 400, 'JSON_TOO_DEEP'],
  ])('refuses %s before any handler', async (_, body, status, code) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
  });

  // SR-59
  test.each(['/same', '/roles'])('a missing body is a client error at %s', async (path) => {
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const answer = await strictApp().request(path, { method: 'POST', headers });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
  });

  test('refuses bytes that are not UTF-8', async () => {
    const answer = await post(Uint8Array.from([0x22, 0xff, 0x22]));
    expect(await answer.json()).toMatchObject({ code: 'JSON_INVALID' });
  });

  test.each([
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; x=1',
    'application/problem+json',
    'application/jsonp',
    '',
  ])('refuses a body sent as "%s", which a cross-origin form can send', async (type) => {
    const answer = await post('{"role":"user"}', type);
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON;charset="UTF-8"'])(
    'accepts %s as JSON',
    async (type) => {
      expect((await post('{"role":"user"}', type)).status).toBe(200);
    },
  );

  test('leaves a request without a body to its schema', async () => {
    const answer = await strictApp().request('/roles', { method: 'POST' });
    expect(answer.status).toBe(400);
    const typed = { method: 'POST', headers: { 'content-type': 'application/json' } };
    expect((await strictApp().request('/roles', typed)).status).toBe(400);
  });
});
