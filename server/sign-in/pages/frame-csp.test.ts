import { expect, test } from 'vitest';
import { frameCsp, refusalCsp } from './frame-csp.ts';

const nonce = 'AAAAAAAAAAAAAAAAAAAAAA';

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
