import { expect, test } from 'vitest';
import { createSecretBox } from '../../../platform/secret-box/secret-box.ts';
import { countHmacs } from '../../../testing/count-hmacs.ts';
import { frozen, PERIOD_MS, RFC_SECRET, sampleToken, tokenId } from '../../../testing/samples.ts';
import { newPin } from '../../pin.ts';
import { seedContext } from '../../seed-context.ts';
import type { OathToken } from '../../token.ts';
import { hotp } from './code.ts';
import { HOTP_LOOK_AHEAD } from './otp-window.ts';
import { resyncOath, verifyOath } from './verify-oath.ts';

const secrets = createSecretBox(new Uint8Array(32).fill(7));
const ports = { secrets };
const STEP = 50_000_000;
const NOW = STEP * PERIOD_MS;

function tokenWith(changes: Partial<OathToken> = {}): OathToken {
  const token = sampleToken(changes);
  return { ...token, sealedSecret: secrets.seal(RFC_SECRET, seedContext(token.account, token.id)) };
}
const code = (counter: number) => hotp({ secret: RFC_SECRET, counter, digits: 6, algorithm: 'SHA1' });
const judge = (token: OathToken, typed: string, now = NOW) =>
  verifyOath(ports, frozen(token), { kind: 'code', otp: typed }, now);

test('a right code is accepted and used up', () => {
  const token = tokenWith();
  expect(judge(token, code(STEP))).toEqual({ verdict: 'accepted', next: { ...token, nextCounter: STEP + 1 } });
});

test('the last accepted code is a replay, and any other is wrong', () => {
  const used = tokenWith({ nextCounter: STEP + 1 });
  expect(judge(used, code(STEP))).toEqual({ verdict: 'replayed' });
  expect(judge(used, code(STEP + 100))).toEqual({ verdict: 'wrong' });
});

test('a replay is one even if a step outside the window happens to have the same code', () => {
  const [earlier, later] = [910_737, 910_738];
  expect(code(earlier)).toBe(code(later));
  const used = tokenWith({ nextCounter: earlier + 1 });
  expect(judge(used, code(earlier), earlier * PERIOD_MS)).toEqual({ verdict: 'replayed' });
});

test('a code of a step ahead is wrong, reports clock drift, and is refused at its time', () => {
  const token = tokenWith();
  expect(judge(token, code(STEP + 2))).toEqual({
    verdict: 'wrong',
    next: { ...token, spoiled: [STEP + 2] },
    clockOff: true,
  });
});

// The attack: a code is seen over a shoulder, and used up or probed without the PIN.
test('after a wrong PIN every code is only wrong, and uses nothing up', () => {
  const plain = tokenWith();
  const token = { ...plain, pin: newPin(ports, plain, '0427', 'before') };
  for (const step of [STEP, STEP + 2]) expect(judge(token, `0428${code(step)}`)).toEqual({ verdict: 'wrong' });
  const used = { ...token, nextCounter: STEP + 1 };
  expect(judge(used, `0428${code(STEP)}`)).toEqual({ verdict: 'wrong' });
  expect(judge(token, `0427${code(STEP)}`)).toMatchObject({ verdict: 'accepted' });
});

// SR-17. The attack: with a code that was seen, the PIN is guessed, and a fast answer shows that the code is right.
test('a right code costs as much as a wrong one, unless it is the only token and its PIN is right', () => {
  const plain = tokenWith({ factor: { kind: 'hotp' }, nextCounter: 40 });
  const token = { ...plain, pin: newPin(ports, plain, '0427', 'before') };
  const costOf = (pin: string, asked?: { isOnly: boolean }) =>
    countHmacs(() => verifyOath(ports, token, { kind: 'code', otp: `${pin}${code(40)}` }, NOW, asked)).hmacs;
  const [whole, fewer] = [costOf('0427'), costOf('0427', { isOnly: true })];
  expect(fewer).toBe(whole - HOTP_LOOK_AHEAD);
  expect(costOf('0427', { isOnly: false })).toBe(whole);
  expect(costOf('0428', { isOnly: true })).toBe(whole);
});

test('a resync by two codes that do not follow each other finds nothing', () => {
  const token = tokenWith();
  expect(resyncOath(ports, token, undefined, [code(STEP), code(STEP + 2)], NOW)).toEqual({ kind: 'not-found' });
});

// SR-3, SR-21
test('a seed that was moved from another token accepts no code', () => {
  expect(() => judge({ ...tokenWith(), id: tokenId(2) }, code(STEP))).toThrow();
});
