import { expect, test } from 'vitest';
import { loadTranslate } from './load-translate.ts';
import { LANGUAGES, matchLanguage, readLanguage, readTranslate } from './read-languages.ts';
import { createTranslate } from './translate.ts';

const english = createTranslate('en', { hello: 'Hello', bye: 'Bye' });

test('falls back to English for a missing message', () => {
  const t = createTranslate('de', { hello: 'Hallo' }, english);
  expect([t('hello'), t('bye'), t.lang]).toEqual(['Hallo', 'Bye', 'de']);
});

test('falls back to English for an unknown language and one that does not load', async () => {
  const files = {
    de: async () => ({ default: { hello: 'Hallo' } }),
    fr: () => Promise.reject(new Error('offline')),
  };
  expect((await loadTranslate(files, english, ['de-AT']))('hello')).toBe('Hallo');
  for (const lang of ['fr', 'xx', 'constructor', '__proto__', '']) {
    const t = await loadTranslate(files, english, [lang]);
    expect([t('hello'), t.lang]).toEqual(['Hello', 'en']);
  }
});

test('picks the first known language', async () => {
  const files = {
    de: async () => ({ default: { hello: 'Hallo' } }),
    ar: async () => ({ default: { direction: 'rtl' } }),
  };
  const spoken = async (...tags: string[]) => (await loadTranslate(files, english, tags)).lang;
  expect(await spoken('fr-CA', 'de-AT', 'en')).toBe('de');
  expect(await spoken('en-GB', 'de')).toBe('en');
  const { lang, dir } = await loadTranslate(files, english, ['AR']);
  expect([lang, dir]).toEqual(['ar', 'rtl']);
});

test('matches the first known language on the server', () => {
  expect(LANGUAGES[0]).toBe('en');
  expect(matchLanguage(['tlh', 'de-AT', 'en'])).toBe('de');
  expect(matchLanguage(['en-GB', 'de'])).toBe('en');
  expect(matchLanguage(['xx', 'constructor', '', '__proto__', '..'])).toBe('en');
});

test('falls back to English for a missing file on the server', () => {
  expect(readTranslate('de', 'mail').lang).toBe('de');
  expect(readTranslate('ar', 'console/base').lang).toBe('en');
  for (const lang of ['xx', '..', '../en', 'constructor']) expect(readTranslate(lang, 'mail').lang).toBe('en');
  expect(() => readLanguage('xx')).toThrow(RangeError);
});
