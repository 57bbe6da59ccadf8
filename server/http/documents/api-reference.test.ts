import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuiltFile } from '../../kernel/ports/built-files.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';

const file = (text: string, contentType: string): BuiltFile => {
  const bytes = (content: string) => new Uint8Array(new TextEncoder().encode(content));
  return { body: bytes(text), brotli: bytes(`br:${text}`), contentType };
};
const HTML = 'text/html; charset=utf-8';
const FILES = new Map([
  ['index.html', file('introduction', HTML)],
  ['createToken.html', file('create a token', HTML)],
  ['reference.css', file('style', 'text/css; charset=utf-8')],
  ['reference.js', file('script', 'text/javascript; charset=utf-8')],
]);

let service: Service;
beforeAll(async () => {
  service = await openService('reference', undefined, { reference: { read: async (path) => FILES.get(path) } });
});
afterAll(() => service.ports.close());

test.each([
  ['/v1', 'introduction', HTML],
  ['/v1/reference/createToken', 'create a token', HTML],
  ['/v1/reference/reference.css', 'style', 'text/css; charset=utf-8'],
  ['/v1/reference/reference.js', 'script', 'text/javascript; charset=utf-8'],
])('%s is served as built, compressed too', async (path, text, type) => {
  const plain = await service.call(`GET ${path}`);
  expect(plain.headers.get('content-type')).toBe(type);
  expect(await plain.text()).toBe(text);
  const compressed = await service.call(`GET ${path}`, { headers: { 'accept-encoding': 'br' } });
  expect(compressed.headers.get('content-encoding')).toBe('br');
  expect(await compressed.text()).toBe(`br:${text}`);
});

test('has no page for what is no operation', async () => {
  for (const path of ['missing', 'constructor', '', 'missing.js', '..%2Fcreate', 'createToken/more']) {
    const answer = await service.call(`GET /v1/reference/${path}`);
    expect([path, await refusalOf(answer)]).toEqual([path, { status: 404, code: 'NOT_FOUND' }]);
  }
});

// SR-30: these pages have the origin of the console, so nothing but their own files may run in them.
test('SR-30: allows scripts and styles of the service alone, and no inline ones', async () => {
  for (const path of ['/v1', '/v1/reference/createToken']) {
    expect((await service.call(`GET ${path}`)).headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
  }
});
