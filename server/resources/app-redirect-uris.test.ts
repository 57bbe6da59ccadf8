import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appRedirectAllowed, parseAppRedirectUri } from './app-redirect-uris.ts';

const SERVICE = 'https://sign-in.shop.example';
const CUSTOM = 'com.example.shop:/signed-in';
const LOOPBACK = 'http://127.0.0.1/signed-in';
const LOOPBACK_6 = 'http://[::1]/signed-in';
const CLAIMED = 'https://app.shop.example/signed-in';
const REGISTERED = { appRedirectUris: [CUSTOM, LOOPBACK, LOOPBACK_6, CLAIMED] };
const allows = (uri: string, service = SERVICE) => appRedirectAllowed(REGISTERED, uri, service);

describe('an address of an app to register', () => {
  test.each([
    ...REGISTERED.appRedirectUris,
    'com.example:/',
    `com.example.shop:/${'a'.repeat(482)}`,
    // The maker of no browser.
    'com.apples.shop:/x',
    'com.example.com.apple.shop:/x',
    'uk.co.shop.app-1:/a/b.c/~d_e',
    'xn--p1ai.example.shop:/x',
    'http://127.0.0.1/',
    'https://app.shop.example:8443/',
  ])('%s', (uri) => expect(parseAppRedirectUri(uri)).toBe(uri));

  // SR-11. The attack: register, or have registered, what leads to a script, a file, a page or another app.
  test.each([
    'javascript:alert(1)',
    'javascript:/alert(1)',
    'data:text/html,x',
    'file:/etc/passwd',
    'intent:/x#Intent;scheme=http;end',
    'intent://x/#Intent;package=com.evil.app;end',
    'about:blank',
    'blob:https://app.shop.example/1',
    'view-source:https://app.shop.example/',
    'myapp:/signed-in',
    'soap.beep:/x',
    'z39.50r:/x',
    'internal.shop.app-1:/x',
    'com:/x',
    // Of a registry, not of a company.
    'uk.co:/x',
    'com.opera:/x',
    'com.google.chrome:/x',
    'com.apple.mobilesafari:/x',
    'org.mozilla.firefox:/x',
    'com.microsoft.edge:/x',
    'com.example.shop:signed-in',
    'com.example.shop://signed-in',
    'com.example.shop://host/signed-in',
    'com.example.shop://user@host/signed-in',
    'com.example.shop:8080/signed-in',
    'com.example.shop:///signed-in',
    'com.example.shop:/signed-in/../other',
    'com.example.shop:/signed-in//other',
    'com.example.shop:/.hidden',
    'com.example.shop:/signed%2Din',
    'com.example.shop:/signed-in?x=1',
    'com.example.shop:/signed-in#x',
    'com.example.shop:/signed-in*',
    'com.example.shop:/signed in',
    'com.example.shop:/signed-in\n',
    'com.example.shop:\\signed-in',
    'COM.EXAMPLE.SHOP:/signed-in',
    'com.Example.shop:/signed-in',
    'com.example..shop:/signed-in',
    'com.example.shop_x:/signed-in',
    'com.-example:/x',
    '*.example.shop:/x',
    ' com.example.shop:/x',
    'http://localhost/signed-in',
    'http://127.0.0.1:8080/signed-in',
    'http://127.0.0.1',
    'http://127.0.0.2/signed-in',
    'http://127.1/signed-in',
    'http://2130706433/signed-in',
    'http://0x7f.0.0.1/signed-in',
    'http://0.0.0.0/signed-in',
    'http://[0:0:0:0:0:0:0:1]/signed-in',
    'http://[::ffff:127.0.0.1]/signed-in',
    'http://127.0.0.1.evil.example/signed-in',
    'http://127.0.0.1@evil.example/signed-in',
    'http://user@127.0.0.1/signed-in',
    'http://127.0.0.1/signed-in?x=1',
    'http://127.0.0.1/../signed-in',
    'http://app.shop.example/signed-in',
    'https://user@app.shop.example/signed-in',
    'https://App.shop.example/signed-in',
    'https://app.shop.example',
    'https://app.shop.example/signed-in?x=1',
    'https://app.shop.example/signed-in#x',
    'https://app.shop.example/a//b',
    'https://app.shop.example/a%2fb',
    'https://*.shop.example/signed-in',
    `com.example.shop:/${'a'.repeat(483)}`,
    '',
  ])('not %j', (uri) => {
    expect(parseAppRedirectUri(uri)).toBeUndefined();
    // Also if it had been registered under other rules.
    expect(appRedirectAllowed({ appRedirectUris: [uri] }, uri, SERVICE)).toBe(false);
  });
});

