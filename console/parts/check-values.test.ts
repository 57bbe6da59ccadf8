import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkValues, fieldsOf } from './check-values.ts';
import type { FieldSpec } from './field.tsx';

const spec = (name: string, kind: FieldSpec['kind']): FieldSpec => ({ name, kind, label: name });
const FORM = [
  spec('newPassword', 'new-password'),
  spec('again', 'repeat'),
  spec('password', 'password'),
  spec('otp', 'otp'),
];
const check = (typed: Record<string, string>) => checkValues(FORM, (name) => typed[name] ?? '');

describe('typed values', () => {
  test('sends a password unchanged, and never its repetition', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (chosen, present) => {
        const { values, mistakes } = check({ newPassword: chosen, again: chosen, password: present, otp: '123456' });
        expect(mistakes).toEqual({});
        expect(values).toEqual({ newPassword: chosen, password: present, otp: '123456' });
      }),
    );
  });

  test('accepts a code of digits in groups, and no other text', () => {
    const typed = { newPassword: 'a', again: 'a', password: 'b' };
    for (const otp of ['123 456', '123-456', ' 123456 ', '12 34 56 78']) {
      expect(check({ ...typed, otp }).values.otp).toMatch(/^\d{6,8}$/);
    }
    for (const otp of ['12345', '１２３４５６', '12345a', '12345678901']) {
      expect(check({ ...typed, otp }).mistakes).toEqual({ otp: 'OTP_MALFORMED' });
    }
  });

  test('requires a value, and the same one twice', () => {
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
])('shows %s at %s', (code, name) => {
  expect(fieldsOf(FORM, { code, fields: [] })).toEqual(name === undefined ? [] : [name]);
});

test('shows every value that the service refuses at its field, in the order of the form', () => {
  const refused = (...fields: string[]) => fieldsOf(FORM, { code: 'INPUT_INVALID', fields });
  expect(refused('secret', 'otp', 'newPassword', 'otp')).toEqual(['newPassword', 'otp']);
  expect(refused('secret')).toEqual([]);
});
