import { LANGUAGES, readLanguage } from '@countersign/ui/i18n/read-languages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addResource, createFixture, type Fixture, ORIGIN } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('user help');
  scene = await createFixture(service.ports, { resource: { name: 'Juniper & Fern', allowedOrigins: [ORIGIN] } });
});
afterAll(() => service.ports.close());

const helpFor = async (query: Record<string, string>, headers: Record<string, string> = {}) => {
  const response = await service.call(`GET /help?${new URLSearchParams(query)}`, { headers });
  expect(response.status).toBe(200);
  return { response, text: await response.text() };
};

test.each(LANGUAGES)('says in %s what a refused user can do, and names the site', async (lang) => {
  const { text } = await helpFor({ resource: scene.resource.id, lang });
  expect(text).toContain(`<html lang="${lang}" dir="${readLanguage(lang).direction}">`);
  expect(text).toContain('Juniper &amp; Fern');
  expect(text.match(/<h2>/g)).toHaveLength(8);
});

test('speaks the language of the browser if none is asked for', async () => {
  expect((await helpFor({}, { 'accept-language': 'de-AT,en;q=0.5' })).text).toContain('<html lang="de"');
});

test('the site’s own help comes first, and its contact last', async () => {
  const links = { help: 'https://shop.example/help', support: 'mailto:help@shop.example' };
  const shop = await addResource(service.ports, scene.account, { name: 'Shop', links });
  const { text } = await helpFor({ resource: shop.id });
  const places = ['href="https://shop.example/help"', '<h2>', 'href="mailto:help@shop.example"'].map((part) =>
    text.indexOf(part),
  );
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places[0]).toBeGreaterThan(0);
});

test('has the look of the resource, and leads back to the page that it is opened from', async () => {
  const shop = await addResource(service.ports, scene.account, {
    name: 'Shop',
    allowedOrigins: ['https://shop.example', 'https://club.example'],
    appearance: { theme: 'dark', locale: 'de' },
  });
  const { text } = await helpFor({ resource: shop.id, origin: 'https://club.example' });
  expect(text).toContain('<html lang="de" dir="ltr" data-tone="dark">');
  expect(text).toContain('<a href="https://club.example">');
  expect((await helpFor({ resource: shop.id, origin: 'https://evil.example' })).text).not.toContain('evil');
});

test('speaks the language of the widget that it is opened from', async () => {
  const look = (locale: unknown) => JSON.stringify({ theme: 'auto', locale, closable: false, variables: {} });
  expect((await helpFor({ look: look('uk') })).text).toContain('<html lang="uk"');
  for (const wrong of [look(7), look(undefined), 'null', '{', '[]'])
    expect((await helpFor({ look: wrong })).text).toContain('<html lang="en"');
});

// SR-30: what the address says is not in the page, and no script runs in it.
test('SR-30: runs no script, is framed by no page, and repeats nothing of its address', async () => {
  const { response, text } = await helpFor({ resource: '"><script>alert(1)</script>', lang: '"><script>' });
  expect(text).not.toMatch(/<script|alert/);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/script-src|unsafe/);
});

// SR-17. The attack: the help reveals whether a user exists, or why a user was refused.
describe('the answer', () => {
  test('is the same for every user and refusal', async () => {
    const pages = await Promise.all(
      [{}, { user: 'alice' }, { code: 'TOKEN_LOCKED' }].map(
        async (more) => (await helpFor({ resource: scene.resource.id, lang: 'en', ...more })).text,
      ),
    );
    const plain = pages.map((text) => text.replace(/nonce="[^"]*"/g, ''));
    expect(new Set(plain).size).toBe(1);
  });

  test('without a known resource names none', async () => {
    const plain = async (query: Record<string, string>) =>
      (await helpFor({ lang: 'en', ...query })).text.replace(/nonce="[^"]*"/g, '');
    expect(await plain({ resource: 'res_00000000001' })).toBe(await plain({}));
  });
});

test('is on the public listener', async () => {
  const open = await openService('user help in public', undefined, { surface: 'public' });
  try {
    expect((await open.call('GET /help')).status).toBe(200);
  } finally {
    await open.ports.close();
  }
});
