import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionDocument } from './administration/documents.ts';
import type { OpenedSession } from './administration/login/open-session.ts';
import { listen, type RunningServer } from './http/listen.ts';
import { MINUTE_MS } from './kernel/time.ts';
import { addAdministrator, sessionHeaders } from './testing/administrators.ts';
import type { ApiDocument } from './testing/described-api.ts';
import { basic, dialectKey, PROXY, passwordOf } from './testing/dialect.ts';
import { createFixture, type Fixture, read } from './testing/fixtures.ts';
import { openService, refusalOf, type Service } from './testing/http-service.ts';
import { rawClient } from './testing/raw-client.ts';
import { ISSUER } from './testing/test-ports.ts';

/** What a site's backend calls. Everything else is administration. */
const FOR_BACKENDS = [
  'POST /authentications',
  'POST /challenges',
  'POST /environment',
  'POST /environment/check',
  'POST /login-requests',
  'POST /results/consume',
  'POST /results/exchange',
  'POST /transactions',
];

let all: Service;
let shown: Service;
let scene: Fixture;
/** An API key with every scope. */
let key: string;
let opened: OpenedSession;
let session: Record<string, string>;
let dialect: string;
const servers: RunningServer[] = [];

beforeAll(async () => {
  all = await openService('admin listener');
  shown = await openService('public listener', all.ports, { surface: 'public' });
  scene = await createFixture(all.ports);
  key = await all.keyFor(scene.account, ['authenticate', 'read', 'write', 'administer']);
  const superuser = await addAdministrator(all.ports, scene.account, { email: 'ada@acme.example', superuser: true });
  opened = superuser.opened;
  session = sessionHeaders(opened);
  dialect = await dialectKey(all, scene.account, { administrator: superuser.id });
  const timeouts = { drainMs: 0 };
  for (const { app } of [shown, all]) {
    servers.push(await listen(app.fetch, { host: '127.0.0.1', port: 0, timeouts }));
  }
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await all.ports.close();
});

