import { afterEach, describe, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import { listen, type RunningServer } from '../listen.ts';
import { refuse } from '../problem.ts';
import { DEFAULT_HEADERS, securityHeaders } from './security-headers.ts';

function secureApp(https = false) {
  const { app } = appWith(securityHeaders({ https }));
  app.get('/json', (c) => c.json({}));
  app.get('/raw', () => new Response('x'));
  app.get('/refused', (c) => refuse(c, 'ACCESS_DENIED'));
  app.get('/failed', () => {
    throw new Error('boom');
  });
  app.get('/frame', (c) =>
    c.html('<p>', 200, {
      'content-security-policy': "frame-ancestors https://shop.example; script-src 'nonce-x'",
      'cross-origin-resource-policy': 'cross-origin',
    }),
  );
  app.get('/asset', (c) => {
    c.header('Cache-Control', 'public, max-age=300');
    return c.text('x');
  });
  return app;
}

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** The same app called in process and over a socket, where headers are set in another way. */
const ways = {
  'in the process': async (https: boolean, path: string) => (await secureApp(https).request(path)).headers,
  'over a socket': async (https: boolean, path: string) => {
    const timeouts = { drainMs: 0, shutdownMs: 1000 };
    const listening = await listen(secureApp(https).fetch, { host: '127.0.0.1', port: 0, timeouts });
    running.push(listening);
    const answer = await fetch(listening.url + path);
    await answer.arrayBuffer();
    return answer.headers;
  },
};

// SR-13
describe.each(Object.entries(ways))('security headers %s', (_, headersOf) => {
  test.each(['/json', '/raw', '/refused', '/failed', '/nowhere'])('%s carries all of them', async (path) => {
    const headers = await headersOf(false, path);
    for (const [name, value] of Object.entries(DEFAULT_HEADERS)) expect(headers.get(name)).toBe(value);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('can be overridden one by one by a route', async () => {
    const frame = await headersOf(false, '/frame');
    expect(frame.get('content-security-policy')).toBe("frame-ancestors https://shop.example; script-src 'nonce-x'");
    expect(frame.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(frame.get('x-content-type-options')).toBe('nosniff');
    expect((await headersOf(false, '/asset')).get('cache-control')).toBe('public, max-age=300');
  });

  test('every response has its request id', async () => {
    for (const path of ['/json', '/raw', '/failed', '/nowhere']) {
      expect((await headersOf(false, path)).get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('include HSTS only if the service uses https', async () => {
    expect((await headersOf(true, '/json')).get('strict-transport-security')).toBe('max-age=31536000');
    expect((await headersOf(false, '/json')).has('strict-transport-security')).toBe(false);
  });
});
