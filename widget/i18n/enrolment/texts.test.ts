import { expect, test } from 'vitest';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { loadEnrolmentTexts } from './texts.ts';

test.each([
  ['de', de],
  ['ar', ar],
])('%s has every text, and the same gaps to fill in', (_language, dictionary) => {
  expect(Object.keys(dictionary).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const translated = dictionary[key as keyof typeof dictionary];
    expect(translated.trim()).not.toBe('');
    expect(translated.match(/\{\d\}/g)).toEqual(text.match(/\{\d\}/g));
  }
});

test('a language that is not there or does not load is English', async () => {
  expect((await loadEnrolmentTexts('xx'))('later')).toBe('Later');
  expect((await loadEnrolmentTexts('__proto__'))('later')).toBe('Later');
  const offline = { de: () => Promise.reject(new Error('offline')) };
  expect((await loadEnrolmentTexts('de', offline))('fileTitle', 'a $& b')).toBe('Recovery codes for a $& b');
});