async function operationsOf(service: Service): Promise<string[]> {
  const { paths } = (await (await service.call('GET /v1/openapi.json')).json()) as ApiDocument;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

// SR-27
describe('the public listener, beside one for the administration', () => {
  test('has of the API what the backend of a site calls, and does not describe the API', async () => {
    for (const path of ['/v1/openapi.json', '/v1', '/v1/operations/list-users']) {
      expect([path, (await shown.call(`GET ${path}`)).status]).toEqual([path, 404]);
    }
    expect(await operationsOf(all)).toEqual(expect.arrayContaining(FOR_BACKENDS));
    for (const operation of FOR_BACKENDS) {
      const [method, path] = operation.split(' ');
      const { status } = await shown.call(`${method} /v1${path}`, { body: {} });
      // An app on a user's device has no key.
      expect([operation, status]).toEqual([operation, operation === 'POST /results/exchange' ? 422 : 401]);
    }
  });

  // The attack: a stolen API key or session of an administrator, from the internet.
  test('has no other route, with any credentials', async () => {
    const hidden = (await operationsOf(all)).filter((operation) => !FOR_BACKENDS.includes(operation));
    expect(hidden.length).toBeGreaterThan(80);
    for (const operation of hidden) {
      const [method, path = ''] = operation.split(' ');
      const address = `${method} /v1${path.replace(/\{\w+\}/g, 'usr_00000000000')}`;
      for (const call of [{ key }, { headers: { ...session, origin: ISSUER } }]) {
        const answer = await shown.call(address, { ...call, ...(method === 'GET' ? {} : { body: {} }) });
        // POST /environment is there, DELETE /users/{id}/environments is not.
        expect([operation, answer.status]).toEqual([operation, 404]);
        expect(answer.headers.get('set-cookie')).toBeNull();
      }
    }
  });

  // SR-29. The attack: a stolen session that is idle, which any request with it would keep alive.
  test('knows no session: it neither says whether one is valid, nor extends it', async () => {
    const key = sessionDocument.key(opened.session.id);
    const before = await read(all.ports, key);
    all.ports.clock.advance(10 * MINUTE_MS);
    for (const end of ['', 'x']) {
      const headers = { ...session, cookie: `${session.cookie}${end}`, origin: ISSUER };
      const answer = await shown.call('POST /v1/authentications', { headers, body: {} });
      expect(await refusalOf(answer)).toEqual({ status: 401, code: 'API_KEY_MISSING' });
    }
    expect(await read(all.ports, key)).toEqual(before);
  });

  test.each([
    '/',
    '/console',
    '/console/',
    '/console/users',
    '/console/assets/console-1a2b.js',
    '/setup',
    '/demo/mailbox',
  ])('has no console at %s', async (path) => {
    expect((await shown.call(`GET ${path}`)).status).toBe(404);
  });

  test('still signs users in', async () => {
    const frame = `/widget/v1/frame?resource=${scene.resource.id}&origin=${encodeURIComponent('https://shop.example')}`;
    for (const path of [
      frame,
      '/widget/v1/countersign.js',
      '/.well-known/jwks.json',
      '/health/live',
      '/reset',
      '/unlock',
    ]) {
      expect([path, (await shown.call(`GET ${path}`)).status]).toEqual([path, 200]);
    }
  });

  // The attack: the router and a proxy disagree about a path, or a header names another address.
  test('is not led to the administration by any spelling of its address', async () => {
    const [open, administration] = servers;
    const authorized = `Authorization: Bearer ${key}\r\nConnection: close\r\n\r\n`;
    const control = await ask(administration, `GET /v1/users HTTP/1.1\r\nHost: auth.example\r\n${authorized}`);
    expect(control).toContain(scene.user.login);
    const targets = [
      '/v1/users',
      '//v1/users',
      '/v1//users',
      '/v1/users/',
      '/v1/./users',
      '/v1/../v1/users',
      '/V1/users',
      '/v1/%75sers',
      '/v1%2fusers',
      '/%76%31/users',
      '/v1/users;a=b',
      '/v1/users%00',
      '/v1\\users',
      '/widget/v1/../../v1/users',
      '/widget/v1/..%2f..%2fv1/users',
      '/api/v1/../../v1/users',
      '/.well-known/../v1/users',
      `http://127.0.0.1:${administration?.port}/v1/users`,
      'http://auth.example/v1/users',
    ];
    for (const target of targets) {
      const answer = await ask(open, `GET ${target} HTTP/1.1\r\nHost: auth.example\r\n${authorized}`);
      expect([target, answer.slice(0, 12)]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 4/)]);
      expect(answer).not.toContain(scene.user.login);
    }
    const named = `127.0.0.1:${administration?.port}`;
    const headers = [
      `X-Original-URL: /v1/users`,
      `X-Rewrite-URL: /v1/users`,
      `X-Forwarded-Host: ${named}`,
      `X-Forwarded-Port: ${administration?.port}`,
      `X-Forwarded-Prefix: /console`,
      `Forwarded: host=${named}`,
    ];
    for (const header of headers) {
      const request = `GET /v1/users HTTP/1.1\r\nHost: ${named}\r\n${header}\r\n${authorized}`;
      expect(await ask(open, request)).toMatch(/^HTTP\/1\.1 404/);
    }
    const override = 'X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n';
    expect(await ask(open, `POST /v1/users HTTP/1.1\r\nHost: ${named}\r\n${override}${authorized}`)).toMatch(
      /^HTTP\/1\.1 404/,
    );
  });

  // SR-56. The attack: bodies of 4 MB to an address that takes imports elsewhere.
  test('takes no larger body where an import would', async () => {
    const body = { rows: 'x'.repeat(100_000) };
    expect((await shown.call('POST /v1/token-imports', { key, body })).status).toBe(413);
    expect((await all.call('POST /v1/token-imports', { key, body })).status).toBe(422);
  });

  test('has of the Protectimus API what authenticates', async () => {
    const call = async (service: Service, path: string) => {
      const headers = { authorization: basic('ada@acme.example', passwordOf(service, dialect)) };
      const answer = await service.call(`GET ${path}`, { headers, from: PROXY });
      return { status: answer.status, text: await answer.text() };
    };
    expect((await call(all, '/api/v1/user-service/users.json')).text).toContain(scene.user.login);
    for (const path of [
      '/api/v1/user-service/users.json',
      '/api/user-service/users.json',
      '/api/v1/user-service/users',
    ]) {
      const answer = await call(shown, path);
      expect(answer.text).not.toContain(scene.user.login);
      expect(answer.text).toContain('There is no such address');
    }
    const balance = await call(shown, '/api/v1/auth-service/balance.json');
    expect([balance.status, balance.text]).toEqual([200, expect.stringContaining('"OK"')]);
  });
});

async function ask(server: RunningServer | undefined, request: string): Promise<string> {
  const client = await rawClient(server?.port ?? 0);
  client.send(request);
  return client.closed();
}
