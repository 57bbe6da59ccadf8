import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINK_NAMES, linkOf, linksOf } from './links.ts';

// SR-30: a link that runs a script, or that leads elsewhere than it seems.
const HOSTILE = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://shop.example/1',
  'file:///etc/passwd',
  'http://shop.example/privacy',
  'https://shop.example@evil.example/',
  'https://user:secret@shop.example/',
  'https://shop.example/\nx',
  '//shop.example/x',
  '/privacy',
  'privacy',
  '',
  'https://',
  `https://shop.example/${'x'.repeat(500)}`,
  '<script>alert(1)</script>',
];

test.each(HOSTILE)('%j is no link', (href) => {
  for (const name of LINK_NAMES) expect(linkOf(name, href)).toBeUndefined();
});

test.each([
  'mailto:help@shop.example?bcc=evil@evil.example',
  'mailto:help@shop.example,other@shop.example',
  'mailto:help%0d%0abcc:x@shop.example',
  'mailto:',
  'tel:+49;phone-context=evil',
  'tel:',
  'sms:+4915112345678',
])('%j is no contact', (href) => {
  expect(linkOf('support', href)).toBeUndefined();
});

test('takes https addresses in the form of browsers, and an address or a number as the contact', () => {
  expect(linkOf('privacy', 'HTTPS://Shop.Example/Privacy?a=b#c')).toBe('https://shop.example/Privacy?a=b#c');
  expect(linkOf('help', 'https://bücher.example')).toBe('https://xn--bcher-kva.example/');
  expect(linkOf('support', 'mailto:help+sign-in@shop.example')).toBe('mailto:help+sign-in@shop.example');
  expect(linkOf('support', 'tel:+49-30-1234567')).toBe('tel:+49-30-1234567');
  expect(linkOf('terms', 'mailto:help@shop.example')).toBeUndefined();
});

test('keeps only known links, with an address that a browser leaves as it is and that is never a script', () => {
  const value = fc.oneof(
    fc.string(),
    fc.webUrl({ validSchemes: ['https', 'http'] }),
    fc.constantFrom(...HOSTILE),
    fc.anything(),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...LINK_NAMES), fc.string()), value), (given) => {
      const links = linksOf(given);
      for (const [name, href] of Object.entries(links)) {
        expect(LINK_NAMES).toContain(name);
        expect(href).toMatch(/^(?:https:\/\/[^\s@"<>]+|mailto:[^\s?"<>&]+|tel:[^\s"<>&]+)/);
        if (href.startsWith('https:')) expect(new URL(href).href).toBe(href);
      }
      expect(linksOf(links)).toEqual(links);
    }),
  );
  for (const odd of [null, undefined, 7, 'text', []]) expect(linksOf(odd)).toEqual({});
});
