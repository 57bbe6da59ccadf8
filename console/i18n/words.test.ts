import { expect, test } from 'vitest';
import { createWords } from './words.ts';

const files = import.meta.glob<Record<string, Record<string, string>>>('../*/words/*.ts', { eager: true });
/** `words/en.ts` and `words/de.ts`, or with the name of a part before the language: `words/refusals-en.ts`. */
const rooms = [...new Set(Object.keys(files).map((path) => path.replace(/(?:en|de)\.ts$/, '')))];

test.each(rooms)('%s has every word in every language, with the same gaps to fill in', (room) => {
  const en = files[`${room}en.ts`]?.en ?? {};
  const de = files[`${room}de.ts`]?.de ?? {};
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    expect(de[key]?.trim(), key).not.toBe('');
    expect(de[key]?.match(/\{\d\}/g)?.sort(), key).toEqual(text.match(/\{\d\}/g)?.sort());
  }
});

test('a word that is missing, and a language that does not load, are English; values are text', async () => {
  const words = createWords(
    { hello: 'Hello {0}', bye: 'Bye' },
    { de: async () => ({ hello: 'Hallo {0}' }), fr: () => Promise.reject(new Error('offline')) },
  );
  await words.load('de');
  expect([words('hello', '$& {0}'), words('bye')]).toEqual(['Hallo $& {0}', 'Bye']);
  for (const lang of ['fr', 'xx', 'constructor', '__proto__']) {
    await words.load(lang);
    expect(words('hello', 'x')).toBe('Hello x');
  }
});
