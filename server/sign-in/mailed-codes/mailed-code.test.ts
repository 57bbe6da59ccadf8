import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idFromBytes } from '../../kernel/ids.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { isWithinMailRate, MAILS_IN_A_DAY } from '../../messages/mail-rate.ts';
import { codeFromBytes } from '../../tokens/kinds/sent/out-of-band-code.ts';
import {
  countWrongTry,
  isMailedCodeLive,
  isWithinBudget,
  MAILED_CODE_DIGITS,
  MAILED_CODE_TRIES,
  MAILED_CODES,
  MAILED_CODES_WINDOW_MS,
  MAILED_OPTION,
  macInput,
  newMailedCode,
  resendMailedMs,
  shareOfWindow,
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

// SR-77. The attack: a mailbox is flooded for a day, by requests as fast as the limits allow.
test('SR-77: a mailbox gets at most 108 codes a day, and is never without one for longer than a quarter of an hour', () => {
  const windows = 96;
  const requests = fc.array(fc.nat({ max: 5 }), { minLength: windows, maxLength: windows });
  fc.assert(
    fc.property(requests, (perWindow) => {
      let inDay = 0;
      let sent = 0;
      for (const requested of perWindow) {
        let sentInWindow = 0;
        for (let inWindow = 1; inWindow <= requested; inWindow++) {
          inDay += 1;
          if (isWithinMailRate({ inWindow, inDay }, MAILED_CODES)) sentInWindow += 1;
        }
        expect(sentInWindow).toBeGreaterThanOrEqual(Math.min(requested, 1));
        expect(sentInWindow).toBeLessThanOrEqual(MAILED_CODES);
        sent += sentInWindow;
      }
      expect(sent).toBeLessThanOrEqual(MAILS_IN_A_DAY + windows);
    }),
    { numRuns: 50 },
  );
  expect(isWithinMailRate({ inWindow: 3, inDay: 12 }, MAILED_CODES)).toBe(true);
  expect(isWithinMailRate({ inWindow: 4, inDay: 4 }, MAILED_CODES)).toBe(false);
  expect(isWithinMailRate({ inWindow: 1, inDay: 13 }, MAILED_CODES)).toBe(true);
  expect(isWithinMailRate({ inWindow: 2, inDay: 13 }, MAILED_CODES)).toBe(false);
});

test('a window allows a quarter of the limits of an hour, and at least one code', () => {
  const limits = {
    perAddress: 5,
    perAddressAndDay: 10,
    perAccountAndHour: 1_000,
    perHour: 5_003,
    reservedPerAccount: 2,
  };
  expect(shareOfWindow(limits)).toEqual({ ofAccount: 250, ofServer: 1_250, reserved: 1 });
});

// SR-77. The attack: the attacker uses up all codes but one with mailboxes of their own, and asks for another name.
test('SR-77: a shared limit is not passed by the best chance, and its bound belongs to what is allowed', () => {
  expect(isWithinBudget(250, 250, 0)).toBe(true);
  expect(isWithinBudget(251, 250, 0)).toBe(false);
  expect([128, 129].map((chance) => isWithinBudget(226, 250, chance))).toEqual([true, false]);
});

test('SR-77: a shared limit is never passed, and no single code decides whether the next one is sent', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 1, max: 3_000 }),
      byte,
      (limit, count, chance) => {
        const allowed = isWithinBudget(count, limit, chance);
        if (count > limit) expect(allowed).toBe(false);
        if (5 * (count - 1) <= 4 * limit) expect(allowed).toBe(count <= limit);
        // More codes, or a worse chance, never allow what was refused.
        if (!allowed) expect(isWithinBudget(count + 1, limit, chance)).toBe(false);
        if (!allowed) expect(isWithinBudget(count, limit, Math.min(255, chance + 1))).toBe(false);
      },
    ),
    { numRuns: 500 },
  );
  const odds = (count: number) => Array.from({ length: 256 }, (_, chance) => isWithinBudget(count, 250, chance));
  const passed = Array.from({ length: 250 }, (_, at) => odds(at + 1).filter(Boolean).length);
  expect(passed[199]).toBe(256);
  expect(passed[200]).toBe(256);
  expect(passed[249]).toBe(6);
  for (let at = 1; at < passed.length; at++) expect((passed[at - 1] ?? 0) - (passed[at] ?? 0)).toBeLessThanOrEqual(6);
});
