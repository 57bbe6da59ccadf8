import { METADATA_LIMITS } from '@countersign/protocol/user-columns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExternalId } from './external-id.ts';
import { isMetadata } from './metadata.ts';

describe('an external id', () => {
  test('is stored in one form, however its letters were composed', () => {
    expect(parseExternalId('Zoe\u0308-7')).toBe('Zo\u00eb-7');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 }), (text) => {
        const id = parseExternalId(text);
        if (id === undefined) return;
        expect(parseExternalId(id)).toBe(id);
        expect(parseExternalId(text.normalize('NFD'))).toBe(id);
        expect([...id].length).toBeLessThanOrEqual(128);
      }),
    );
  });

  test('tells upper from lower case, as databases of sites do', () => {
    expect(parseExternalId('A1')).not.toBe(parseExternalId('a1'));
  });

  // The attack: two ids that look the same, or one that breaks out of a line of a log.
  test.each(['', ' a', 'a b', 'a\u0000', 'a\nb', 'a\u200bb', 'a\u202eb', 'a\ufe0f', '\ud800', 'a'.repeat(129)])(
    'is refused as %j',
    (text) => {
      expect(parseExternalId(text)).toBeUndefined();
    },
  );
});

const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/).filter((name) => !(name in {}) && name !== 'prototype');
const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(key, scalar, { maxKeys: 3 }));

describe('metadata', () => {
  test('is what JSON can hold within its bounds, and comes back from JSON as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 20 }), (metadata) => {
        const text = JSON.stringify(metadata);
        const fits =
          Object.keys(metadata).length <= METADATA_LIMITS.keys && Buffer.byteLength(text) <= METADATA_LIMITS.bytes;
        expect(isMetadata(metadata)).toBe(fits);
        expect(isMetadata(JSON.parse(text))).toBe(fits);
      }),
    );
  });

  // SR-57. The attacks: a name that changes what an object inherits, or a value that some reader of the result refuses.
  test.each([
    ['no object', '"gold"'],
    ['a list', '["gold"]'],
    ['null as a value', '{"plan":null}'],
    ['a third level', '{"a":{"b":{"c":1}}}'],
    ['a list in a list', '{"a":[[1]]}'],
    ['the prototype', '{"__proto__":{"plan":"gold"}}'],
    ['the prototype, one level down', '{"a":{"__proto__":"gold"}}'],
    ['a constructor', '{"constructor":"gold"}'],
    ['an inherited method', '{"toString":"gold"}'],
    ['an empty name', '{"":1}'],
    ['a name that begins with a digit, which JavaScript would reorder', '{"1":1}'],
    ['a name with a dot', '{"a.b":1}'],
    ['half a surrogate pair', '{"a":"\\ud800"}'],
    ['a number beyond the range', '{"a":1e400}'],
    ['17 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 1])))],
    ['2049 bytes', JSON.stringify({ a: `${'é'.repeat(1020)}x` })],
  ])('refuses %s', (_, text) => {
    expect(isMetadata(JSON.parse(text))).toBe(false);
  });

  test('may have exactly 2048 bytes', () => {
    expect(isMetadata({ a: 'é'.repeat(1020) })).toBe(true);
  });
});
