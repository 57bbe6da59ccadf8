import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openService, type Service } from '../../testing/http-service.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('console pages');
});
afterAll(() => service.ports.close());

const PAGES = [
  '/setup',
  '/invitation',
  '/recovery',
  '/new-password',
  '/console',
  '/console/your-sign-in',
  '/console/resources',
  '/console/resources/new',
  '/console/resources/res_01k8dq9z2mp',
  '/console/resources/res_01k8dq9z2mp/embed',
];

function directives(response: Response): Map<string, string> {
  const policy = response.headers.get('content-security-policy') ?? '';
  return new Map(policy.split('; ').map((one) => [one.split(' ')[0] ?? '', one.slice(one.indexOf(' ') + 1)]));
}

describe.each(PAGES)('%s', (path) => {
  test('is one page, which is not cached and sends no referrer', async () => {
    const response = await service.call(`GET ${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  // SR-13. The attack: a page elsewhere frames the administrators' sign-in.
  test('SR-13: a page that frames it is refused, whatever the request', async () => {
    for (const query of ['', '?origin=https://evil.example', '?resource=res_01k8dq9z2mp&origin=*']) {
      const response = await service.call(`GET ${path}${query}`);
      expect(directives(response).get('frame-ancestors')).toBe("'none'");
    }
  });

  // SR-30. The attack: injected markup. Only scripts and styles with this response's nonce run.
  test('SR-30: injected markup runs no script: only those with its nonce do', async () => {
    const [one, two] = [await service.call(`GET ${path}`), await service.call(`GET ${path}`)];
    const policy = directives(one);
    const nonce = /^'nonce-([\w+/=]{24,})'$/.exec(policy.get('script-src') ?? '')?.[1];
    expect(nonce).toBeDefined();
    expect(directives(two).get('script-src')).not.toBe(policy.get('script-src'));
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': `'nonce-${nonce}'`,
      'style-src': `'nonce-${nonce}'`,
      'img-src': "data: 'self'",
      'frame-src': "'self'",
      'connect-src': "'self'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
    const page = await one.text();
    const tags = page.match(/<(?:script|style|link(?! rel="icon"))\b[^>]*>/g) ?? [];
    expect(tags).toHaveLength(4);
    for (const tag of tags) expect(tag).toContain(`nonce="${nonce}"`);
    expect(page).not.toMatch(/ (?:style|on\w+)=/);
    expect(page).toContain('src="/console/assets/console-1a2b.js"');
    expect(page).toContain('<link rel="modulepreload" href="/console/assets/shared-1a2b.js"');
  });

  test('responds only to reading', async () => {
    expect((await service.call(`HEAD ${path}`)).status).toBe(200);
    expect((await service.call(`POST ${path}`, { body: {} })).status).toBeGreaterThanOrEqual(404);
  });

  test('SR-35: text in the address is not in the page and, if in the query, not in the log', async () => {
    const page = await (await service.call(`GET ${path}?secret=canary-of-a-query`)).text();
    expect(page).not.toContain('canary');
    expect(service.log.text()).not.toContain('canary');
  });
});

test.each([
  '/console/nothing',
  '/console/your-sign-in/',
  '/console/__proto__',
  '/console/%3Cscript%3E',
  '/console/home',
  '/console/resources/res_1',
  '/console/resources/res_01k8dq9z2mp/settings',
])('%s is not found: the page says so, under the same policy', async (path) => {
  const response = await service.call(`GET ${path}`);
  expect(response.status).toBe(404);
  expect(directives(response).get('frame-ancestors')).toBe("'none'");
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).not.toContain('%3C');
});

test.each(['/setup/', '/setup/x', '/invitation/x', '/recovery/x', '/new-password/x', '/consolex'])(
  '%s is not an address of the console',
  async (path) => {
    const response = await service.call(`GET ${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  },
);

test('an extra slash redirects to the page', async () => {
  const response = await service.call('GET /console/');
  expect([response.status, response.headers.get('location')]).toEqual([301, '/console']);
});

describe('the files', () => {
  test('have a hash in their names and never change', async () => {
    const script = await service.call('GET /console/assets/console-1a2b.js');
    expect(script.status).toBe(200);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(script.headers.get('vary')).toBe('accept-encoding');
    expect(await script.text()).toBe('console');
    const small = await service.call('GET /console/assets/console-1a2b.js', { headers: { 'accept-encoding': 'br' } });
    expect(small.headers.get('content-encoding')).toBe('br');
    expect(await small.text()).toBe('br:console');
  });

  test.each([
    'other.js',
    '',
    '../manifest.json',
    '%2e%2e/manifest.json',
    '..%2fmanifest.json',
    'console-1a2b.js/',
    '__proto__',
    'frame-1a2b.js',
  ])('that do not exist, such as %s, are refused without caching', async (name) => {
    const response = await service.call(`GET /console/assets/${name}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toContain('br:');
  });
});

// SR-40. The attack: a request names another host, and a cache stores its response for everyone.
test('the bare address redirects to the console on the same host, whatever the request names', async () => {
  for (const headers of [{}, { host: 'evil.example' }, { 'x-forwarded-host': 'evil.example' }]) {
    const response = await service.call('GET /', { headers });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/console']);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
  expect((await service.call('GET /?to=https://evil.example')).headers.get('location')).toBe('/console');
});
