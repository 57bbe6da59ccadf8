import { REFUSALS } from '@countersign/protocol/codes';
import { expect, test } from 'vitest';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en, PERSONAL_CODES } from './en.ts';
import { enPasskeys } from './en-passkeys.ts';
import { enSigning } from './en-signing.ts';
import { en as enrolmentEnglish } from './enrolment/en.ts';
import { english, loadTexts, textsOf } from './texts.ts';

test.each([
  ['German', de],
  ['Arabic', ar],
])('%s has every text, and the same gaps to fill in', (_, language) => {
  const english = { ...en, ...enPasskeys, ...enSigning };
  expect(Object.keys(language).sort()).toEqual(Object.keys(english).sort());
  for (const [key, text] of Object.entries(english)) {
    const translated = language[key as keyof typeof language];
    expect(translated.trim()).not.toBe('');
    expect(translated.match(/\{\d\}/g)).toEqual(text.match(/\{\d\}/g));
  }
});

test('every refusal that a person may meet has a text of its own', () => {
  const english = { ...en, ...enSigning };
  for (const code of PERSONAL_CODES) expect(english[code]).not.toBe(en.unexpected);
  // What only programs meet (OTP_REQUIRED: the widget asks for the code), or the widget handles without a word.
  // What is met at the steps of an enrolment comes with them.
  const silent = Object.keys(REFUSALS).filter(
    (code) => !(PERSONAL_CODES as readonly string[]).includes(code) && !Object.hasOwn(enrolmentEnglish, code),
  );
  expect(silent).toEqual(expect.arrayContaining(['STEP_STALE', 'API_KEY_MISSING', 'RESULT_USED']));
  expect(
    silent.filter((code) =>
      /INVALID_CREDENTIALS|^OTP_(?!REQUIRED)|(?<!B)LOCKED|DENIED|ATTEMPTS|PLAN_INACTIVE|OVERLOADED/.test(code),
    ),
  ).toEqual([]);
});

test('a missing text is the English one, the rest stays', () => {
  const texts = textsOf('de', { continue: 'Weiter' });
  expect(texts('continue')).toBe('Weiter');
  expect(texts('password')).toBe('Password');
  expect(texts('waitSeconds', '$& 5')).toBe('You can try again in $& 5 s.');
});

test('the first language that there is, by its primary tag', async () => {
  expect((await loadTexts(['fr-CA', 'de-AT', 'en'])).lang).toBe('de');
  expect(await loadTexts(['en-GB', 'de'])).toBe(english);
  expect(await loadTexts(['xx', 'constructor', '', '__proto__'])).toBe(english);
});

test('a language that does not load falls back to English; directions follow the language', async () => {
  expect(await loadTexts(['ar'], { ar: () => Promise.reject(new Error('offline')) })).toBe(english);
  expect((await loadTexts(['ar-EG'], { ar: async () => ({}) })).dir).toBe('rtl');
  expect(english.dir).toBe('ltr');
});

test('words put into a sentence from right to left stand apart from it', () => {
  const texts = textsOf('ar', { sentTo: 'إلى {0}.', waitSeconds: 'بعد {0}' });
  expect(texts('sentTo', '•••42')).toBe('إلى \u2068•••42\u2069.');
  expect(texts('waitSeconds', 5)).toBe('بعد 5');
});
