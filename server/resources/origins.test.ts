import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { frameCsp } from '../sign-in/pages/frame-csp.ts';
import { originAllowed, parseAllowedOrigin } from './origins.ts';

const rules = (allowedOrigins: string[], allowLocalhost = false) => ({ allowedOrigins, allowLocalhost });

describe('an entry of the allow list', () => {
  test.each([
    ['https://shop.example', 'https://shop.example'],
    ['HTTPS://Shop.Example', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['https://shop.example:8443', 'https://shop.example:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://ｓhop.example', 'https://shop.example'],
    ['https://my_shop.example', 'https://my_shop.example'],
    ['https://192.0.2.1', 'https://192.0.2.1'],
    ['https://[2001:DB8::1]:8443', 'https://[2001:db8::1]:8443'],
    ['https://intranet', 'https://intranet'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://localhost:80', 'http://localhost'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://*.shop.example', 'https://*.shop.example'],
    ['https://*.Shop.Example:8443', 'https://*.shop.example:8443'],
    ['https://*.bücher.example', 'https://*.xn--bcher-kva.example'],
    ['https://*.alice.github.io', 'https://*.alice.github.io'],
    ['https://*.shop.co.uk', 'https://*.shop.co.uk'],
    ['https://*.star.example', 'https://*.star.example'],
  ])('%s is stored as %s', (text, origin) => {
    expect(parseAllowedOrigin(text)).toBe(origin);
    expect(parseAllowedOrigin(origin)).toBe(origin);
  });

  test.each([
    ['nothing', ''],
    ['null, which sandboxed frames send', 'null'],
    ['everything', '*'],
    ['everything over https', 'https://*'],
    ['no scheme', 'shop.example'],
    ['plain http', 'http://shop.example'],
    ['plain http to a name that begins like loopback', 'http://localhost.shop.example'],
    ['plain http in the local network', 'http://192.168.0.1'],
    ['another scheme', 'ftp://shop.example'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,hi'],
    ['a trailing slash', 'https://shop.example/'],
    ['a path', 'https://shop.example/login'],
    ['a query', 'https://shop.example?x'],
    ['a fragment', 'https://shop.example#x'],
    ['a user', 'https://alice@shop.example'],
    ['a user that looks like the shop', 'https://shop.example@evil.example'],
    ['a backslash', 'https:\\\\shop.example'],
    ['no slashes', 'https:shop.example'],
    ['a third slash', 'https:///shop.example'],
    ['a blank before', ' https://shop.example'],
    ['a newline after', 'https://shop.example\n'],
    ['a tab inside, which URL parsers drop', 'https://shop\t.example'],
    ['two origins', 'https://shop.example https://evil.example'],
    ['a directive of its own', "https://shop.example;script-src'self'"],
    ['a second policy', 'https://shop.example,frame-ancestors'],
    ['an escaped host', 'https://shop%2eexample'],
    ['a quote', "https://'self'.example"],
    ['a trailing dot', 'https://shop.example.'],
    ['an empty label', 'https://shop..example'],
    ['a port out of range', 'https://shop.example:65536'],
    ['any port', 'https://shop.example:*'],
    ['a wildcard over http', 'http://*.shop.example'],
    ['a wildcard over loopback', 'http://*.localhost'],
    ['two wildcards', 'https://*.*.shop.example'],
    ['a wildcard in the middle', 'https://a.*.shop.example'],
    ['a wildcard within a label', 'https://a*.shop.example'],
    ['a wildcard at the end', 'https://shop.*'],
    ['a wildcard over an address', 'https://*.0.2.1'],
    ['a wildcard over a top-level domain', 'https://*.com'],
    ['a wildcard over a public suffix', 'https://*.co.uk'],
    ['a wildcard over a wildcard suffix', 'https://*.anything.ck'],
    ['a wildcard over a private suffix', 'https://*.github.io'],
    ['a wildcard over another private suffix', 'https://*.pages.dev'],
    ['a wildcard over an internationalised suffix', 'https://*.укр'],
    ['a wildcard over a bare name', 'https://*.intranet'],
  ])('refused: %s', (_name, text) => {
    expect(parseAllowedOrigin(text)).toBeUndefined();
  });
});

// SR-11, SR-13. The attack: frame the widget from a page that is not on the list.
describe('an origin', () => {
  const shop = rules(['https://shop.example', 'https://*.shop.example:8443', 'https://*.bank.example']);

  test.each([['https://shop.example'], ['https://a.shop.example:8443'], ['https://a.bank.example']])(
    '%s is allowed',
    (origin) => {
      expect(originAllowed(shop, origin)).toBe(true);
    },
  );

  test.each([
    ['null', 'null'],
    ['nothing', ''],
    ['another site', 'https://evil.example'],
    ['a name that ends alike', 'https://evilshop.example'],
    ['a name that begins alike', 'https://shop.example.evil.example'],
    ['plain http', 'http://shop.example'],
    ['another port', 'https://shop.example:8443'],
    ['a wildcard without its port', 'https://a.shop.example'],
    ['the bare domain of a wildcard', 'https://bank.example'],
    ['two labels under a wildcard', 'https://a.b.bank.example'],
    ['the wildcard itself', 'https://*.bank.example'],
    ['an empty label', 'https://.bank.example'],
    ['an address that ends alike', 'https://a.bank.example.'],
    ['upper case', 'https://SHOP.example'],
    ['the default port spelled out', 'https://shop.example:443'],
    ['a trailing slash', 'https://shop.example/'],
    ['a path', 'https://shop.example/x'],
    ['a blank', 'https://shop.example '],
    ['a second source', 'https://shop.example https://evil.example'],
    ['localhost, unless development is on', 'http://localhost:3000'],
  ])('%s is refused', (_name, origin) => {
    expect(originAllowed(shop, origin)).toBe(false);
  });

  test('an empty list allows nothing', () => {
    expect(originAllowed(rules([]), 'https://shop.example')).toBe(false);
  });

  test('ignores an entry that could not be added today', () => {
    const stale = rules(['https://*.github.io', 'https://Shop.example', 'http://shop.example', 'null', '*', '']);
    for (const origin of ['https://evil.github.io', 'https://shop.example', 'http://shop.example', 'null', '*', '']) {
      expect(originAllowed(stale, origin)).toBe(false);
    }
  });

  test('with the development switch, any port of localhost and 127.0.0.1 over http, and nothing else', () => {
    const development = rules([], true);
    for (const origin of ['http://localhost', 'http://localhost:3000', 'http://127.0.0.1:5173']) {
      expect(originAllowed(development, origin)).toBe(true);
    }
    const others = [
      'https://localhost',
      'http://[::1]:3000',
      'http://127.0.0.2',
      'http://a.localhost',
      'http://0x7f.1',
    ];
    for (const origin of others) expect(originAllowed(development, origin)).toBe(false);
  });

  test('an allowed origin is always exactly one CSP source', () => {
    const anything = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.webUrl(),
      fc.string().map((text) => `https://${text}.bank.example`),
    );
    fc.assert(
      fc.property(anything, (origin) => {
        if (originAllowed(shop, origin)) expect(origin).toMatch(/^https:\/\/[a-z0-9._-]+(:[0-9]+)?$/);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    'https://shop.example',
    'https://my_shop.example:8443',
    'https://xn--bcher-kva.example',
    'http://localhost:3000',
    'http://[::1]:3000',
  ])('%s can be allowed, and is then in the policy of the frame', (origin) => {
    expect(originAllowed(rules([origin]), origin)).toBe(true);
    const policy = frameCsp({ nonce: 'nonce-0123456789abcdef', frameAncestors: [origin] });
    expect(policy.split('; ')).toContain(`frame-ancestors ${origin}`);
  });

  test('an exact entry allows exactly itself', () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const site = fc
      .tuple(label, label, fc.integer({ min: 1, max: 65535 }))
      .map(([a, b, port]) => `https://${a}.${b}.example:${port}`);
    fc.assert(
      fc.property(site, site, (one, other) => {
        const entry = parseAllowedOrigin(one);
        fc.pre(entry !== undefined);
        expect(originAllowed(rules([entry]), entry)).toBe(true);
        expect(originAllowed(rules([entry]), other)).toBe(parseAllowedOrigin(other) === entry && other === entry);
      }),
    );
  });
});
