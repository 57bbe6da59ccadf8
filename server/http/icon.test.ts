import { ICON_LINK, ICON_PATHS } from '@countersign/protocol/icon';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';

const ORIGIN = 'https://shop.example';
let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('icon');
  scene = await createFixture(service.ports, { resource: { allowedOrigins: [ORIGIN] } });
});
afterAll(() => service.ports.close());

const embedded = () => new URLSearchParams({ resource: scene.resource.id, origin: ORIGIN });

test.each(ICON_PATHS)('%s is a small cached image for both colour schemes', async (path) => {
  const answer = await service.call(`GET ${path}`);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/svg+xml',
    'cache-control': 'public, max-age=86400',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  const image = await answer.text();
  expect(image).toContain('prefers-color-scheme:dark');
  expect(image.length).toBeLessThan(1_000);
});

// SR-30: an SVG can hold script.
test('SR-30: the icon, opened as a page, runs no script and cannot be framed', async () => {
  const policy = (await service.call('GET /favicon.svg')).headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; frame-ancestors 'none'$/);
});

const PAGES = [
  '/console',
  '/console/nothing',
  '/setup',
  '/reset',
  '/reset/password',
  '/unlock',
  '/not-me',
  '/widget/v1/enrol',
  '/widget/v1/frame?origin=https://evil.example',
  '/widget/v1/passkey',
  '/widget/v1/self',
  '/widget/v1/sign-in',
];
describe('every page with its own tab', () => {
  const hasIcon = async (path: string) => {
    const answer = await service.call(`GET ${path}`);
    expect(answer.headers.get('content-security-policy')).toMatch(/img-src (?:data: )?'self';/);
    expect((await answer.text()).split(ICON_LINK)).toHaveLength(2);
  };

  test.each(PAGES)('%s names the icon and lets the browser load it', hasIcon);
  test('a pop-up names the icon too', () => hasIcon(`/widget/v1/popup?${embedded()}`));
});

test('the frame names none: its tab belongs to the page around it', async () => {
  const answer = await service.call(`GET /widget/v1/frame?${embedded()}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toContain('icon');
});
