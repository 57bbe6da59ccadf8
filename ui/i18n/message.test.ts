import { describe, expect, test } from 'vitest';
import { compileMessage } from './compile-message.ts';
import { formatMessage, type Values } from './message.ts';

const say = (text: string, values?: Values, lang = 'en') =>
  formatMessage(compileMessage(text, lang === 'ar' ? 'rtl' : 'ltr'), lang, values);

describe('a message', () => {
  test('inserts values unchanged, whatever they contain', () => {
    expect(say('Code for {site}: {code}', { site: '$& {code}', code: '<b>' })).toBe('Code for $& {code}: <b>');
    expect(say('to {missing}', {})).toBe('to ');
  });

  test('is plain text without arguments', () => {
    expect(compileMessage('Behind # it ends', 'ltr')).toBe('Behind # it ends');
  });

  test.each([
    ['en', [1, 2], '{n, plural, one {# day} other {# days}}', ['1 day', '2 days']],
    [
      'uk',
      [1, 3, 5, 21],
      '{n, plural, one {# день} few {# дні} many {# днів} other {# дня}}',
      ['1 день', '3 дні', '5 днів', '21 день'],
    ],
    [
      'ar',
      [0, 1, 2, 3, 11, 100],
      '{n, plural, zero {الآن} one {ثانية} two {ثانيتين} few {# ثوانٍ} many {# ثانية} other {# ثانية.}}',
      ['الآن', 'ثانية', 'ثانيتين', '3 ثوانٍ', '11 ثانية', '100 ثانية.'],
    ],
  ] as const)('%s uses the plural rules of its language', (lang, counts, text, expected) => {
    expect(counts.map((n) => say(text, { n }, lang))).toEqual(expected);
  });

  test('uses other arguments in a branch', () => {
    const text = '{n, plural, one {# for {who}} other {# for {who}}}';
    expect([1, 2].map((n) => say(text, { n, who: 'Mira' }))).toEqual(['1 for Mira', '2 for Mira']);
  });

  test('isolates a value in a right-to-left sentence, but not a counted number', () => {
    expect(say('إلى {to}.', { to: '•••42' }, 'ar')).toBe('إلى \u2068•••42\u2069.');
    expect(say('بعد {n, plural, zero {#} one {#} two {#} few {#} many {#} other {#}}', { n: 5 }, 'ar')).toBe('بعد 5');
  });

  test.each([
    '{',
    '{n, plural, one {x}}',
    '{n, date}',
    '{n, select, a {x} other {y}}',
    '{n, plural, =0 {x} other {y}}',
  ])('refuses %s', (text) => {
    expect(() => compileMessage(text, 'ltr')).toThrow();
  });
});
