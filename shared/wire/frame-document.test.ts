import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameDocument, refusalDocument } from './frame-document.ts';

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
