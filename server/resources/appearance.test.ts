import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, ORIGIN } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('appearance');
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account);
});
afterAll(() => service.ports.close());

const change = (body: object) => service.call(`PATCH /v1/resources/${scene.resource.id}`, { key, body });
const frame = async () => {
  const look = JSON.stringify({ theme: '', locale: '', closable: false, variables: {} });
  const query = new URLSearchParams({ resource: scene.resource.id, origin: ORIGIN, look });
  return (await service.call(`GET /widget/v1/frame?${query}`)).text();
};

const APPEARANCE = {
  theme: 'dark',
  locale: 'ar',
  accent: '#9db4ff',
  background: null,
  text: null,
  radius: '4px',
  spacing: null,
  font: 'Georgia, serif',
  footer: false,
};
const LINKS = {
  privacy: 'https://shop.example/privacy',
  terms: null,
  help: null,
  support: 'mailto:help@shop.example',
};

/** Texts that would be markup, a declaration or a script where they are shown. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</style><script>alert(1)</script>',
  '#fff;}body{background:url(//evil.example)}',
  'javascript:alert(1)',
  'https://shop.example/"onmouseover="alert(1)',
  'expression(alert(1))',
  '%foot%',
];

describe('appearance and links of a resource', () => {
  test('are saved, read and removed, and recorded as a change', async () => {
    const before = service.ports.store.commits.length;
    const saved = await change({ appearance: APPEARANCE, links: LINKS });
    expect(await saved.json()).toMatchObject({ appearance: APPEARANCE, links: LINKS });
    const events = service.ports.store.commits.slice(before).flatMap(({ change }) => change.append ?? []);
    expect(events).toMatchObject([{ type: 'resource.updated', changed: ['appearance', 'links'] }]);
    const none = await change({ appearance: null, links: null });
    expect(await none.json()).toMatchObject({ appearance: null, links: null });
  });

  test('have the usual values where they are not given, and are null with nothing else', async () => {
    const saved = await change({ appearance: { radius: '0px' }, links: { help: 'https://shop.example/help' } });
    expect(await saved.json()).toMatchObject({
      appearance: { theme: 'auto', locale: null, accent: null, radius: '0px', footer: true },
      links: { privacy: null, help: 'https://shop.example/help' },
    });
    const usual = await change({ appearance: { theme: 'auto', footer: true }, links: { help: null } });
    expect(await usual.json()).toMatchObject({ appearance: null, links: null });
  });

  test('can be given at creation', async () => {
    const body = { name: 'Made with a look', appearance: { accent: '#1f6f54' }, links: { terms: 'https://A.example' } };
    const made = await service.call('POST /v1/resources', { key, body });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({
      appearance: { accent: '#1f6f54' },
      links: { terms: 'https://a.example/' },
    });
  });

  test('warn about colours that are hard to read', async () => {
    const low = await change({ appearance: { background: '#ffffff', text: '#aaaaaa' } });
    expect(((await low.json()) as { warnings: string[] }).warnings).toContain('COLOURS_HARD_TO_READ');
    const clear = await change({ appearance: null });
    expect(((await clear.json()) as { warnings: string[] }).warnings).not.toContain('COLOURS_HARD_TO_READ');
  });
});

// SR-57
test.each([
  { appearance: { css: 'body{}' } },
  { appearance: { theme: 'neon' } },
  { appearance: { variables: {} } },
  { appearance: { locale: '../../en' } },
  { links: { imprint: 'https://shop.example' } },
  { links: 'https://shop.example' },
  { links: { privacy: 'http://shop.example' } },
  { links: { help: 'mailto:help@shop.example' } },
])('refuses %j', async (body) => {
  const refused = await change(body);
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ code: 'INPUT_INVALID' });
});

describe('SR-30: hostile text in a field', () => {
  const FIELDS = ['theme', 'locale', 'accent', 'background', 'text', 'radius', 'spacing', 'font', 'footer'];
  test.each(HOSTILE)('%s is refused in every field, or shown as text', async (text) => {
    for (const field of FIELDS) expect((await change({ appearance: { [field]: text } })).status).toBe(422);
    for (const field of ['privacy', 'terms', 'help', 'support']) {
      const { status } = await change({ links: { [field]: text } });
      // Only the address of an https page is one, and browsers write its quotation marks as %22.
      expect(status).toBe(text.startsWith('https:') ? 200 : 422);
    }
    expect(await frame()).not.toMatch(/onmouseover="|<img|alert\(1\)<|javascript:/);
  });

  test('adds no markup to the frame and to the hosted pages', async () => {
    const tags = (html: string) => html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
    await change({ links: { help: 'https://shop.example/' } });
    const plain = tags(await frame());
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.constantFrom('"', "'", '<b>', '&quot;', '%22', '`'), async (path, odd) => {
        expect((await change({ links: { help: `https://shop.example${path}?${odd}#${odd}` } })).status).toBe(200);
        expect(tags(await frame())).toEqual(plain);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the frame of a resource with a look', () => {
  const page = async (look: object) => {
    const query = new URLSearchParams({ resource: scene.resource.id, origin: ORIGIN, look: JSON.stringify(look) });
    return (await service.call(`GET /widget/v1/frame?${query}`)).text();
  };
  const LOOK = { theme: '', locale: '', closable: false, variables: {} };
  beforeAll(async () => {
    expect((await change({ appearance: APPEARANCE, links: LINKS })).status).toBe(200);
  });

  test('has it in its document, with the links and without the mark', async () => {
    const html = await page(LOOK);
    expect(html).toContain('<html lang="ar" dir="rtl"');
    expect(html).toContain('data-tone="dark"');
    expect(html).toContain('--radius:4px;');
    // The page around has no scheme of its own, and the root agrees with it.
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('body{color-scheme:dark}');
    expect(html).toContain(
      '<a href="https://shop.example/privacy">Privacy</a><a href="mailto:help@shop.example">Contact</a></section>',
    );
    expect(html).toContain('<base target="_blank">');
    expect(html).not.toContain('Secured');
  });

  test('has the options of the page over it', async () => {
    const variables = { radius: '9px', accent: '', footer: true, links: { help: 'https://other.example/' } };
    const html = await page({ ...LOOK, theme: 'light', locale: 'en', variables });
    expect(html).toContain('<html lang="en"');
    expect(html).toContain('data-tone="light"');
    expect(html).toContain('--radius:9px;');
    expect(html).not.toMatch(/<style id="look"[^>]*>[^<]*--accent/);
    expect(html).toContain('<a href="https://other.example/">Help</a><p>Secured</p></section>');
  });

  // SR-30
  test('takes no link from the page that is none', async () => {
    const html = await page({ ...LOOK, variables: { links: { help: 'javascript:alert(1)', evil: 'https://x' } } });
    expect(html).not.toMatch(/<a |javascript:/);
  });
});
