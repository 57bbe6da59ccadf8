import { expect, test } from 'vitest';
import { createSecretBox } from '../../../platform/secret-box/secret-box.ts';
import { OCRA_KEYS, suiteOf } from '../../../testing/ocra-samples.ts';
import { frozen, resourceId, sampleToken } from '../../../testing/samples.ts';
import type { Challenge } from '../../challenge.ts';
import { newPin } from '../../pin.ts';
import { seedContext } from '../../seed-context.ts';
import type { OcraToken } from '../../token.ts';
import { ocraAnswer } from './answer.ts';
import { verifyOcra } from './verify-ocra.ts';

const secrets = createSecretBox(new Uint8Array(32).fill(7));
const ports = { secrets };
const SUITE = 'OCRA-1:HOTP-SHA256-8:C-QN08';
const NOW = 1_800_000_000_000;

const { algorithm: _a, digits: _d, ...record } = sampleToken({ nextCounter: 7 });
const TOKEN: OcraToken = {
  ...record,
  factor: { kind: 'ocra', suite: SUITE, driftSteps: 0 } as OcraToken['factor'],
  sealedSecret: secrets.seal(OCRA_KEYS.SHA256, seedContext(record.account, record.id)),
};
const ASKED: Challenge = {
  kind: 'ocra',
  question: '40817263',
  token: TOKEN.id,
  account: TOKEN.account,
  resource: resourceId(1),
  createdAt: NOW,
  expiresAt: NOW + 1000,
};
const answer = (counter: number) => ocraAnswer(suiteOf(SUITE), OCRA_KEYS.SHA256, { question: ASKED.question, counter });
const verify = (token: OcraToken, challenge: Challenge | undefined, otp: string, now: number) =>
  verifyOcra(ports, token, { kind: 'code', otp }, now, {
    challenge: challenge && { value: challenge, version: 1 },
  });
const judge = (typed: string, challenge: Challenge | undefined = ASKED, token = TOKEN, now = NOW) =>
  verify(frozen(token), challenge && frozen(challenge), typed, now);

// SR-45
test('a right answer is accepted, and used up with its question', () => {
  expect(judge(answer(8))).toEqual({
    verdict: 'accepted',
    next: { ...TOKEN, nextCounter: 9 },
    challenge: { ...ASKED, usedAt: NOW },
  });
});

// SR-45. Attack: an answer without a question, to an answered one, or to an old one.
test('without a valid question no answer is evaluated', () => {
  const { kind: _kind, question: _question, ...rest } = ASKED;
  const sent: Challenge = { ...rest, kind: 'sent', mac: 'mac', epoch: 0, moves: 0 };
  expect(verify(TOKEN, undefined, answer(7), NOW)).toEqual({ verdict: 'not-asked' });
  expect(judge(answer(7), sent)).toEqual({ verdict: 'not-asked' });
  expect(judge(answer(7), ASKED, TOKEN, NOW + 999)).toMatchObject({ verdict: 'accepted' });
  expect(judge(answer(7), ASKED, TOKEN, NOW + 1000)).toEqual({ verdict: 'not-asked' });
});

test('the right answer to an answered question is a replay, as is the last accepted answer', () => {
  expect(judge(answer(7), { ...ASKED, usedAt: NOW })).toEqual({ verdict: 'replayed' });
  expect(judge(answer(6))).toEqual({ verdict: 'replayed' });
  expect(judge(answer(5), { ...ASKED, usedAt: NOW })).toEqual({ verdict: 'wrong' });
});

// The attack: an answer is seen over a shoulder, and used up or probed without the PIN.
test('after a wrong PIN every answer is only wrong', () => {
  const token = { ...TOKEN, pin: newPin(ports, TOKEN, '0427', 'after') };
  for (const counter of [6, 7]) expect(judge(`${answer(counter)}0428`, ASKED, token)).toEqual({ verdict: 'wrong' });
  expect(judge(`${answer(7)}0427`, ASKED, token)).toMatchObject({ verdict: 'accepted' });
});
