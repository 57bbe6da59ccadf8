import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idFromBytes, idNumber, parseId } from './ids.ts';

const sevenBytes = fc.uint8Array({ minLength: 7, maxLength: 7 });
const low52Bits = (bytes: Uint8Array) => Number(BigInt(`0x${Buffer.from(bytes).toString('hex')}`) & ((1n << 52n) - 1n));

test('an id is its own canonical form and encodes the low 52 bits of its bytes', () => {
  fc.assert(
    fc.property(sevenBytes, (bytes) => {
      const id = idFromBytes('usr', bytes);
      expect(parseId('usr', id)).toBe(id);
      expect(idNumber(id)).toBe(low52Bits(bytes));
    }),
  );
});

test('ids sort like their numbers', () => {
  fc.assert(
    fc.property(sevenBytes, sevenBytes, (a, b) => {
      const [left, right] = [idFromBytes('tok', a), idFromBytes('tok', b)];
      expect(left < right).toBe(idNumber(left) < idNumber(right));
    }),
  );
});

test('formats the smallest and the largest id', () => {
  expect(idFromBytes('acc', new Uint8Array(7))).toBe('acc_00000000000');
  const largest = idFromBytes('acc', new Uint8Array(7).fill(255));
  expect(largest).toBe('acc_3zzzzzzzzzz');
  expect(idNumber(largest)).toBe(2 ** 52 - 1);
});

test('refuses an id of another kind', () => {
  expect(parseId('usr', 'tok_00000000001')).toBeUndefined();
});

test.each([
  ['upper case', 'USR_00000000001'],
  ['upper case in the number', 'usr_0000000000A'],
  ['too short', 'usr_0000000000'],
  ['too long', 'usr_000000000001'],
  ['more than 52 bits', 'usr_40000000000'],
  ['a letter Crockford leaves out', 'usr_0000000000l'],
  ['blanks around', ' usr_00000000001'],
  ['a newline after', 'usr_00000000001\n'],
  ['full-width digits', 'usr_０0000000001'],
  ['a separator of keys', 'usr_0000000000:'],
  ['braces, which choose the partition', 'usr_{000000001}'],
  ['nothing', ''],
  ['an array', ['usr_00000000001']],
  ['a number', 1],
  ['null', null],
  ['an object that turns into an id', { toString: () => 'usr_00000000001' }],
])('refuses %s', (_name, input) => {
  expect(parseId('usr', input)).toBeUndefined();
});
