import fc from 'fast-check';
import { expect, test } from 'vitest';
import { languageOf } from './language-of.ts';

test.each([
  ['de', ['de', 'de-AT', 'DE-at', 'de-Latn-DE-1996']],
  ['pt', ['pt', 'pt-BR', 'pt-PT']],
  ['zh', ['zh', 'zh-CN', 'zh-Hans', 'zh-Hans-CN', 'zh-SG', 'zh-Hans-TW']],
  ['hi', ['hi', 'hi-IN', 'hi-u-nu-deva']],
])('%s is the language of its regional tags', (lang, tags) => {
  expect(tags.map(languageOf)).toEqual(tags.map(() => lang));
});

test('a tag in another script is not its language', () => {
  for (const tag of ['zh-TW', 'zh-HK', 'zh-Hant', 'zh-Hant-CN', 'hi-Latn', 'uk-Latn']) expect(languageOf(tag)).toBe('');
});

test('an invalid tag has no language', () => {
  for (const tag of ['', '*', '..', '../en', 'constructor', '__proto__', 'de_AT', 'de;q=0.8'])
    expect(languageOf(tag)).toBe('');
  fc.assert(fc.property(fc.string(), (tag) => /^[a-z]{0,8}$/.test(languageOf(tag))));
});
