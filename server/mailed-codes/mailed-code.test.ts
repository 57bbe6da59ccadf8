import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idFromBytes } from '../kernel/ids.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { codeFromBytes } from '../tokens/kinds/sent/out-of-band-code.ts';
import {
  countWrongTry,
  isMailedCodeLive,
  MAILED_CODE_DIGITS,
  MAILED_CODE_TRIES,
  MAILED_CODES_WINDOW_MS,
  MAILED_OPTION,
  macInput,
  newMailedCode,
  resendMailedMs,
} from './mailed-code.ts';

const NOW = 1_800_000_000_000;
const USER = idFromBytes('usr', new Uint8Array(7));
const FLOW = idFromBytes('flw', new Uint8Array(7));

// SR-48. The attack: a code is guessed for as long as it takes.
test('SR-48: a code takes three wrong answers, and none after five minutes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 6 * MINUTE_MS }), { maxLength: 8 }), (times) => {
      let code = newMailedCode('mac', undefined, NOW);
      let evaluated = 0;
      for (const at of times) {
        if (!isMailedCodeLive(code, NOW + at)) continue;
        expect(at).toBeLessThan(5 * MINUTE_MS);
        evaluated += 1;
        code = countWrongTry(code);
      }
      expect(evaluated).toBeLessThanOrEqual(MAILED_CODE_TRIES);
      expect(evaluated < MAILED_CODE_TRIES).toBe(isMailedCodeLive(code, NOW));
    }),
    { numRuns: 50 },
  );
});

test('a code lives until its last millisecond, and none at all does not', () => {
  const code = newMailedCode('mac', undefined, NOW);
  expect(isMailedCodeLive(code, code.expiresAt - 1)).toBe(true);
  expect(isMailedCodeLive(code, code.expiresAt)).toBe(false);
  expect(isMailedCodeLive(undefined, NOW)).toBe(false);
  expect(code.expiresAt).toBe(NOW + 5 * MINUTE_MS);
  expect(MAILED_CODES_WINDOW_MS).toBe(900_000);
  // The frame names it.
  expect(MAILED_OPTION).toBe('mail');
});

test('another code can be requested half a minute after the last, or once that has no tries left', () => {
  const code = newMailedCode('mac', { user: USER, mailboxDigest: 'd' }, NOW);
  expect(code.to).toEqual({ user: USER, mailboxDigest: 'd' });
  expect(resendMailedMs(undefined, NOW)).toBe(0);
  expect(resendMailedMs(code, NOW + 29_999)).toBe(1);
  expect(resendMailedMs(code, NOW + 30_000)).toBe(0);
  expect(resendMailedMs({ ...code, triesLeft: 0 }, NOW)).toBe(0);
  // A clock that was set back keeps no user waiting (SR-63).
  expect(resendMailedMs(code, NOW - 60 * MINUTE_MS)).toBe(0);
});

test('the MAC is over sign-in, user, address and code', () => {
  const to = { user: USER, mailboxDigest: 'd' };
  const inputs = [
    macInput(FLOW, to, '12345678'),
    macInput(FLOW, to, '12345679'),
    macInput(FLOW, { ...to, mailboxDigest: 'e' }, '12345678'),
    macInput(FLOW, { ...to, user: idFromBytes('usr', Uint8Array.of(0, 0, 0, 0, 0, 0, 1)) }, '12345678'),
    macInput(FLOW, undefined, '12345678'),
    macInput(idFromBytes('flw', Uint8Array.of(0, 0, 0, 0, 0, 0, 1)), to, '12345678'),
  ];
  expect(new Set(inputs).size).toBe(inputs.length);
});

test('a code has eight digits, each as likely as any other', () => {
  const word = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  expect(codeFromBytes(word(42), MAILED_CODE_DIGITS)).toBe('00000042');
  expect(codeFromBytes(word(4_199_999_999), MAILED_CODE_DIGITS)).toBe('99999999');
  expect(codeFromBytes(word(4_200_000_000), MAILED_CODE_DIGITS)).toBeUndefined();
});
