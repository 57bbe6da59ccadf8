import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourceId, sampleToken, tokenId } from '../../../testing/samples.ts';
import type { Challenge } from '../../challenge.ts';
import type { SentToken } from '../../token.ts';
import {
  ADDRESS_FORMS,
  CODE_LIFETIME_MS,
  codeFromBytes,
  isAddressFor,
  isChallengeOf,
  maskedAddress,
  moved,
  RESEND_AFTER_MS,
  resendWaitMs,
  untilResendMs,
} from './out-of-band-code.ts';

const word = (value: number) => Uint8Array.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);

function sentToken(changes: Partial<SentToken> = {}): SentToken {
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = sampleToken();
  return { ...record, factor: { kind: 'sms', to: '+4915112345678' }, ...changes };
}
function challengeFor(token: SentToken, changes: object = {}): Challenge {
  return {
    kind: 'sent',
    token: token.id,
    account: token.account,
    resource: resourceId(1),
    mac: 'mac',
    epoch: token.epoch,
    moves: token.factor.moves ?? 0,
    createdAt: 0,
    expiresAt: CODE_LIFETIME_MS,
    ...changes,
  };
}

test('a code is six digits, and all codes are equally likely', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 16 }), (bytes) => {
      const code = codeFromBytes(bytes);
      if (code !== undefined) expect(code).toMatch(/^[0-9]{6}$/);
    }),
  );
  // Only complete ranges of a million words are used; the rest would make its codes likelier.
  const last = 4294 * 1_000_000 - 1;
  expect(codeFromBytes(word(last))).toBe('999999');
  expect(codeFromBytes(word(last + 1))).toBeUndefined();
  expect(codeFromBytes(word(0xffffffff))).toBeUndefined();
  expect(codeFromBytes(word(0))).toBe('000000');
  expect(codeFromBytes(Uint8Array.from([...word(last + 1), ...word(42)]))).toBe('000042');
});

// SR-48
test('SR-48: a code is valid for ten minutes at most, only for the token as it was, and no longer from its last instant on', () => {
  expect(CODE_LIFETIME_MS).toBeLessThanOrEqual(600_000);
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(2 * CODE_LIFETIME_MS), (e1, e2, m1, m2, now) => {
      const token = sentToken({ epoch: e1, factor: { kind: 'sms', to: '+4915112345678', moves: m1 } });
      const challenge = challengeFor(token, { epoch: e2, moves: m2 });
      expect(isChallengeOf(challenge, token, now)).toBe(e1 === e2 && m1 === m2 && now < CODE_LIFETIME_MS);
    }),
  );
});

test('an address that changes, and changes back, is another each time', () => {
  const token = sentToken();
  const back = moved(moved(token, '+4915100000000'), token.factor.to);
  expect(back.factor).toEqual({ ...token.factor, moves: 2 });
  expect(isChallengeOf(challengeFor(token), back, 0)).toBe(false);
});

test('no wait for another code is longer than 30 seconds, and after a used code there is none', () => {
  fc.assert(
    fc.property(fc.nat(2 * CODE_LIFETIME_MS), fc.boolean(), (now, isUsed) => {
      const token = sentToken();
      const waitMs = resendWaitMs(challengeFor(token, isUsed ? { usedAt: 1 } : {}), token, now);
      expect(waitMs).toBe(isUsed ? 0 : Math.max(0, RESEND_AFTER_MS - now));
    }),
  );
  expect(resendWaitMs(undefined, sentToken({ id: tokenId(2) }), 0)).toBe(0);
});

// SR-63
test('SR-63: after a clock was set back no wait for another code is longer than after a new one', () => {
  fc.assert(
    fc.property(fc.integer({ min: -CODE_LIFETIME_MS, max: 40 * CODE_LIFETIME_MS }), (ahead) => {
      const left = untilResendMs(ahead, 0);
      expect(left).toBe(ahead > 2 * RESEND_AFTER_MS ? 0 : Math.min(Math.max(0, ahead), RESEND_AFTER_MS));
      const challenge = challengeFor(sentToken(), { createdAt: ahead, expiresAt: ahead + CODE_LIFETIME_MS });
      expect(resendWaitMs(challenge, sentToken(), 0)).toBeLessThanOrEqual(RESEND_AFTER_MS);
    }),
  );
});

test('an address is validated by its channel’s format, and is shown in part', () => {
  for (const to of ['+4915112345678', '+12025550123', '+12345678']) expect(isAddressFor('sms', to)).toBe(true);
  for (const to of [
    '+1234567890123456',
    '+1234567',
    '+0234567890',
    '12345678',
    '0+12345678',
    '+1234567x',
    'mira@x.y',
  ]) {
    expect(isAddressFor('sms', to)).toBe(false);
  }
  expect(isAddressFor('email', 'mira@example.com')).toBe(true);
  for (const to of ['mira', '+4915112345678', '"mira"@example.com', '(mira)@example.com', 'a\\b@example.com']) {
    expect(isAddressFor('email', to)).toBe(false);
  }
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('\r', '\n', '\u2028', ' ', ',', ';', '<', '>'), (text, bad) => {
      expect(isAddressFor('sms', `+4915112345678${bad}${text}`)).toBe(false);
      expect(isAddressFor('email', `a${bad}${text}@example.com`)).toBe(false);
    }),
  );
  expect(maskedAddress({ kind: 'sms', to: '+4915112345678' })).toBe('•••78');
  expect(maskedAddress({ kind: 'email', to: 'mira@example.com' })).toBe('m•••@example.com');
});

test('a question for a device is no sent code', () => {
  const asked = challengeFor(sentToken(), { kind: 'ocra', question: '12345678' });
  expect(isChallengeOf(asked, sentToken(), 0)).toBe(false);
});

test('two processes may differ by as much as the wait for another code, to the millisecond', () => {
  expect(untilResendMs(2 * RESEND_AFTER_MS, 0)).toBe(RESEND_AFTER_MS);
  expect(untilResendMs(2 * RESEND_AFTER_MS + 1, 0)).toBe(0);
});

test('the required format of an address depends on its kind', () => {
  expect(ADDRESS_FORMS.sms).toContain('+49');
  expect(ADDRESS_FORMS.email).toContain('email address');
});
