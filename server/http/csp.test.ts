import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuiltFile } from '../kernel/ports/built-files.ts';
import { createFixture, type Fixture } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { csp } from './csp.ts';

const ORIGIN = 'https://shop.example';
const page: BuiltFile = { body: new Uint8Array(), contentType: 'text/html' };
const pages = { read: async () => page };

let service: Service;
let demo: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('csp', undefined, { documents: pages, reference: pages });
  demo = await openService('csp', service.ports, { mailbox: { read: () => [] } });
  scene = await createFixture(service.ports, { resource: { allowedOrigins: [ORIGIN] } });
});
afterAll(() => service.ports.close());

/** With what differs from response to response, or from build to build, left out. */
async function policyOf(path: string, { call } = service) {
  const { headers } = await call(`GET ${path}`, { from: '127.0.0.1' });
  return (headers.get('content-security-policy') ?? '').replaceAll(/'(nonce|sha256)-[\w+/=-]{16,}'/g, "'$1'");
}

const FRAME =
  "default-src 'none'; script-src 'nonce'; style-src 'nonce'; connect-src 'self'; frame-ancestors https://shop.example; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const OWN_WINDOW = FRAME.replace('frame-ancestors https://shop.example', "img-src 'self'; frame-ancestors 'none'");
const TEXT_ALONE =
  "default-src 'none'; style-src 'nonce'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const MAILED_LINK =
  "default-src 'none'; style-src 'nonce'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

// SR-30: whatever gets into a page, the policy of its response says what may run there and who may frame it.
test.each([
  ['/health/live', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
  ['/favicon.svg', "default-src 'none'; style-src 'sha256'; frame-ancestors 'none'"],
  [
    '/console',
    "default-src 'none'; script-src 'nonce'; style-src 'nonce'; img-src data: 'self'; frame-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  ],
  [
    '/docs/',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox",
  ],
  [
    '/v1',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ],
  ['/widget/v1/help', TEXT_ALONE.replace('nonce', 'sha256')],
  ['/widget/v1/frame?origin=https://evil.example', TEXT_ALONE],
  ['/widget/v1/passkey', OWN_WINDOW],
  ['/help', MAILED_LINK],
  ['/reset/password', MAILED_LINK.replace("style-src 'nonce'", "script-src 'nonce'; style-src 'nonce'")],
  ['/unlock', MAILED_LINK.replace("style-src 'nonce'", "script-src 'nonce'; style-src 'nonce'")],
])('SR-30: the policy of %s', async (path, policy) => {
  expect(await policyOf(path)).toBe(policy);
});

test('SR-30: the policy of the frame names who may embed it, and that of the window no page', async () => {
  const query = new URLSearchParams({ resource: scene.resource.id, origin: ORIGIN });
  expect(await policyOf(`/widget/v1/frame?${query}`)).toBe(FRAME);
  expect(await policyOf(`/widget/v1/popup?${query}`)).toBe(OWN_WINDOW);
});

test('SR-30: the policy of the demo’s own pages', async () => {
  expect(await policyOf('/demo/mailbox', demo)).toBe(TEXT_ALONE);
});

test('SR-30: what a policy does not name, it refuses', () => {
  expect(csp()).toBe("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
  expect(csp({ 'form-action': "'self'", 'base-uri': undefined })).toBe(
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
  );
});
