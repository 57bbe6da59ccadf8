import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameCsp, frameDocument, refusalCsp, refusalDocument } from './frame-document.ts';

const nonce = 'AAAAAAAAAAAAAAAAAAAAAA';
const tags = (html: string) => html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

// SR-30
test('adds no markup for any title, language or address', () => {
  const plain = tags(frameDocument({ nonce, script: '/s.js', css: 'p{}', lang: 'en', title: 'Shop' }));
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('"><script>alert(1)</script>', '</title><img onerror=x>', "' a='b"),
  );
  fc.assert(
    fc.property(text, text, (title, lang) => {
      expect(tags(frameDocument({ nonce, script: '/s.js', css: 'p{}', lang, title }))).toEqual(plain);
    }),
  );
  const refusal = tags(refusalDocument({ nonce, origin: 'https://shop.example', resource: 'res_1' }));
  fc.assert(
    fc.property(text, text, (origin, resource) => {
      expect(tags(refusalDocument({ nonce, origin, resource }))).toEqual(refusal);
    }),
  );
});

// SR-13
test('allows exactly the given ancestors; a malformed one allows none', () => {
  const ancestors = (...frameAncestors: string[]) =>
    frameCsp({ nonce, frameAncestors })
      .split('; ')
      .find((directive) => directive.startsWith('frame-ancestors'));
  expect(ancestors('https://shop.example')).toBe('frame-ancestors https://shop.example');
  expect(ancestors('http://127.0.0.1:8080', 'https://*.shop.example', 'http://[::1]:3000')).toBe(
    'frame-ancestors http://127.0.0.1:8080 https://*.shop.example http://[::1]:3000',
  );
  for (const bad of [
    '*',
    'https:',
    'null',
    'https://a;script-src *',
    "https://a 'self'",
    'https://a/path',
    'data:',
    '',
  ]) {
    expect(ancestors(bad)).toBe("frame-ancestors 'none'");
  }
  expect(ancestors()).toBe("frame-ancestors 'none'");
});

test('allows no inline code, no form and no other host, and requires Trusted Types', () => {
  const csp = frameCsp({ nonce, frameAncestors: [] });
  expect(csp).not.toMatch(/unsafe|\*|https:/);
  for (const directive of [
    "default-src 'none'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ]) {
    expect(csp.split('; ')).toContain(directive);
  }
  expect(refusalCsp(nonce)).not.toContain('script-src');
  for (const bad of ['', 'short', `${nonce}'; script-src *`]) {
    expect(() => frameCsp({ nonce: bad, frameAncestors: [] })).toThrow(TypeError);
    expect(() => refusalCsp(bad)).toThrow(TypeError);
  }
});

test('names the modules that only some resources need', () => {
  const extrasWith = (facts: object) =>
    /data-extras="([^"]*)"/.exec(
      frameDocument({ nonce, script: '/s.js', css: '', lang: 'en', title: 'Shop', ...facts }),
    )?.[1];
  expect(extrasWith({ trustsBrowsers: true, upgradesToPasskeys: true })).toBe('trust upgrade');
  expect(extrasWith({ upgradesToPasskeys: true })).toBe('upgrade');
  expect(extrasWith({ trustsBrowsers: true, upgradesToPasskeys: false })).toBe('trust');
  expect(extrasWith({ trustsBrowsers: false })).toBeUndefined();
});
