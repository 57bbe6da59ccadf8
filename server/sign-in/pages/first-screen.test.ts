import { brotliDecompressSync } from 'node:zlib';
import { documentLook } from '@countersign/protocol/document-look';
import { type FirstScreenLanguage, firstScreenHtml } from '@countersign/protocol/first-screen';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, ORIGIN } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { readLook } from './first-screen.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('first-screen');
  scene = await createFixture(service.ports, { resource: { name: 'Shop %logo% <b>', allowedOrigins: [ORIGIN] } });
});
afterAll(() => service.ports.close());

const LOOK = { theme: 'auto', locale: 'en', closable: false, variables: {} };
const ask = (look: unknown, headers: Record<string, string> = {}, resource: string = scene.resource.id) => {
  const text = typeof look === 'string' ? look : JSON.stringify(look);
  const query = new URLSearchParams({ resource, origin: ORIGIN, ...(look !== undefined && { look: text }) });
  return service.call(`GET /widget/v1/frame?${query}`, { headers });
};
const pageOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).text();
const tags = (html: string) => html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

const hostileText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '</style><script>alert(1)</script>',
    '#fff;}',
    'x}</style>',
    'url(//evil)',
    '%body%',
    '"><img src=x>',
  ),
);
const hostileLook = fc.record({
  theme: hostileText,
  locale: fc.oneof(hostileText, fc.constantFrom('__proto__', 'constructor', '../../etc')),
  closable: fc.constant(false),
  variables: fc.dictionary(fc.constantFrom('accent', 'background', 'text', 'radius', 'font', 'given'), hostileText),
});

describe('a hostile look in the address', () => {
  // SR-30
  test('adds no markup to the document', async () => {
    // A valid value among them has a style, a tone or the texts of its language.
    const known = (html: string) =>
      tags(html.replaceAll(/<style id="look"[^<]*<\/style>\n|<link rel="modulepreload"[^>]*>\n| data-tone="\w+"/g, ''));
    const plain = known(await pageOf(LOOK));
    await fc.assert(
      fc.asyncProperty(hostileLook, async (look) => {
        expect(known(await pageOf(look))).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  // SR-30
  test('adds no declaration but validated ones to its style', () => {
    fc.assert(
      fc.property(hostileLook, (look) => {
        const declarations = documentLook(look).css.replace(
          /^(?:@media \(prefers-color-scheme:dark\)|[:{}]|root)*/g,
          '',
        );
        expect(declarations).not.toMatch(/[<>()"'\\@/*]|url|import/);
      }),
    );
  });

  // SR-57
  test.each(['', '{', 'null', '[]', '7', '"text"', '{"theme":', `{"theme":"${'x'.repeat(5000)}"}`])(
    '%j is no look, and the script applies what the page sends',
    async (text) => {
      expect(readLook(text)).toBeUndefined();
      const page = await pageOf(text);
      expect(page).not.toContain('<h1>');
      expect(page).toContain('knock');
      expect(page).toContain('href="/widget/v1/assets/appearance-1.js"');
    },
  );
});

// SR-13
test('another origin gets no first screen', async () => {
  const query = new URLSearchParams({
    resource: scene.resource.id,
    origin: 'https://evil.example',
    look: JSON.stringify(LOOK),
  });
  const refused = await service.call(`GET /widget/v1/frame?${query}`);
  expect(refused.status).toBe(403);
  expect(await refused.text()).not.toMatch(/<input|<script|knock/);
});

describe('the first screen', () => {
  test('is in the document, with the resource’s name as text, also where it looks like a slot', async () => {
    const response = await ask(LOOK);
    const page = await response.text();
    expect(page).toContain('>Shop %logo% &lt;b&gt;<form><h1>Sign in</h1>');
    expect(page).toContain('<html lang="en" data-first="identify">');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1];
    for (const tag of page.match(/<(?:script|style)[^>]*>/g) ?? []) expect(tag).toContain(`nonce="${nonce}"`);
    expect(response.headers.get('content-security-policy')).toContain("form-action 'none'");
  });

  test('has the language of the page, else the browser’s, else English, and its texts are preloaded', async () => {
    const arabic = await pageOf({ ...LOOK, locale: 'ar-EG' });
    expect(arabic).toContain('<html lang="ar" dir="rtl" data-first="identify">');
    expect(arabic).toMatch(/<link rel="modulepreload" href="\/widget\/v1\/assets\/ar-1\.js" nonce="[^"]+">/);
    expect(await pageOf({ ...LOOK, locale: '' }, { 'accept-language': 'xx, en;q=0.7, ar;q=0.8' })).toContain(
      'lang="ar"',
    );
    for (const locale of ['xx', '__proto__', 'constructor'])
      expect(await pageOf({ ...LOOK, locale }, { 'accept-language': 'ar' })).toContain('<h1>Sign in</h1>');
  });

  test('has a button for passkeys where the resource offers them', async () => {
    expect(await pageOf(LOOK)).not.toContain('Passkey');
    const { resource: offering } = await createFixture(service.ports, {
      resource: { passkeySignIn: true, allowedOrigins: [ORIGIN] },
    });
    const page = await pageOf(LOOK, {}, offering.id);
    expect(page).toContain('data-first="passkey"');
    expect(page).toContain('<button>Passkey</button>');
    expect(page).toContain('href="/widget/v1/assets/passkeys-1.js"');
  });

  test('is not guessed for a page with a login request', async () => {
    const page = await pageOf({ ...LOOK, variables: { given: true } });
    expect(page).toContain('<i>Loading</i>');
    expect(page).not.toMatch(/<input|data-first/);
  });

  test('takes the theme and the colours of the page', async () => {
    const dark = await pageOf({ ...LOOK, theme: 'dark', variables: { radius: '3px' } });
    expect(dark).toContain('data-tone="dark"');
    expect(dark).toContain('<meta name="color-scheme" content="dark">');
    expect(dark).toMatch(/<style id="look" nonce="[^"]+">:root\{--radius:3px;\}<\/style>/);
    expect(await pageOf(LOOK)).not.toContain('data-tone');
  });

  test('puts every value into its slot in one pass', () => {
    const language = {
      dir: 'ltr',
      texts: [],
      cards: { logo: '%logo%|%name%|%body%' },
      bodies: { identify: 'form', passkey: '', loading: '' },
      links: { privacy: '', terms: '', help: '', support: '' },
      mark: '',
    } satisfies FirstScreenLanguage;
    const screen = {
      body: 'identify',
      name: '%body%%logo%',
      logo: '/a?b&c',
      isTest: false,
      isClosable: false,
      saved: undefined,
    } as const;
    expect(firstScreenHtml(language, screen)).toBe('/a?b&amp;c|%body%%logo%|form');
  });
});

test('the document is compressed for browsers that accept it', async () => {
  const response = await ask(LOOK, { 'accept-encoding': 'gzip, br' });
  expect(response.headers.get('content-encoding')).toBe('br');
  const page = brotliDecompressSync(Buffer.from(await response.arrayBuffer())).toString();
  const neutral = (html: string) => html.replaceAll(/nonce="[^"]*"/g, '');
  expect(neutral(page)).toBe(neutral(await pageOf(LOOK)));
  expect((await ask(LOOK)).headers.get('content-encoding')).toBeNull();
});
