import { expect, test } from 'vitest';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { isSelfText, loadSelfTexts } from './texts.ts';

test.each([
  ['de', de],
  ['ar', ar],
])('%s has every text, and the same gaps to fill in', (_language, dictionary) => {
  expect(Object.keys(dictionary).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const translated = dictionary[key as keyof typeof dictionary];
    expect(translated.trim()).not.toBe('');
    expect(translated.match(/\{\d\}/g)?.sort()).toEqual(text.match(/\{\d\}/g)?.sort());
  }
});

test('a language that is not there or does not load is English', async () => {
  expect((await loadSelfTexts('xx'))('leave')).toBe('Sign out');
  expect((await loadSelfTexts('__proto__'))('leave')).toBe('Sign out');
  const offline = { de: () => Promise.reject(new Error('offline')) };
  expect((await loadSelfTexts('de', offline))('ofToken', 'Remove', 'a $& b')).toBe('Remove: a $& b');
});

test('what is no text of the page is none', () => {
  expect(isSelfText('TOKEN_KEPT')).toBe(true);
  expect(isSelfText('constructor')).toBe(false);
});
