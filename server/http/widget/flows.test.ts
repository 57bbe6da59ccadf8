import type { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import { NONCE, ORIGIN, type Scene, setScene } from '../../testing/scene.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import type { AppEnv } from '../context.ts';
import { bodyLimit } from '../middleware/body-limit.ts';
import { strictJson } from '../middleware/strict-json.ts';
import { flows } from './flows.ts';

let ports: TestPorts;
let scene: Scene;
let app: Hono<AppEnv>;

beforeEach(async () => {
  ports = await openTestPorts();
  scene = await setScene(ports);
  app = appWith(bodyLimit(), strictJson()).app.route('/', flows({ ...ports, issuer: ISSUER }));
});

afterEach(() => ports.store.close());

const begin = (body: object | undefined, headers: Record<string, string> = {}) =>
  app.request('/flows', {
    method: 'POST',
    ...(body && { body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', ...headers },
  });

test('a flow begins without a cookie, and only its handle continues it', async () => {
  const answer = await begin({ resource: scene.resource.id, nonce: NONCE, origin: ORIGIN });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await answer.json()).toMatchObject({ step: 'identify', seq: 0, handle: expect.stringMatching(/^flw_/) });
  expect((await app.request('/flow')).status).toBe(404);
});

test.each([['/flows'], ['/flow/identify'], ['/flow/password'], ['/flow/otp']])(
  '%s without a body is refused as input, not met as a fault',
  async (path) => {
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const answer = await app.request(path, { method: 'POST', headers });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: 'INPUT_INVALID' });
    }
  },
);

// SR-28. Attack: set what the server decides.
test('unknown fields are refused and named, as in the API', async () => {
  const answer = await begin({ resource: scene.resource.id, nonce: NONCE, origin: ORIGIN, step: 'done' });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({
    code: 'INPUT_INVALID',
    errors: [{ path: 'step', message: 'unknown field' }],
  });
});

// SR-11. Attack: another page speaks to the flow's addresses itself.
test.each([{ origin: ORIGIN }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'none' }])(
  'only our own frame may begin a flow: %o is refused',
  async (headers) => {
    const asked = { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN };
    const answer = await begin(asked, headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
    expect((await begin(asked, { origin: ISSUER, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  },
);
