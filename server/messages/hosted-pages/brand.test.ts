import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { updateResource } from '../../testing/as-operator.ts';
import { createFixture, type Fixture, ORIGIN } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('brand');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  scene = await createFixture(service.ports, {
    resource: {
      name: 'Harbour <Shop>',
      passwordReset: true,
      enrolment: { kinds: ['totp'], required: false, unlockByMail: true },
      selfService: { tokens: true, password: false, details: [], browsers: false },
      allowedOrigins: ['https://*.shop.example', ISSUER, ORIGIN, 'https://other.example'],
      appearance: { theme: 'dark', accent: '#9db4ff', locale: 'de' },
      links: { privacy: 'https://shop.example/privacy', help: 'https://shop.example/help' },
    },
  });
});

const read = async (path: string, query: Record<string, string> = {}) =>
  (await service.call(`GET ${path}?${new URLSearchParams({ resource: scene.resource.id, ...query })}`)).text();

describe.each(['/reset', '/reset/password', '/unlock', '/not-me'])('the page %s', (path) => {
  test('has the look, the language and the links of its resource, above the mark of the service', async () => {
    const html = await read(path);
    expect(html).toContain('<html lang="de" dir="ltr" data-tone="dark">');
    expect(html).toContain('--accent:#9db4ff;');
    expect(html).toContain('<bdi>Harbour &lt;Shop&gt;</bdi>');
    expect(html).toContain(
      `<footer><a href="${ORIGIN}">Zurück zu Harbour &lt;Shop&gt;</a><a href="https://shop.example/privacy">Datenschutz</a><a href="https://shop.example/help">Hilfe</a><p>Gesichert durch Countersign</p></footer>`,
    );
  });

  test('is as before without a resource', async () => {
    const html = await (await service.call(`GET ${path}?lang=en`)).text();
    expect(html).toContain('<html lang="en" dir="ltr">');
    expect(html).toContain('<footer><p>Secured by Countersign</p></footer>');
  });
});

describe('the way back', () => {
  const back = async (path: string, origin: string) => /Zurück|&quot;back&quot;/.exec(await read(path, { origin }));
  const target = async (origin: string) => /<footer><a href="([^"]*)"/.exec(await read('/reset', { origin }))?.[1];

  test('leads to the page that the user came from, if the resource allows it', async () => {
    expect(await target('https://other.example')).toBe('https://other.example');
    expect(await target('https://eu.shop.example')).toBe('https://eu.shop.example');
  });

  // SR-11: an open redirect, or a page of an attacker that looks like the site.
  test.each([
    'https://evil.example',
    'javascript:alert(1)',
    '//evil.example',
    'https://shop.example.evil.example',
    'https://shop.example@evil.example',
    'https://shop.example/path',
    'null',
  ])('never leads to %s', async (origin) => {
    expect(await target(origin)).toBe(ORIGIN);
  });

  test('leads to the self-service page from there, and never to another page of the service', async () => {
    expect(await target(ISSUER)).toBe(`/widget/v1/self?resource=${scene.resource.id}`);
    await updateResource(service.ports, scene.account, scene.resource.id, { selfService: null });
    expect(await target(ISSUER)).toBe(ORIGIN);
  });

  test('leads to the site that results are posted to, where no page embeds the sign-in', async () => {
    const posted = { allowedOrigins: [], redirectUris: ['https://shop.example/signed-in?x=1'] };
    await updateResource(service.ports, scene.account, scene.resource.id, posted);
    expect(await target('https://evil.example')).toBe('https://shop.example');
    await updateResource(service.ports, scene.account, scene.resource.id, { redirectUris: [] });
    expect(await read('/reset', { origin: ORIGIN })).not.toContain('Zurück');
  });

  test('is on our own pages of the widget too', async () => {
    for (const path of ['/widget/v1/self', '/widget/v1/enrol']) {
      const html = await read(path);
      expect(html).toContain(`&quot;links&quot;:{&quot;back&quot;:&quot;${ORIGIN}&quot;`);
      expect(html).toContain('data-tone="dark"');
      // They open in the same tab.
      expect(html).not.toContain('<base');
    }
    expect(await back('/widget/v1/self', 'https://evil.example')).not.toBeNull();
    expect(await read('/widget/v1/self', { origin: 'https://evil.example' })).not.toContain('evil');
  });
});

describe('a wrong address below a hosted page', () => {
  const BROWSER = { accept: 'text/html,application/xhtml+xml', 'accept-language': 'de' };
  test.each(['/reset/x', '/reset/password/x', '/unlock/x', '/widget/v1/selff', '/widget/v1/sign-in/x'])(
    '%s is a page for a browser, and a problem for everything else',
    async (path) => {
      const page = await service.call(`GET ${path}`, { headers: BROWSER });
      expect(page.status).toBe(404);
      expect(await page.text()).toContain('Seite nicht gefunden');
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      const problem = await service.call(`GET ${path}`);
      expect(problem.status).toBe(404);
      expect(await problem.json()).toMatchObject({ code: 'NOT_FOUND' });
    },
  );
});

// SR-3
test.each(['/reset', '/unlock', '/not-me'])('an outage of the store is a page of %s, not JSON', async (path) => {
  service.ports.store.intercept.read = () => {
    throw new Error('gone');
  };
  const page = await service.call(`GET ${path}?resource=${scene.resource.id}&lang=de`);
  service.ports.store.intercept.read = undefined;
  expect(page.status).toBeGreaterThanOrEqual(500);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('lang="de"');
});
