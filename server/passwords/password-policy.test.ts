import { expect, test } from 'vitest';
import { normalisePassword, validatePassword } from './password-policy.ts';

const alone = { secondFactor: false, personal: [] };
const withCode = { secondFactor: true, personal: [] };
/** A text of this many code points without a pattern. */
const mixed = (length: number) => [...'vkzqmw7xh2jb9rn4tc'.repeat(15)].slice(0, length).join('');

// SR-37
test.each([
  ['14 characters', mixed(14), { code: 'PASSWORD_TOO_SHORT', minLength: 15 }],
  ['15 characters', mixed(15), undefined],
  ['256 characters', mixed(200) + mixed(56), undefined],
  ['257 characters', mixed(257), { code: 'PASSWORD_TOO_LONG', maxLength: 256 }],
  ['nothing', '', { code: 'PASSWORD_TOO_SHORT', minLength: 15 }],
  ['14 emoji and a letter, 29 UTF-16 units', `a${'😀🦊🐙🌵🍋🎈🧭'.repeat(2)}`, undefined],
  ['14 emoji, 28 UTF-16 units', '😀🦊🐙🌵🍋🎈🧭'.repeat(2), { code: 'PASSWORD_TOO_SHORT', minLength: 15 }],
  ['14 letters, one with a combining mark', `${mixed(13)}e\u0301`, { code: 'PASSWORD_TOO_SHORT', minLength: 15 }],
  ['blanks and lower case alone: no composition rules', 'a word and another word', undefined],
])('a password as the only factor: %s', async (_name, password, expected) => {
  expect(await validatePassword(password, alone)).toEqual(expected);
});

// SR-37
test('8 characters are enough where a second factor is enforced', async () => {
  expect(await validatePassword(mixed(7), withCode)).toEqual({ code: 'PASSWORD_TOO_SHORT', minLength: 8 });
  expect(await validatePassword(mixed(8), withCode)).toBeUndefined();
  expect(await validatePassword('password1', withCode)).toEqual({ code: 'PASSWORD_COMMON', flaw: 'listed' });
});

test('the same characters are the same password, however they were typed', () => {
  expect(normalisePassword('cafe\u0301')).toBe(normalisePassword('café'));
});

test('differences beyond NFC stay: case, blanks, compatibility forms', () => {
  const passwords = ['Password', 'password', ' password', 'password ', 'ｐassword', 'passwor\u0501'];
  expect(new Set(passwords.map(normalisePassword)).size).toBe(passwords.length);
});
