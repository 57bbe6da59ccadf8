import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, ORIGIN } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';

// SR-13: only listed origins may frame the page, and no page may frame anything else.
let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('frame');
  scene = await createFixture(service.ports, {
    resource: { name: '<Shop> "&" \'x\'', allowedOrigins: [ORIGIN, 'https://*.wild.example'], allowLocalhost: true },
  });
});
afterAll(() => service.ports.close());

const ask = (origin: string, resource: string = scene.resource.id) =>
  service.call(`GET /widget/v1/frame?${new URLSearchParams({ resource, origin })}`);
function ancestorsOf(response: Response): string | undefined {
  const policy = response.headers.get('content-security-policy') ?? '';
  const directives = policy.split(';').map((directive) => directive.trim());
  const named = directives.filter((directive) => directive.startsWith('frame-ancestors'));
  expect(named).toHaveLength(1);
  return named[0]?.slice('frame-ancestors '.length);
}

describe('the frame', () => {
  test.each([ORIGIN, 'https://a.wild.example', 'http://localhost:5173', 'http://127.0.0.1:80001'.slice(0, 21)])(
    'may be framed by %s, and its policy names only that origin',
    async (origin) => {
      const response = await ask(origin);
      expect(response.status).toBe(200);
      expect(ancestorsOf(response)).toBe(origin);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('x-frame-options')).toBeNull();
    },
  );

  test('carries its own nonce, and no other script or style runs', async () => {
    const [one, two] = [await ask(ORIGIN), await ask(ORIGIN)];
    const nonceOf = (response: Response) =>
      /script-src 'nonce-([\w+/=]{16,})'/.exec(response.headers.get('content-security-policy') ?? '')?.[1];
    expect(nonceOf(one)).toBeDefined();
    expect(nonceOf(one)).not.toBe(nonceOf(two));
    const policy = one.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    const page = await one.text();
    const tags = page.match(/<(script|style|link rel="(?!icon))[^>]*>/g) ?? [];
    expect(tags.map((tag) => tag.split(' ', 1)[0])).toEqual(['<script', '<link', '<style', '<script']);
    for (const tag of tags) expect(tag).toContain(`nonce="${nonceOf(one)}"`);
    expect(page).toContain('/widget/v1/assets/frame-1a2b.js');
  });

  // SR-30
  test('SR-30: the resource’s name is text in it, whatever it contains', async () => {
    const page = await (await ask(ORIGIN)).text();
    expect(page).toContain('&lt;Shop&gt; &quot;&amp;&quot; &#39;x&#39;');
    expect(page).not.toContain('<Shop>');
  });
});

const hostile = [
  'https://evil.example',
  'http://shop.example',
  'https://shop.example:444',
  'https://shop.example:443',
  'https://shop.example/',
  'https://shop.example/path',
  'https://SHOP.example',
  'https://shop.example.evil.example',
  'https://evil.example#https://shop.example',
  'https://user@shop.example',
  'https://wild.example',
  'https://a.b.wild.example',
  'https://*.wild.example',
  'https://localhost',
  'http://localhost.evil.example',
  'http://[::1]:80',
  'null',
  '*',
  '',
  ' ',
  "'self'",
  "https://shop.example; script-src 'unsafe-inline'",
  'https://shop.example https://evil.example',
  'https://shop.example\r\nset-cookie: a=b',
  'https://shop.example\u0000',
  'javascript:alert(1)',
  'data:text/html,x',
  '<script>alert(1)</script>',
  'x'.repeat(5000),
];
describe('a page that is not listed', () => {
  test.each(hostile)('such as %j is told what to configure, and may frame nothing', async (origin) => {
    const response = await ask(origin);
    expect(response.status).toBe(403);
    expect(ancestorsOf(response)).toBe("'none'");
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('script-src');
    expect(response.headers.get('set-cookie')).toBeNull();
    const page = await response.text();
    expect(page).not.toMatch(/<script/i);
    expect(page.length).toBeLessThan(5000);
  });

  test('gets the same response whether the resource does not exist or does not list it', async () => {
    const [unknown, listed] = [await ask('https://evil.example', 'res_00000000001'), await ask('https://evil.example')];
    expect(unknown.status).toBe(listed.status);
    const neutral = (page: string) => page.replace(/nonce="[^"]*"/g, '').replace(/res_\w+/g, '');
    expect(neutral(await unknown.text())).toBe(neutral(await listed.text()));
  });

  test.each(['', 'res_', 'res_00000000000x', '__proto__', '../../../etc/passwd', '"><script>', 'usr_00000000001'])(
    'a resource such as %j does not exist',
    async (resource) => {
      const response = await ask(ORIGIN, resource);
      expect(response.status).toBe(403);
      expect(ancestorsOf(response)).toBe("'none'");
      expect(await response.text()).not.toContain('"><script>');
    },
  );

  test('only the frame may be framed', async () => {
    const key = await service.keyFor(scene.account);
    for (const route of [
      'GET /v1/',
      'GET /v1/openapi.json',
      'GET /v1/users',
      'GET /.well-known/jwks.json',
      'GET /health/live',
      'GET /widget/v1/countersign.js',
      'GET /nothing',
      'GET /widget/v1/frame',
      'POST /widget/v1/frame',
      'POST /widget/v1/flows',
    ]) {
      expect(ancestorsOf(await service.call(route, { key })), route).toBe("'none'");
    }
  });
});

// SR-13: a page on another origin asks whether an origin is allowed.
describe('whether the frame is refused', () => {
  const isAllowed = async (resource: string, origin?: string, query = '') => {
    const headers = origin === undefined ? {} : { origin };
    const response = await service.call(`GET /widget/v1/allowed.mjs?resource=${resource}${query}`, { headers });
    expect(response.headers.get('cache-control')).toBe('no-store');
    return response.text();
  };

  test('is told to the origin itself', async () => {
    expect(await isAllowed(scene.resource.id, ORIGIN)).toBe('export default true;\n');
    expect(await isAllowed(scene.resource.id, 'https://evil.example')).toBe('export default false;\n');
  });

  test('is not told of another origin, nor whether the resource exists', async () => {
    for (const [resource, origin] of [
      [scene.resource.id, 'https://evil.example'],
      [scene.resource.id, undefined],
      ['res_00000000001', 'https://evil.example'],
      ['res_00000000001', ORIGIN],
      ['"><script>', ORIGIN],
    ] as const) {
      expect(await isAllowed(resource, origin, `&origin=${ORIGIN}`)).toBe('export default false;\n');
    }
  });
});

describe('the files', () => {
  test.each([
    ['/widget/v1/countersign.js', 200, 'public, max-age=300, stale-while-revalidate=86400'],
    ['/widget/9.8.7/countersign.js', 200, 'public, max-age=31536000, immutable'],
    ['/widget/v1/assets/frame-1a2b.js', 200, 'public, max-age=31536000, immutable'],
    ['/widget/9.8.7/assets/frame-1a2b.js', 404, 'no-store'],
    ['/widget/9.8.6/countersign.js', 200, 'public, max-age=31536000, immutable'],
    ['/widget/9.8.6/assets/frame-9c0d.js', 404, 'no-store'],
    ['/widget/v1/assets/frame-9c0d.js', 200, 'public, max-age=31536000, immutable'],
    ['/widget/v1/popup-7a8b.mjs', 200, 'public, max-age=31536000, immutable'],
    ['/widget/1.0.0/countersign.js', 404, 'no-store'],
    ['/widget/v1/assets/other.js', 404, 'no-store'],
    ['/widget/v1/assets/../countersign.js', 200, 'public, max-age=300, stale-while-revalidate=86400'],
    ['/widget/v1/%2e%2e/app.ts', 404, 'no-store'],
    ['/widget/v1/__proto__', 404, 'no-store'],
  ])('%s responds with %i', async (path, status, cacheControl) => {
    const response = await service.call(`GET ${path}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe(cacheControl);
  });

  test('of an earlier version stay as they were, with their own integrity', async () => {
    expect(await (await service.call('GET /widget/9.8.6/countersign.js')).text()).toBe('loader before');
    expect(await (await service.call('GET /widget/v1/countersign.js')).text()).toBe('loader');
    const [before, now] = await Promise.all(
      ['9.8.6', 'v1'].map(async (version) => {
        const answer = await service.call(`GET /widget/${version}/integrity.json`);
        return (await answer.json()) as { version: string; files: Record<string, string> };
      }),
    );
    expect([before?.version, now?.version]).toEqual(['9.8.6', '9.8.7']);
    expect(before?.files['countersign.js']).not.toBe(now?.files['countersign.js']);
    expect(Object.keys(before?.files ?? {}).sort()).toEqual(['countersign.js', 'popup-7a8b.mjs']);
    expect((await service.call('GET /widget/1.0.0/integrity.json')).status).toBe(404);
  });

  test('are compressed for clients that accept it, and caches vary on that', async () => {
    const plain = await service.call('GET /widget/v1/countersign.js');
    expect(await plain.text()).toBe('loader');
    expect(plain.headers.get('vary')).toBe('accept-encoding');
    const small = await service.call('GET /widget/v1/countersign.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(small.headers.get('content-encoding')).toBe('br');
    expect(await small.text()).toBe('br:loader');
  });
});

// SR-13: a window may retain its opener; that is its only difference from the frame.
test('a window is shown to a listed origin only, may communicate with its opener, and cannot be framed', async () => {
  const popup = (origin: string) =>
    service.call(`GET /widget/v1/popup?${new URLSearchParams({ resource: scene.resource.id, origin })}`);
  const shown = await popup(ORIGIN);
  expect(shown.status).toBe(200);
  expect(ancestorsOf(shown)).toBe("'none'");
  expect(shown.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
  const refused = await popup('https://evil.example');
  expect(refused.status).toBe(403);
  expect(refused.headers.get('cross-origin-opener-policy')).toBe('same-origin');
});
