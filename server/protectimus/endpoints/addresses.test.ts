import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_HEADERS } from '../../http/middleware/security-headers.ts';
import { basic, type Dialect, type DialectCall, openDialect, PROXY, passwordOf } from '../../testing/dialect.ts';
import { WRONG_PER_MINUTE } from '../rate-limit.ts';
import { ENDPOINTS } from '../routes.ts';

// Published clients omit an empty version from the address; the one for Python does so by default.

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('addresses of the dialect');
});
afterAll(() => dialect.service.ports.close());

const BALANCE = 'GET auth-service/balance';
const VERSIONS = ['v1', 'none'] as const;

describe.each(ENDPOINTS.map(({ method, path }) => `${method} ${path.replaceAll('#', '4711')}`))(
  'SR-27: %s',
  (route) => {
    test('refuses the same callers without a version', async () => {
      const own = await dialect.another();
      const calls: DialectCall[] = [
        { password: 'a'.repeat(64) },
        { headers: { authorization: '' } },
        { from: '203.0.113.9' },
        { headers: { origin: 'https://shop.example' } },
      ];
      for (const call of calls) {
        const [versioned, plain] = await Promise.all(
          VERSIONS.map((version) => own.ask(route, {}, { ...call, version })),
        );
        expect(plain?.status).toBe(versioned?.status);
        expect([401, 403]).toContain(plain?.status);
        expect(plain?.holder).toEqual(versioned?.holder);
      }
    });

    test('responds the same without a version', async () => {
      const own = await dialect.another();
      const parameters = { unheardOf: 'x' };
      const [versioned, plain] = await Promise.all(VERSIONS.map((version) => own.ask(route, parameters, { version })));
      expect(plain?.holder).toEqual(versioned?.holder);
      expect(plain?.status).toBe(200);
    });
  },
);

test('SR-2: wrong passwords are counted together under both addresses', async () => {
  const own = await dialect.another();
  const there = { 'x-forwarded-for': '203.0.113.166' };
  for (let guess = 0; guess <= WRONG_PER_MINUTE; guess++) {
    const version = VERSIONS[guess % 2];
    await own.ask(BALANCE, {}, { password: 'a'.repeat(64), headers: there, ...omitUndefined({ version }) });
  }
  for (const version of VERSIONS) {
    expect((await own.ask(BALANCE, {}, { headers: there, version })).status).toBe(429);
  }
});

describe('SR-56, SR-57, SR-26: the limits of /api/v1 apply without the version', () => {
  const send = (own: Dialect, route: string, text: string) =>
    own.service.call(route, {
      headers: {
        authorization: basic(own.superuser.email, passwordOf(own.service, own.key)),
        'content-type': 'application/x-www-form-urlencoded',
      },
      text,
      from: PROXY,
    });

  test.each([
    ['a name twice', 'resourceName=a&resourceName=b', 6001],
    ['a body larger than any', `resourceName=${'x'.repeat(70_000)}`, 2001],
    ['a parameter that there is not', 'resourceName=a&role=superuser', 6001],
  ])('refuses %s', async (_, text, code) => {
    const own = await dialect.another();
    const response = await send(own, 'POST /api/resource-service/resources.json', text);
    expect(await response.json()).toMatchObject({ responseHolder: { error: { code } } });
  });

  test('refuses a key in the address', async () => {
    const own = await dialect.another();
    const response = await own.service.call(`GET /api/auth-service/balance.json?key=${own.key}`, { from: PROXY });
    expect(await response.json()).toMatchObject({ code: 'API_KEY_IN_URL' });
  });

  test('sends the usual headers with every response', async () => {
    const own = await dialect.another();
    const { response } = await own.ask(BALANCE, {}, { version: 'none' });
    for (const [name, value] of Object.entries(DEFAULT_HEADERS)) expect(response.headers.get(name)).toBe(value);
  });
});

test.each(['/api', '/api/', '/api/other-service/balance.json', '/api/v2/auth-service/balance.json', '/apis/v1'])(
  'does not serve %s',
  async (path) => {
    const response = await dialect.service.call(`GET ${path}`, { from: PROXY });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
  },
);

test('the native API keeps its addresses', async () => {
  const own = await dialect.another();
  const key = await own.service.keyFor(own.scene.account);
  expect((await own.service.call('GET /v1/users', { key })).status).toBe(200);
  expect((await own.service.call('GET /v1/users', { from: PROXY })).status).toBe(401);
});
