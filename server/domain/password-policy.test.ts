import { expect, test } from 'vitest';
import { judgePassword, normalisePassword, PASSWORD_MIN_LENGTH } from './password-policy.ts';

// SR-37
test.each([
  ['7 characters', 'x'.repeat(7), 'PASSWORD_TOO_SHORT'],
  ['8 characters', 'x'.repeat(8), undefined],
  ['256 characters', 'x'.repeat(256), undefined],
  ['257 characters', 'x'.repeat(257), 'PASSWORD_TOO_LONG'],
  ['nothing', '', 'PASSWORD_TOO_SHORT'],
  ['8 emoji, 16 UTF-16 units', '😀'.repeat(8), undefined],
  ['7 emoji, 14 UTF-16 units', '😀'.repeat(7), 'PASSWORD_TOO_SHORT'],
  ['256 emoji', '😀'.repeat(256), undefined],
  ['4 letters with combining marks, which compose', 'e\u0301'.repeat(4), 'PASSWORD_TOO_SHORT'],
  ['8 letters with combining marks, which compose', 'e\u0301'.repeat(8), undefined],
  ['8 blanks: no composition rules', ' '.repeat(8), undefined],
])('%s', (_name, password, expected) => {
  expect(judgePassword(password)).toBe(expected);
});

test('where no second factor is asked for, 15 are needed', () => {
  expect(PASSWORD_MIN_LENGTH).toBe(8);
  expect(judgePassword('x'.repeat(14), { minLength: 15 })).toBe('PASSWORD_TOO_SHORT');
  expect(judgePassword('x'.repeat(15), { minLength: 15 })).toBeUndefined();
});

test('the same characters are the same password however they were typed', () => {
  expect(normalisePassword('cafe\u0301')).toBe(normalisePassword('café'));
});

test('what NFC does not join stays apart: case, blanks, compatibility forms', () => {
  const passwords = ['Password', 'password', ' password', 'password ', 'ｐassword', 'passwor\u0501'];
  expect(new Set(passwords.map(normalisePassword)).size).toBe(passwords.length);
});
