import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRedirectUri, redirectAllowed } from './redirect-uris.ts';

const REGISTERED = 'https://shop.example/sign-in/done?from=countersign';

// The attack: have a result posted to an address that the site's owner did not register (RFC 9700 4.1).
describe('a registered address', () => {
  test.each([
    'https://shop.example/sign-in/done',
    'https://shop.example/sign-in/done?from=countersign&x=1',
    'https://shop.example/sign-in/done/?from=countersign',
    'https://shop.example/sign-in/done?from=countersign#',
    'https://shop.example/sign-in/done?from=countersign#x',
    'https://shop.example/sign-in/../sign-in/done?from=countersign',
    'https://shop.example/sign-in/Done?from=countersign',
    'https://shop.example:443/sign-in/done?from=countersign',
    'https://shop.example:8443/sign-in/done?from=countersign',
    'https://shop.example.evil.example/sign-in/done?from=countersign',
    'https://evil.example/sign-in/done?from=countersign',
    'https://shop.example@evil.example/sign-in/done?from=countersign',
    'https://user:pw@shop.example/sign-in/done?from=countersign',
    'https://SHOP.example/sign-in/done?from=countersign',
    'https://shop.example\\@evil.example/sign-in/done?from=countersign',
    'https://shop.example./sign-in/done?from=countersign',
    'http://shop.example/sign-in/done?from=countersign',
    '//shop.example/sign-in/done?from=countersign',
    ' https://shop.example/sign-in/done?from=countersign',
    'https://shop.example/sign-in/done?from=countersign\n',
    'javascript:alert(1)',
    'data:text/html,x',
    '',
  ])('does not match another one: %s', (uri) => {
    expect(redirectAllowed({ redirectUris: [REGISTERED] }, uri)).toBe(false);
  });

  test('matches itself, and a resource without any matches none', () => {
    expect(redirectAllowed({ redirectUris: ['https://a.example/', REGISTERED] }, REGISTERED)).toBe(true);
    expect(redirectAllowed({ redirectUris: [] }, REGISTERED)).toBe(false);
    expect(redirectAllowed({}, REGISTERED)).toBe(false);
  });
});

describe('an address to register', () => {
  test.each([
    'https://shop.example/',
    'https://shop.example:8443/a/b?c=d',
    'http://localhost:3000/done',
    'http://127.0.0.1:1/',
  ])('%s', (uri) => expect(parseRedirectUri(uri)).toBe(uri));

  test.each([
    'https://shop.example',
    'https://*.shop.example/',
    'http://shop.example/',
    'http://[::1]:3000/',
    'http://localhost.evil.example/',
    'ftp://shop.example/',
    'javascript:alert(1)//https://shop.example/',
    'https://shop.example/a;script-src',
    "https://shop.example/'unsafe-inline'",
    'https://shop.example/a,b',
    'https://shop.example/a b',
    `https://shop.example/${'a'.repeat(500)}`,
  ])('not %s', (uri) => expect(parseRedirectUri(uri)).toBeUndefined());

  test('has one spelling, no user, no fragment, and nothing that ends a directive', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string()), (text) => {
        const uri = parseRedirectUri(text);
        if (uri === undefined) return;
        expect(uri).toBe(text);
        const { href, username, hash, origin, pathname } = new URL(uri);
        expect([href, username, hash]).toEqual([text, '', '']);
        expect(origin + pathname).not.toMatch(/[;,'"\s]/);
      }),
      { numRuns: 50 },
    );
  });
});
