import { REFUSALS } from '@countersign/protocol/codes';
import base from '@countersign/ui/i18n/locales/en/console/base.json';
import { expect, test } from 'vitest';
import { LANGUAGE_NAMES } from './languages.ts';
import { PERSONAL_CODES } from './personal-codes.ts';
import { CONSOLE_LANGUAGES, english, loadTexts, refusalText } from './texts.ts';

test('every refusal that an administrator may see has a text', () => {
  for (const code of PERSONAL_CODES) expect(refusalText(english, code)).not.toBe(base.unexpected);
  // Refusals that only API clients get, or that the pages handle without showing the code.
  const silent = Object.keys(REFUSALS).filter((code) => !(PERSONAL_CODES as readonly string[]).includes(code));
  expect(silent).toEqual(expect.arrayContaining(['STEP_STALE', 'API_KEY_MISSING', 'ACCOUNT_NEEDED']));
  expect(silent.filter((code) => /PASSWORD_(?!HASH)|LINK_(?!I)|SESSION|OVERLOADED|TOO_MANY|TAKEN$/.test(code))).toEqual(
    ['PASSWORD_CHANGE_REQUIRED', 'NAME_TAKEN', 'RESOURCE_NAME_TAKEN', 'LINK_BY_MAIL_ONLY', 'LINK_BEYOND_HELP_DESK'],
  );
});

test('explains why a common password is refused, with a general text for an unknown reason', () => {
  expect(refusalText(english, 'PASSWORD_COMMON', 'pattern')).toBe(base.PASSWORD_PATTERN);
  expect(refusalText(english, 'PASSWORD_COMMON', 'constructor')).toBe(base.PASSWORD_COMMON);
  expect(refusalText(english, 'constructor')).toBe(base.unexpected);
  expect(refusalText(english, 'PASSWORD_TOO_SHORT', 'common')).toBe(base.PASSWORD_TOO_SHORT);
});

test('falls back to English for a missing text, and inserts values as plain text', async () => {
  const texts = await loadTexts(['de'], { de: async () => ({ default: { copy: 'Kopieren' } }) });
  expect(texts('copy')).toBe('Kopieren');
  expect(texts('email')).toBe(base.email);
  expect(texts('emailHandOver', { code: '$& {email}' })).toContain('$& {email}');
});

test('picks the first known language, and falls back to English if it does not load', async () => {
  expect((await loadTexts(['tlh', 'de-AT', 'en'])).lang).toBe('de');
  expect(await loadTexts(['xx', 'constructor', '', '__proto__'])).toBe(english);
  expect(await loadTexts(['ar'], { ar: () => Promise.reject(new Error('offline')) })).toBe(english);
});

test('names every language, English first, and knows which of them the console has', () => {
  expect(Object.keys(LANGUAGE_NAMES)[0]).toBe('en');
  expect(LANGUAGE_NAMES).toMatchObject({ ar: 'العربية', de: 'Deutsch' });
  expect(CONSOLE_LANGUAGES).toEqual(expect.arrayContaining(['en', 'de']));
  expect(CONSOLE_LANGUAGES).not.toContain('ar');
});
