import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frozen, PERIOD_MS, RFC_SECRET, sampleToken } from '../../../testing/samples.ts';
import type { OathToken } from '../../token.ts';
import { hotp } from './code.ts';
import { PROOF_LOOK_AHEAD, provePossession } from './prove-possession.ts';

const STEP = 50_000_000;
const NOW = STEP * PERIOD_MS;
const counting = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 40 });
const code = (token: OathToken, counter: number) =>
  hotp({ secret: RFC_SECRET, counter, digits: token.digits, algorithm: token.algorithm });
const prove = (token: OathToken, otp: string) => provePossession(frozen(token), RFC_SECRET, otp, NOW);

test('a clock-based device is proved by a current code, which is used up by it', () => {
  const token = sampleToken({ nextCounter: STEP - 1 });
  expect(prove(token, code(token, STEP))).toBe(STEP + 1);
  expect(prove(token, code(token, STEP - 1))).toBe(STEP);
  expect(prove(token, code(token, STEP + 1))).toBeUndefined();
  expect(prove({ ...token, nextCounter: STEP + 1 }, code(token, STEP))).toBeUndefined();
});

test('a counter-based device is proved by a code up to a hundred presses ahead, and by no earlier one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), (counter) => {
      const isNear = counter >= 40 && counter <= 40 + PROOF_LOOK_AHEAD;
      expect(prove(counting, code(counting, counter))).toBe(isNear ? counter + 1 : undefined);
    }),
    { examples: [[39], [40], [140], [141]] },
  );
  expect(PROOF_LOOK_AHEAD).toBe(100);
});

// SR-47. Attack: characters whose low byte is the digit asked for, or a code of another length.
test('anything but a code of the right length proves nothing', () => {
  const right = code(counting, 40);
  const disguised = [...right].map((digit) => String.fromCharCode(0x100 + digit.charCodeAt(0))).join('');
  const oneDisguised = [disguised.slice(0, 1) + right.slice(1), right.slice(0, -1) + disguised.slice(-1)];
  for (const otp of [disguised, ...oneDisguised, right.slice(1), `${right}0`, '']) {
    expect(prove(counting, otp)).toBeUndefined();
  }
});
