import { describe, expect, test } from 'vitest';
import { appWith, connectedFrom } from '../../testing/http-app.ts';
import { refuse } from '../problem.ts';
import { accessLog } from './access-log.ts';
import { refuseApiKeyInUrl } from './api-key-in-url.ts';
import { bodyLimit } from './body-limit.ts';
import { clientAddress } from './client-address.ts';
import { strictJson } from './strict-json.ts';

const addresses = clientAddress({ trustedProxies: [], header: 'x-forwarded-for' });

describe('access log', () => {
  test('is one line per request with its outcome', async () => {
    let nowMs = 100;
    const patterns = () => ['/v1/things/:id'];
    const { app, captured } = appWith(accessLog({ monotonicMs: () => nowMs, patterns }), addresses);
    app.post('/v1/things/:id', (c) => {
      const actor = { kind: 'api-key', account: 'acc_01k8dq9z2mp', id: 'key_2m4x7r9t1vw', scopes: [] } as const;
      c.set('act', { actor });
      nowMs += 12.3456;
      return c.json({}, 201);
    });
    const answer = await app.request('/v1/things/7?secret=1', { method: 'POST' }, connectedFrom('::ffff:192.0.2.7'));
    expect(captured.lines()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        requestId: answer.headers.get('x-request-id'),
        method: 'POST',
        path: '/v1/things/…',
        route: '/v1/things/:id',
        status: 201,
        account: 'acc_01k8dq9z2mp',
        key: 'key_2m4x7r9t1vw',
        client: '192.0.2.7',
        ms: 12.35,
        msg: 'request',
      },
    ]);
  });

  test('logs refusals by code, failures as warnings, and quiet paths at debug', async () => {
    const { app, captured } = appWith(accessLog({ quiet: ['/health/live'] }));
    app.get('/refused', (c) => refuse(c, 'SCOPE_MISSING'));
    app.get('/failed', (c) => refuse(c, 'UNAVAILABLE'));
    app.get('/health/live', (c) => c.json({}));
    for (const path of ['/refused', '/failed', '/health/live', '/nowhere']) await app.request(path);
    expect(captured.lines()).toMatchObject([
      { level: 'info', status: 403, code: 'SCOPE_MISSING' },
      { level: 'warn', status: 503, code: 'UNAVAILABLE' },
      { level: 'debug', status: 200 },
      { level: 'info', status: 404, code: 'NOT_FOUND' },
    ]);
  });

  // SR-35
  test('contains no secret sent through any input', async () => {
    const { app, captured } = appWith(accessLog(), addresses, refuseApiKeyInUrl(), bodyLimit(), strictJson());
    app.post('/v1/authentications', async (c) => c.json(await c.req.json()));
    app.post('/failing', () => {
      throw new TypeError('a bug');
    });
    const secret = 'canary-4c1f';
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${secret}`,
      cookie: `a=${secret}`,
      'countersign-flow': secret,
      referer: `https://shop.example/${secret}`,
      'user-agent': secret,
    };
    const bodies = [JSON.stringify({ password: secret }), `{"password": ${secret}}`, `{"${secret}":1,"${secret}":2}`];
    for (const path of [`/v1/authentications?x=${secret}`, '/failing', `/nowhere?password=${secret}`]) {
      for (const body of bodies) await app.request(path, { method: 'POST', headers, body });
    }
    expect(captured.lines().length).toBeGreaterThanOrEqual(9);
    expect(captured.text()).not.toContain('canary');
  });

  // SR-35
  test('contains no login or email address of a path, whether there is a route or not', async () => {
    const { app, captured } = appWith(accessLog({ patterns: () => ['/v1/users/:id'] }));
    app.get('/v1/users/:id', (c) => refuse(c, 'USER_NOT_FOUND'));
    for (const name of ['mira', 'mira@shop.example', '%6dira%40shop.example', '+4915112345678']) {
      for (const path of [`/v1/users/${name}`, `/v1/user/${name}`, `/${name}`]) await app.request(path);
    }
    expect(captured.lines()).toHaveLength(12);
    expect(captured.text()).not.toMatch(/mira|shop|4915112345678/);
    expect(captured.lines()[0]).toMatchObject({ path: '/v1/users/…', route: '/v1/users/:id', code: 'USER_NOT_FOUND' });
    expect(captured.lines()[1]).toMatchObject({ path: '/v1/…/…' });
    expect(captured.lines()[1]).not.toHaveProperty('route');
  });

  // SR-36
  test('writes a hostile path on one line', async () => {
    const { app, captured } = appWith(accessLog());
    await app.request('/a%0d%0a%7b%22level%22:%22fatal%22%7d%1b[2J%e2%80%a8%c2%9b');
    expect(captured.text().trimEnd()).not.toMatch(/\p{Cc}|\u2028/u);
    expect(captured.lines()).toMatchObject([{ status: 404, path: '/…' }]);
  });

  test('shortens a path of any length', async () => {
    const { app, captured } = appWith(accessLog());
    await app.request(`/${'x'.repeat(8000)}`);
    expect(captured.text().length).toBeLessThan(600);
  });
});
