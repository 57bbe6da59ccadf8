import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuiltFile } from '../../kernel/ports/built-files.ts';
import { openService, type Service } from '../../testing/http-service.ts';

const file = (text: string, contentType: string, isCompressed = true): BuiltFile => {
  const bytes = (content: string) => new Uint8Array(new TextEncoder().encode(content));
  return { body: bytes(text), brotli: isCompressed ? bytes(`br:${text}`) : undefined, contentType };
};
const HTML = 'text/html; charset=utf-8';
const FILES = new Map([
  ['index.html', file('first page', HTML)],
  ['404.html', file('no such page', HTML)],
  ['api.html', file('the api', HTML)],
  ['decisions/index.html', file('decisions', HTML)],
  ['assets/app.1a2b.js', file('script', 'text/javascript; charset=utf-8')],
  ['assets/hero.1a2b.png', file('picture', 'image/png', false)],
  ['icons.css', file('icons', 'text/css; charset=utf-8')],
]);

let service: Service;
beforeAll(async () => {
  const documents = { read: async (path: string) => FILES.get(path) };
  service = await openService('documentation', undefined, { documents });
});
afterAll(() => service.ports.close());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await service.call(`GET ${path}`, { headers });
  return { response, status: response.status, text: await response.text() };
};

test.each([
  ['/docs/', 'first page'],
  ['/docs/api', 'the api'],
  ['/docs/decisions/', 'decisions'],
])('%s is a page', async (path, text) => {
  const found = await get(path);
  expect([found.status, found.text]).toEqual([200, text]);
  expect(found.response.headers.get('content-type')).toBe(HTML);
  expect(found.response.headers.get('cache-control')).toBe('no-cache');
});

test.each([
  ['/docs', '/docs/'],
  ['/docs/decisions', '/docs/decisions/'],
  ['/docs/api/', '/docs/api'],
])('%s redirects to %s', async (path, location) => {
  const { response } = await get(path);
  expect([response.status, response.headers.get('location')]).toEqual([301, location]);
});

// SR-30. The attack: a script of the site's generator, or of a document, acts with the session of the administrator
// who reads. In a sandbox without `allow-same-origin` its origin is not the console's.
test('SR-30: a page is sandboxed, runs files of the service only, and is framed by no page', async () => {
  for (const path of ['/docs/', '/docs/api', '/docs/nothing']) {
    const policy = (await get(path)).response.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      'sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox',
    ]);
  }
});

describe('a file', () => {
  test('with a hash in its name never changes, and opens to the sandbox', async () => {
    const { response, text } = await get('/docs/assets/app.1a2b.js');
    expect(text).toBe('script');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect((await get('/docs/icons.css')).response.headers.get('cache-control')).toBe('no-cache');
  });

  test('is sent compressed, but for a picture', async () => {
    const headers = { 'accept-encoding': 'br' };
    const script = await get('/docs/assets/app.1a2b.js', headers);
    expect([script.text, script.response.headers.get('content-encoding')]).toEqual(['br:script', 'br']);
    const picture = await get('/docs/assets/hero.1a2b.png', headers);
    expect([picture.text, picture.response.headers.get('content-encoding')]).toEqual(['picture', null]);
    expect((await get('/docs/api', headers)).text).toBe('br:the api');
  });
});

test.each(['nothing', 'nothing/', 'api.html', '..%2fserver%2fmain', '__proto__', '<script>'])(
  '/docs/%s is not found: the site’s page says so',
  async (path) => {
    const { response, status, text } = await get(`/docs/${path}`);
    expect([status, text]).toEqual([404, 'no such page']);
    expect(response.headers.get('cache-control')).toBe('no-store');
  },
);

test.each(['assets/none.js', '%2e%2e/server/main.js', '..%2fserver%2fmain.js'])(
  'the file /docs/%s is refused',
  async (path) => {
    const { response, status } = await get(`/docs/${path}`);
    expect(status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
  },
);

test('responds only to reading', async () => {
  expect((await service.call('HEAD /docs/api')).status).toBe(200);
  expect((await service.call('POST /docs/api', { body: {} })).status).toBeGreaterThanOrEqual(404);
});

test('is not on the public listener', async () => {
  const documents = { read: async (path: string) => FILES.get(path) };
  const open = await openService('documentation elsewhere', undefined, { documents, surface: 'public' });
  try {
    expect((await open.call('GET /docs/')).status).toBe(404);
  } finally {
    await open.ports.close();
  }
});