describe('a registered address', () => {
  test('is matched by itself, and a loopback address on every port', () => {
    for (const uri of REGISTERED.appRedirectUris) expect(allows(uri)).toBe(true);
    expect(allows('http://127.0.0.1:1/signed-in')).toBe(true);
    expect(allows('http://[::1]:65535/signed-in')).toBe(true);
    expect(appRedirectAllowed({}, CUSTOM, SERVICE)).toBe(false);
  });

  // SR-11. The attack: have the code sent to an address that only resembles it (RFC 9700 4.1, RFC 8252 8.4).
  test.each([
    'com.example.shop:/signed-in/',
    'com.example.shop:/signed-in/x',
    'com.example.shop:/Signed-in',
    'com.example.shop2:/signed-in',
    'com.example:/signed-in',
    'com.example.shop:80/signed-in',
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/signed-in/',
    'http://127.0.0.1:51004//signed-in',
    'http://127.0.0.1:51004/x/../signed-in',
    'http://127.0.0.1:51004/signed%2Din',
    'http://127.0.0.1:51004/signed-in?x=1',
    'http://127.0.0.1:51004/signed-in#x',
    'http://127.0.0.1:0/signed-in',
    'http://127.0.0.1:51004',
    'http://127.0.0.1:51004x/signed-in',
    'http://127.0.0.1:x51004/signed-in',
    'http://127.0.0.1:510044/signed-in',
    'http://127.0.0.1:1e4/signed-in',
    'http://127.0.0.1:80/signed-in',
    'http://127.0.0.1:65536/signed-in',
    'http://127.0.0.1:051004/signed-in',
    'http://127.0.0.1:/signed-in',
    'http://127.0.0.1:1:2/signed-in',
    'http://127.0.0.1:51004@evil.example/signed-in',
    'http://localhost:51004/signed-in',
    'HTTP://127.0.0.1:51004/signed-in',
    'https://127.0.0.1:51004/signed-in',
    'https://app.shop.example:8443/signed-in',
    'https://app.shop.example.evil.example/signed-in',
    'http://app.shop.example/signed-in',
  ])('is not matched by %s', (uri) => expect(allows(uri)).toBe(false));

  test('is no address of the service itself', () => {
    expect(allows('http://127.0.0.1:8080/signed-in', 'http://127.0.0.1:8080')).toBe(false);
    expect(allows('http://127.0.0.1:8081/signed-in', 'http://127.0.0.1:8080')).toBe(true);
    expect(allows(CLAIMED, 'https://app.shop.example')).toBe(false);
  });

  test('property: a browser leaves every address that is allowed as it is, and goes to no other scheme', () => {
    const piece = fc.constantFrom(
      'com.example.shop',
      ':',
      '/',
      '//',
      '..',
      '.',
      'signed-in',
      '?',
      '#',
      '@',
      '%2e',
      '\\',
    );
    const start = fc.constantFrom('', 'http://127.0.0.1', 'http://[::1]', 'https://app.shop.example', 'com.example:');
    fc.assert(
      fc.property(start, fc.array(piece, { maxLength: 5 }), (first, rest) => {
        const uri = first + rest.join('');
        if (parseAppRedirectUri(uri) === undefined) return;
        const { href, protocol, username, search, hash } = new URL(`${uri}?code=1`);
        expect([href, username, search, hash]).toEqual([`${uri}?code=1`, '', '?code=1', '']);
        expect(protocol).toMatch(/^(?:https?|com\.example(?:\.shop)?):$/);
      }),
    );
  });
});
