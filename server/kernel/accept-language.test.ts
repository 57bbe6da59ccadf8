import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptedLanguages } from './accept-language.ts';

test.each([
  ['de, en;q=0.8', ['de', 'en']],
  ['en;q=0.8, de', ['de', 'en']],
  ['en;q=0.1,fr;q=0.9,de;q=0.5', ['fr', 'de', 'en']],
  ['fr;q=0.5, de;q=0.5', ['fr', 'de']],
  ['de-AT , de; q=0.9,\ten ;q=0.8', ['de-AT', 'de', 'en']],
  ['de;q=0, en;q=0.000, fr;q=0.001', ['fr']],
  ['de;q=1.5, fr;q=-1, it;q=x, es;level=1, pl', ['pl']],
  ['*;q=0.1, uk', ['uk', '*']],
  ['', []],
  [undefined, []],
])('%j', (header, tags) => {
  expect(acceptedLanguages(header)).toEqual(tags);
});

test('a header that is too long is cut between two ranges', () => {
  expect(acceptedLanguages(`${'en,'.repeat(66)}de-AT`)).toEqual(Array.from({ length: 66 }, () => 'en'));
});

test('gives tags alone, whatever the header', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      for (const tag of acceptedLanguages(header)) expect(tag).toMatch(/^(?:[A-Za-z0-9-]+|\*)$/);
    }),
  );
});
