import { expect, test } from 'vitest';
import { createSecretBox } from '../../../platform/secret-box/secret-box.ts';
import { frozen, resourceId, sampleToken } from '../../../testing/samples.ts';
import type { Challenge } from '../../challenge.ts';
import { newPin } from '../../pin.ts';
import type { SentToken } from '../../token.ts';
import { verifySent } from './verify-sent.ts';

const secrets = createSecretBox(new Uint8Array(32).fill(7));
const ports = { secrets };
const NOW = 1_800_000_000_000;
const SCOPE = 'flow/flw_00000000001';
const CODE = '123456';

const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = sampleToken();
const TOKEN: SentToken = { ...record, factor: { kind: 'sms', to: '+4915112345678' } };
const sentTo = (token: SentToken, changes: { usedAt?: number } = {}): Challenge => ({
  kind: 'sent',
  // The code as sent: bound to token, address and sign-in.
  mac: Buffer.from(
    secrets.mac('sent-code', JSON.stringify([token.account, token.id, token.factor.to, token.epoch, 0, SCOPE, CODE])),
  ).toString('base64url'),
  epoch: token.epoch,
  moves: 0,
  token: token.id,
  account: token.account,
  resource: resourceId(1),
  createdAt: NOW,
  expiresAt: NOW + 1000,
  ...changes,
});
const judge = (typed: string, challenge?: Challenge, { token = TOKEN, scope = SCOPE, now = NOW } = {}) => {
  const asked = challenge && { value: frozen(challenge), version: 1 };
  return verifySent(ports, frozen(token), { kind: 'code', otp: typed }, now, { challenge: asked, scope });
};

// SR-48
test('the sent code is accepted, and used up', () => {
  const challenge = sentTo(TOKEN);
  expect(judge(CODE, challenge)).toEqual({
    verdict: 'accepted',
    next: TOKEN,
    challenge: { ...challenge, usedAt: NOW },
  });
});

test('any other code is wrong, and so is the right one in another sign-in', () => {
  expect(judge('123457', sentTo(TOKEN))).toEqual({ verdict: 'wrong' });
  expect(judge(CODE, sentTo(TOKEN), { scope: 'flow/flw_00000000002' })).toEqual({ verdict: 'wrong' });
});

test('without a valid code there is nothing to guess', () => {
  expect(judge(CODE)).toEqual({ verdict: 'not-asked' });
  expect(judge(CODE, sentTo(TOKEN), { now: NOW + 1000 })).toEqual({ verdict: 'not-asked' });
  expect(judge(CODE, sentTo(TOKEN), { token: { ...TOKEN, epoch: 1 } })).toEqual({ verdict: 'not-asked' });
});

test('a used code is a replay, and there is nothing else to guess', () => {
  const used = sentTo(TOKEN, { usedAt: NOW });
  expect(judge(CODE, used)).toEqual({ verdict: 'replayed' });
  expect(judge('123457', used)).toEqual({ verdict: 'not-asked' });
});

// The attack: a message is seen over a shoulder, and its code used up or probed without the PIN.
test('after a wrong PIN the right code is only wrong', () => {
  const token = { ...TOKEN, pin: newPin(ports, TOKEN, '0427', 'before') };
  expect(judge(`0428${CODE}`, sentTo(TOKEN), { token })).toEqual({ verdict: 'wrong' });
  expect(judge(`0428${CODE}`, sentTo(TOKEN, { usedAt: NOW }), { token })).toEqual({ verdict: 'not-asked' });
  expect(judge(`0427${CODE}`, sentTo(TOKEN), { token })).toMatchObject({ verdict: 'accepted' });
});
