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
    const { app, captured } = appWith(accessLog({ monotonicMs: () => nowMs }), addresses);
    app.post('/v1/things/:id', (c) => {
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
        path: '/v1/things/7',
        status: 201,
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

  // SR-36
  test('writes a hostile path on one line', async () => {
    const { app, captured } = appWith(accessLog());
    await app.request('/a%0d%0a%7b%22level%22:%22fatal%22%7d%1b[2J%e2%80%a8%c2%9b');
    expect(captured.text().trimEnd()).not.toMatch(/\p{Cc}|\u2028/u);
    expect(captured.lines()).toMatchObject([{ status: 404, path: '/a\r\n{"level":"fatal"}\u001b[2J\u2028\u009b' }]);
  });

  test('shortens a path of any length', async () => {
    const { app, captured } = appWith(accessLog());
    await app.request(`/${'x'.repeat(8000)}`);
    expect(captured.text().length).toBeLessThan(600);
  });
});
