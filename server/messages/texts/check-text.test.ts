import { readdirSync, readFileSync } from 'node:fs';
import { LANGUAGES } from '@countersign/ui/i18n/read-languages';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CATALOGUE, TEXT_PARTS } from './catalogue.ts';
import { checkText } from './check-text.ts';

const problemOf = (key: string, text: unknown, lang = 'en') => {
  const checked = checkText(key, text, lang);
  return 'problem' in checked ? checked.problem : undefined;
};

test.each(LANGUAGES)('our own texts in %s pass', (lang) => {
  const locales = new URL('../../../ui/i18n/locales/', import.meta.url);
  for (const [part, file] of Object.entries(TEXT_PARTS)) {
    const texts = JSON.parse(readFileSync(new URL(`${lang}/${file}.json`, locales), 'utf8')) as Record<string, string>;
    for (const [key, text] of Object.entries(texts))
      expect(problemOf(`${part}.${key}`, text, lang), key).toBeUndefined();
  }
});

test('every file for users is a part, and no file of the console is one', () => {
  const english = readdirSync(new URL('../../../ui/i18n/locales/en/', import.meta.url), {
    recursive: true,
    encoding: 'utf8',
  });
  const files = english.filter((path) => path.endsWith('.json') && !/^console|^language|^token-names/.test(path));
  expect(
    Object.values(TEXT_PARTS)
      .map((file) => `${file}.json`)
      .sort(),
  ).toEqual(files.sort());
});

test('the console has a name for every part', () => {
  const names = new URL('../../../ui/i18n/locales/en/console/own-texts.json', import.meta.url);
  expect(Object.keys(JSON.parse(readFileSync(names, 'utf8')))).toEqual(expect.arrayContaining(Object.keys(TEXT_PARTS)));
});

test.each([
  ['mail.signInSubject', 'Your code', 'lacks {site}'],
  ['mail.signInSubject', 'Your code for {site} {login}', 'has values that do not exist: {login}'],
  ['mail.signInSubject', 'For {site}\r\nBcc: eve@evil.example', 'must be one line without control characters'],
  ['mail.signInSubject', 'For {site}\u2028x', 'must be one line without control characters'],
  ['mail.signInSubject', '\u202efor {site}', 'must be one line without control characters'],
  ['mail.signInSubject', 'For \u2066{site}', 'must be one line without control characters'],
  ['mail.signInSubject', 'For {site} \ud800', 'must be one line without control characters'],
  ['mail.signInSubject', '{site', "is no ICU message with values and plurals alone: quote a brace as '{'"],
  ['mail.signInSubject', '{site, date}', "is no ICU message with values and plurals alone: quote a brace as '{'"],
  ['mail.signInSubject', ' ', 'must not be empty'],
  ['mail.signInSubject', ['{site}'], 'must be text'],
  ['mail.signInSubject', `{site}${'x'.repeat(600)}`, 'is longer than 600 characters'],
  ['mail.hours', '{count, plural, other {# h}}', 'lacks the plural one of {count}'],
  ['mail.signInText', '{site, plural, one {x} other {y}} {code}', 'has values that do not exist: {code}'],
  ['sms.signIn', '{code} {site} {minutes}'.padEnd(301, 'x'), 'is longer than 300 characters'],
  [
    'sms.signIn',
    '{site}: {minutes, plural, one {{code} #} other {#}}',
    'lacks {code} in the plural other of {minutes}',
  ],
  // The attack: each of two plurals has the code in another form, so a message arrives without one.
  [
    'sms.signIn',
    '{site}: {minutes, plural, one {{code}} other {#}} {minutes, plural, one {{code}} other {#}}',
    'lacks {code} in the plural other of {minutes}',
  ],
  [
    'sms.signIn',
    '{site}: {minutes, plural, one {{code}} other {{minutes, plural, one {{code}} other {#}}}}',
    'lacks {code} in the plural other of {minutes}',
  ],
  ['sms.signIn', '@evil.example {code} {site} {minutes}', 'must not contain @ or #'],
  ['sms.signIn', '{site} #{code} {minutes}', 'must not contain @ or #'],
  // The attack: many messages for each code, paid by the operator.
  ['sms.signIn', `{code} {minutes} ${'{site}'.repeat(20)}`, 'is longer than 300 characters with its values'],
  ['sms.x', 'x', 'is not a text of the service'],
  ['constructor', 'x', 'is not a text of the service'],
  ['console/shell.title', 'x', 'is not a text of the service'],
])('%s refuses %j', (key, text, problem) => {
  expect(problemOf(key, text)).toBe(problem);
});

test('a pair of isolates is text from right to left, and nothing else that turns the direction is', () => {
  expect(problemOf('enrolment.phoneHint', 'مثل \u2066+49 151\u2069.', 'ar')).toBeUndefined();
  for (const text of ['مثل \u2066+49', 'مثل +49\u2069', '\u202e+49', '\u2066\u202e+49\u2069', '\u200f+49']) {
    expect(problemOf('enrolment.phoneHint', text, 'ar')).toBe('must be one line without control characters');
  }
  expect(problemOf('enrolment.phoneHint', '\u2066+49\u2069')).toBe('must be one line without control characters');
});

test('a plural can be a plain value', () => {
  expect(problemOf('sms.signIn', 'Code {code} ({site}, {minutes} min)')).toBeUndefined();
  expect(problemOf('mail.hours', '{count, plural, one {# година} other {# годин}}', 'uk')).toBe(
    'lacks the plural few, many of {count}',
  );
});

test('no text has another value than ours, whatever is typed', () => {
  const pieces = fc.array(
    fc.oneof(fc.constantFrom('{site}', '{', '}', "'", '#', '{n, plural, other {', '\n', '<b>', '\u202e'), fc.string()),
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      const checked = checkText('mail.signInSubject', text, 'en');
      if ('problem' in checked) return;
      expect(text).toContain('{site}');
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    }),
    { numRuns: 200 },
  );
});

test('the codes of the API, events and the lines for developers are no texts', () => {
  for (const key of CATALOGUE.keys())
    expect(key).toMatch(
      /^(?:sign-in|passkeys|signing|standalone|trust|mailed|enrolment|self-service|pages|mail|sms)\./,
    );
});
