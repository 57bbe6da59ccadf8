import { OTP_ALGORITHMS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../../shared/testing/any-character.ts';
import { anySuite, suiteOf } from '../../../testing/ocra-samples.ts';
import { formatSuite, type OcraSuite, parseSuite, stepMs } from './suite.ts';
import { suiteFault } from './suite-fault.ts';

describe('reading a suite', () => {
  test('all parts at once', () => {
    expect(parseSuite('OCRA-1:HOTP-SHA512-10:C-QH08-PSHA256-S128-T59M')).toEqual({
      algorithm: 'SHA512',
      digits: 10,
      counter: true,
      question: { format: 'H', length: 8 },
      pin: 'SHA256',
      session: 128,
      time: { amount: 59, unit: 'M' },
    });
  });

  test('only a question', () => {
    const suite = { algorithm: 'SHA1', digits: 6, counter: false, question: { format: 'N', length: 8 } };
    expect(parseSuite('OCRA-1:HOTP-SHA1-6:QN08')).toStrictEqual(suite);
  });

  test('every range, both ends and beyond', () => {
    const taken = (text: string) => parseSuite(`OCRA-1:HOTP-${text}`) !== undefined;
    const digits = Array.from({ length: 101 }, (_, n) => n).filter((n) => taken(`SHA1-${n}:QN08`));
    expect(digits).toEqual([0, 4, 5, 6, 7, 8, 9, 10]);
    for (let n = 0; n < 1000; n++) {
      const two = String(n).padStart(2, '0');
      expect(taken(`SHA1-6:QA${two}`)).toBe(n >= 4 && n <= 64);
      expect(taken(`SHA1-6:QN08-T${n}S`)).toBe(n >= 1 && n <= 59);
      expect(taken(`SHA1-6:QN08-T${n}M`)).toBe(n >= 1 && n <= 59);
      expect(taken(`SHA1-6:QN08-T${n}H`)).toBe(n <= 48);
      expect(taken(`SHA1-6:QN08-S${String(n).padStart(3, '0')}`)).toBe(n >= 1);
    }
  });

  // SR-45, SR-47. Attack: a text that only looks like a suite.
  test.each([
    [''],
    ['OCRA-1'],
    ['OCRA-1:HOTP-SHA1-6'],
    ['OCRA-1:HOTP-SHA1-6:'],
    ['OCRA-1:HOTP-SHA1-6:C'],
    ['OCRA-1:HOTP-SHA1-6:C-'],
    ['OCRA-1:HOTP-SHA1-6:T1M'],
    ['OCRA-2:HOTP-SHA1-6:QN08'],
    ['OCRA-1:TOTP-SHA1-6:QN08'],
    ['OCRA-1:HOTP-SHA-6:QN08'],
    ['OCRA-1:HOTP-SHA384-6:QN08'],
    ['OCRA-1:HOTP-SHA3-6:QN08'],
    ['OCRA-1:HOTP-MD5-6:QN08'],
    ['OCRA-1:HOTP-SHA1-06:QN08'],
    ['OCRA-1:HOTP-SHA1-+6:QN08'],
    ['OCRA-1:HOTP-SHA1-6:Q08'],
    ['OCRA-1:HOTP-SHA1-6:QN'],
    ['OCRA-1:HOTP-SHA1-6:QN8'],
    ['OCRA-1:HOTP-SHA1-6:QX08'],
    ['OCRA-1:HOTP-SHA1-6:QN08-'],
    ['OCRA-1:HOTP-SHA1-6:QN08-C'],
    ['OCRA-1:HOTP-SHA1-6:QN08-QN08'],
    ['OCRA-1:HOTP-SHA1-6:C-C-QN08'],
    ['OCRA-1:HOTP-SHA1-6:QN08-P'],
    ['OCRA-1:HOTP-SHA1-6:QN08-PSHA3'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S64'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S000'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S0064'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T01M'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T1'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T1D'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T1M-S064'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S064-PSHA1'],
    ['ocra-1:hotp-sha1-6:qn08'],
    ['OCRA-1:HOTP-SHA1-6:qN08'],
    ['OCRA-1:HOTP-SHA1-6:QN08\n'],
    [' OCRA-1:HOTP-SHA1-6:QN08'],
    ['OCRA-1:HOTP-SHA1-6:QN08\0'],
    ['OCRA-1:HOTP-SHA1-6:QN\u0660\u0668'],
    ['OCRA-1:HOTP-SHA1-6:QN08:QN08'],
  ])('refused: %j', (text) => {
    expect(parseSuite(text)).toBeUndefined();
  });

  test.each([[undefined], [null], [6], [['OCRA-1:HOTP-SHA1-6:QN08']], [{}]])('no text is refused: %j', (input) => {
    expect(parseSuite(input)).toBeUndefined();
  });
});

describe('for all suites', () => {
  test('writing and reading returns the same suite', () => {
    fc.assert(
      fc.property(anySuite, (suite) => {
        expect(parseSuite(formatSuite(suite))).toStrictEqual(suite);
      }),
    );
  });

  test('one changed character is another suite or none, never the same', () => {
    fc.assert(
      fc.property(anySuite, fc.nat(), fc.string({ unit: anyCharacter, maxLength: 2 }), (suite, at, other) => {
        const text = formatSuite(suite);
        const place = at % text.length;
        const changed = `${text.slice(0, place)}${other}${text.slice(place + 1)}`;
        const parsed = parseSuite(changed);
        if (parsed) expect(formatSuite(parsed)).toBe(changed);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, Partial<OcraSuite>]>([
    ['3 digits', { digits: 3 }],
    ['11 digits', { digits: 11 }],
    ['half a digit', { digits: 6.5 }],
    ['a question of 3', { question: { format: 'N', length: 3 } }],
    ['a question of 65', { question: { format: 'N', length: 65 } }],
    ['no session data', { session: 0 }],
    ['1000 bytes of session data', { session: 1000 }],
    ['60 seconds', { time: { amount: 60, unit: 'S' } }],
    ['no minutes', { time: { amount: 0, unit: 'M' } }],
    ['49 hours', { time: { amount: 49, unit: 'H' } }],
  ])('refuses to write parts out of range: %s', (_name, changes) => {
    expect(() => formatSuite({ ...suiteOf('OCRA-1:HOTP-SHA1-6:QN08'), ...changes })).toThrow(TypeError);
  });
});

// SR-57. Attack: texts on which a backtracking matcher would take for ever.
test('a megabyte of suite characters is refused within the time of a test', () => {
  for (const piece of ['C-', 'QN08-', '-T1M', '-S064', '-PSHA1', 'SHA1', '0', '\n']) {
    for (const start of ['', 'OCRA-1:HOTP-SHA1-6:', 'OCRA-1:HOTP-SHA1-6:C-QN08']) {
      expect(parseSuite(start + piece.repeat(1_000_000 / piece.length))).toBeUndefined();
    }
  }
});

test('the length of a time step in milliseconds', () => {
  expect(stepMs(suiteOf('OCRA-1:HOTP-SHA1-6:QN08'))).toBeUndefined();
  expect(stepMs(suiteOf('OCRA-1:HOTP-SHA1-6:QN08-T30S'))).toBe(30_000);
  expect(stepMs(suiteOf('OCRA-1:HOTP-SHA1-6:QN08-T5M'))).toBe(300_000);
  expect(stepMs(suiteOf('OCRA-1:HOTP-SHA1-6:QN08-T48H'))).toBe(172_800_000);
  expect(stepMs(suiteOf('OCRA-1:HOTP-SHA1-6:QN08-T0H'))).toBe(0);
});

// SR-45
describe('acceptable suites', () => {
  test.each([
    ['SHA1-6:QN08', undefined],
    ['SHA256-10:QA64', undefined],
    ['SHA1-0:QN08', 'digits'],
    ['SHA1-4:QN08', 'digits'],
    ['SHA1-5:QN08', 'digits'],
    ['SHA1-6:QN07', 'question'],
    ['SHA1-6:C-QN06', undefined],
    ['SHA1-6:QN06-T1M', undefined],
    ['SHA1-6:C-QN05', 'question'],
    ['SHA1-6:QN05-T1M', 'question'],
    ['SHA1-6:QN08-S128', undefined],
    ['SHA1-6:QN08-S129', 'session'],
    ['SHA1-6:QN08-T29S', 'time'],
    ['SHA1-6:QN08-T30S', undefined],
    ['SHA1-6:QN08-T1H', undefined],
    ['SHA1-6:QN08-T2H', 'time'],
    ['SHA1-6:QN08-T0H', 'time'],
    ['SHA1-6:QN08-PSHA1', undefined],
  ])('%s: %s', (text, fault) => {
    expect(suiteFault(suiteOf(`OCRA-1:HOTP-${text}`))).toBe(fault);
  });

  test('acceptable ones have answers in the form of every one-time password, and a question long enough', () => {
    fc.assert(
      fc.property(anySuite, (suite) => {
        if (suiteFault(suite) !== undefined) return;
        expect(suite.digits).toBeGreaterThanOrEqual(6);
        expect(suite.question.length).toBeGreaterThanOrEqual(suite.counter || suite.time ? 6 : 8);
        expect(OTP_ALGORITHMS).toContain(suite.algorithm);
      }),
    );
  });
});
