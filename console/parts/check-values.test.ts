import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkValues, fieldOf } from './check-values.ts';
import type { FieldSpec } from './field.tsx';

const spec = (name: string, kind: FieldSpec['kind']): FieldSpec => ({ name, kind, label: name });
const FORM = [
  spec('newPassword', 'new-password'),
  spec('again', 'repeat'),
  spec('password', 'password'),
  spec('otp', 'otp'),
];
const check = (typed: Record<string, string>) => checkValues(FORM, (name) => typed[name] ?? '');

describe('what was typed', () => {
  test('is sent as it is where it is a password, and the repetition never', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (chosen, present) => {
        const { values, mistakes } = check({ newPassword: chosen, again: chosen, password: present, otp: '123456' });
        expect(mistakes).toEqual({});
        expect(values).toEqual({ newPassword: chosen, password: present, otp: '123456' });
      }),
    );
  });

  test('may be grouped where it is a code of digits, and nothing else is one', () => {
    const typed = { newPassword: 'a', again: 'a', password: 'b' };
    for (const otp of ['123 456', '123-456', ' 123456 ', '12 34 56 78']) {
      expect(check({ ...typed, otp }).values.otp).toMatch(/^\d{6,8}$/);
    }
    for (const otp of ['12345', '１２３４５６', '12345a', '12345678901']) {
      expect(check({ ...typed, otp }).mistakes).toEqual({ otp: 'OTP_MALFORMED' });
    }
  });

  test('is missed where it is not there, and has to be the same twice', () => {
    expect(check({ newPassword: 'a', again: 'A', password: '', otp: ' ' }).mistakes).toEqual({
      again: 'differs',
      password: 'missing',
      otp: 'missing',
    });
  });
});

test.each([
  ['PASSWORD_COMMON', 'newPassword'],
  ['INVALID_CREDENTIALS', 'password'],
  ['OTP_REPLAYED', 'otp'],
  ['TOKEN_LOCKED', 'otp'],
  ['TOO_MANY_ATTEMPTS', undefined],
  ['UNAVAILABLE', undefined],
  ['interrupted', undefined],
])('%s is said at %s', (code, name) => {
  expect(fieldOf(FORM, { code, fields: [] })).toBe(name);
});

test('a value that the service does not take is said at its field, if the form has that', () => {
  expect(fieldOf(FORM, { code: 'INPUT_INVALID', fields: ['secret', 'otp'] })).toBe('otp');
  expect(fieldOf(FORM, { code: 'INPUT_INVALID', fields: ['secret'] })).toBeUndefined();
});
