import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { findInDump } from './find-in-dump.ts';

const SEED = Buffer.from('f00ba7a1f00ba7a2', 'hex');

test.each([0, 1, 3, 1000])('a byte string is found at offset %i, and at the very end', (offset) => {
  const dump = Buffer.concat([randomBytes(offset), SEED]);
  expect(findInDump(dump, [randomBytes(20), SEED])).toEqual([SEED]);
  expect(findInDump(Buffer.concat([dump, randomBytes(100)]), [SEED])).toEqual([SEED]);
});

test('of several with one beginning each is found for itself, and once', () => {
  const [one, other, third] = ['seed-1', 'seed-2', 'seed-33'].map((text) => Buffer.from(text));
  const wanted = [one, other, third].filter((each) => each !== undefined);
  expect(findInDump(Buffer.from('seed-2 seed-1 seed-2 seed-3'), wanted)).toEqual([other, one]);
});

test('a part of a byte string is not found', () => {
  for (const part of [SEED.subarray(1), SEED.subarray(0, -1), Buffer.alloc(0)]) {
    expect(findInDump(part, [SEED])).toEqual([]);
  }
});
