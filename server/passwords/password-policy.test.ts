import { expect, test, vi } from 'vitest';
import { normalisePassword, validatePassword } from './password-policy.ts';

const none = { breachedPasswords: undefined };
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
  expect(await validatePassword(none, password, alone)).toEqual(expected);
});

// SR-37
test('8 characters are enough where a second factor is enforced', async () => {
  expect(await validatePassword(none, mixed(7), withCode)).toEqual({ code: 'PASSWORD_TOO_SHORT', minLength: 8 });
  expect(await validatePassword(none, mixed(8), withCode)).toBeUndefined();
  expect(await validatePassword(none, 'password1', withCode)).toEqual({ code: 'PASSWORD_COMMON', flaw: 'listed' });
});

// NIST SP 800-63B-4 section 3.1.1.2
test('a password that was stolen elsewhere is refused, in the spelling that is stored', async () => {
  const isListed = vi.fn(async (password: string) => password === 'caf\u00e9 vkzqmw7xh2jb9');
  const ports = { breachedPasswords: { isListed } };
  expect(await validatePassword(ports, 'cafe\u0301 vkzqmw7xh2jb9', alone)).toEqual({ code: 'PASSWORD_BREACHED' });
  expect(await validatePassword(ports, mixed(15), alone)).toBeUndefined();
});

test('a password that is refused anyway is not looked up', async () => {
  const ports = { breachedPasswords: { isListed: vi.fn() } };
  for (const password of ['short', mixed(257), 'passwordpassword']) await validatePassword(ports, password, alone);
  expect(ports.breachedPasswords.isListed).not.toHaveBeenCalled();
});

// SR-3
test('an outage of the list is no permission', async () => {
  const ports = { breachedPasswords: { isListed: () => Promise.reject(new Error('no answer in time')) } };
  await expect(validatePassword(ports, mixed(15), alone)).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
});

test('the same characters are the same password, however they were typed', () => {
  expect(normalisePassword('cafe\u0301')).toBe(normalisePassword('café'));
});

test('differences beyond NFC stay: case, blanks, compatibility forms', () => {
  const passwords = ['Password', 'password', ' password', 'password ', 'ｐassword', 'passwor\u0501'];
  expect(new Set(passwords.map(normalisePassword)).size).toBe(passwords.length);
});
