import { REFUSALS } from '@countersign/protocol/codes';
import { expect, test } from 'vitest';
import { de } from './de.ts';
import { en, PERSONAL_CODES } from './en.ts';
import { english, loadTexts, refusalText, textsOf } from './texts.ts';

test('every language has every text, and the same gaps to fill in', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const translated = de[key as keyof typeof de];
    expect(translated.trim()).not.toBe('');
    expect(translated.match(/\{\d\}/g)).toEqual(text.match(/\{\d\}/g));
  }
});

test('every refusal that a person may meet has a text of its own', () => {
  for (const code of PERSONAL_CODES) expect(refusalText(english, code)).not.toBe(en.unexpected);
  // What only programs meet, or the pages handle without a word of the refusal.
  const silent = Object.keys(REFUSALS).filter((code) => !(PERSONAL_CODES as readonly string[]).includes(code));
  expect(silent).toEqual(expect.arrayContaining(['STEP_STALE', 'API_KEY_MISSING', 'ACCOUNT_NEEDED']));
  expect(silent.filter((code) => /PASSWORD_(?!HASH)|LINK_(?!I)|SESSION|OVERLOADED|TOO_MANY|TAKEN$/.test(code))).toEqual(
    ['PASSKEY_TAKEN', 'NAME_TAKEN'],
  );
});

test('a common password is refused with the reason, and an unknown reason with the general one', () => {
  expect(refusalText(english, 'PASSWORD_COMMON', 'pattern')).toBe(en.PASSWORD_PATTERN);
  expect(refusalText(english, 'PASSWORD_COMMON', 'constructor')).toBe(en.PASSWORD_COMMON);
  expect(refusalText(english, 'constructor')).toBe(en.unexpected);
  expect(refusalText(english, 'PASSWORD_TOO_SHORT', 'common')).toBe(en.PASSWORD_TOO_SHORT);
});

test('a missing text is the English one, and values are text', () => {
  const texts = textsOf('de', { copy: 'Kopieren' });
  expect(texts('copy')).toBe('Kopieren');
  expect(texts('email')).toBe('E-mail address');
  expect(texts('waitSeconds', '$& {1}')).toBe('You can try again in $& {1} s.');
});

test('the first language that there is; one that does not load is English', async () => {
  expect((await loadTexts(['fr-CA', 'de-AT', 'en'])).lang).toBe('de');
  expect(await loadTexts(['xx', 'constructor', '', '__proto__'])).toBe(english);
  expect(await loadTexts(['ar'], { ar: () => Promise.reject(new Error('offline')) })).toBe(english);
});
