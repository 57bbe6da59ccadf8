import { REFUSALS } from '@countersign/protocol/codes';
import { compileMessage } from '@countersign/ui/i18n/compile-message';
import enrolment from '@countersign/ui/i18n/locales/en/widget/enrolment.json';
import signIn from '@countersign/ui/i18n/locales/en/widget/sign-in.json';
import signing from '@countersign/ui/i18n/locales/en/widget/signing.json';
import { createTranslate } from '@countersign/ui/i18n/translate';
import { expect, test } from 'vitest';
import { loadEnrolmentTexts } from './enrolment.ts';
import { PERSONAL_CODES } from './personal-codes.ts';
import { isSelfText, loadSelfTexts } from './self-service.ts';
import { addEnglish, english, isText, loadTexts, type TextKey } from './texts.ts';

test('every refusal that a user may see has a text', () => {
  const texts: Readonly<Record<string, unknown>> = { ...signIn, ...signing };
  for (const code of PERSONAL_CODES) {
    expect(texts[code]).toBeTypeOf('string');
    expect(texts[code]).not.toBe(signIn.unexpected);
  }
  // Refusals that only API clients get (OTP_REQUIRED: the widget asks for the code), or that the widget does not show.
  // The enrolment brings the texts of its own refusals.
  const silent = Object.keys(REFUSALS).filter(
    (code) => !(PERSONAL_CODES as readonly string[]).includes(code) && !Object.hasOwn(enrolment, code),
  );
  expect(silent).toEqual(expect.arrayContaining(['STEP_STALE', 'API_KEY_MISSING', 'RESULT_USED']));
  expect(
    silent.filter((code) =>
      /INVALID_CREDENTIALS|^OTP_(?!REQUIRED)|(?<!B)LOCKED|DENIED|ATTEMPTS|PLAN_INACTIVE|OVERLOADED/.test(code),
    ),
  ).toEqual([]);
});

test('falls back to English for a missing text only', () => {
  const texts = createTranslate<TextKey>('de', { continue: 'Weiter' }, english);
  expect(texts('continue')).toBe('Weiter');
  expect(texts('password')).toBe('Password');
  expect(texts('sentTo', { destination: '$& 5' })).toBe('We sent a code to $& 5.');
});

test('picks the first known language', async () => {
  expect((await loadTexts(['tlh', 'de-AT', 'en'])).lang).toBe('de');
  expect((await loadTexts(['zh-TW', 'pt-BR', 'en'])).lang).toBe('pt');
  expect(await loadTexts(['en-GB', 'de'])).toBe(english);
  expect(await loadTexts(['xx', 'constructor', '', '__proto__'])).toBe(english);
});

test('falls back to English if a language does not load, and sets the direction', async () => {
  const offline = () => Promise.reject(new Error('offline'));
  expect(await loadTexts(['ar'], { ar: offline })).toBe(english);
  expect((await loadTexts(['ar-EG'])).dir).toBe('rtl');
  expect((await loadTexts(['de'])).dir).toBe('ltr');
  expect(english.dir).toBe('ltr');
});

test('isolates a value inserted into a right-to-left sentence', async () => {
  const texts = createTranslate<TextKey>('ar', { sentTo: compileMessage('إلى {destination}.', 'rtl') }, english);
  expect(texts('sentTo', { destination: '•••42' })).toBe('إلى \u2068•••42\u2069.');
  const arabic = await loadTexts(['ar']);
  expect(arabic('sentTo', { destination: '•••42' })).toContain('\u2068•••42\u2069');
  expect([1, 2, 5, 11].map((seconds) => arabic('waitSeconds', { seconds }))).toEqual([
    'يمكنك المحاولة مرة أخرى بعد ثانية واحدة.',
    'يمكنك المحاولة مرة أخرى بعد ثانيتين.',
    'يمكنك المحاولة مرة أخرى بعد 5 ثوانٍ.',
    'يمكنك المحاولة مرة أخرى بعد 11 ثانية.',
  ]);
});

test('a part loaded later adds its English texts, and is already there in another language', async () => {
  expect(isText('signTitle')).toBe(false);
  addEnglish(signing);
  expect(isText('signTitle')).toBe(true);
  expect(english('signTitle')).toBe(signing.signTitle);
  expect((await loadTexts(['de']))('signTitle')).toBe('Prüfen und bestätigen');
  expect((await loadTexts(['de']))('passkeyTitle')).toBe('Passkey verwenden');
});

const offline = () => Promise.reject(new Error('offline'));

test('the enrolment is English in an unknown language and in one that does not load', async () => {
  expect((await loadEnrolmentTexts('xx'))('later')).toBe('Later');
  expect((await loadEnrolmentTexts('__proto__'))('later')).toBe('Later');
  const texts = await loadEnrolmentTexts('de', { de: offline });
  expect(texts('fileTitle', { site: 'a $& b' })).toBe('Recovery codes for a $& b');
});

test('self-service is English in an unknown language and in one that does not load', async () => {
  expect((await loadSelfTexts('xx'))('leave')).toBe('Sign out');
  expect((await loadSelfTexts('__proto__'))('leave')).toBe('Sign out');
  const texts = await loadSelfTexts('de', { de: offline });
  expect(texts('ofToken', { action: 'Remove', token: 'a $& b' })).toBe('Remove: a $& b');
});

test('an unknown key is no text of the self-service page', () => {
  expect(isSelfText('TOKEN_KEPT')).toBe(true);
  expect(isSelfText('constructor')).toBe(false);
});
