import { describe, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
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

// SR-13
describe('security headers', () => {
  test.each(['/json', '/raw', '/refused', '/failed', '/nowhere'])('%s carries all of them', async (path) => {
    const { headers } = await secureApp().request(path);
    for (const [name, value] of Object.entries(DEFAULT_HEADERS)) expect(headers.get(name)).toBe(value);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('a route overrides the ones it sets, and only those', async () => {
    const frame = (await secureApp().request('/frame')).headers;
    expect(frame.get('content-security-policy')).toBe("frame-ancestors https://shop.example; script-src 'nonce-x'");
    expect(frame.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(frame.get('x-content-type-options')).toBe('nosniff');
    expect((await secureApp().request('/asset')).headers.get('cache-control')).toBe('public, max-age=300');
  });

  test('browsers are held to https where the service has it, and only there', async () => {
    expect((await secureApp(true).request('/json')).headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect((await secureApp(false).request('/json')).headers.has('strict-transport-security')).toBe(false);
  });
});
