import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleToken, sampleUser } from '../../../testing/samples.ts';
import { MAX_PASSKEYS } from '../../../tokens/kinds/passkey/start-passkey-registration.ts';
import type { Token } from '../../../tokens/token.ts';
import type { User } from '../../../users/user.ts';
import { canBeUpgraded, mayUpgrade, type ShownFactors } from './passkey-upgrade.ts';

const RIGHT: ShownFactors = {
  flow: { passwordVerified: true },
  passed: { otp: 'verified', kind: 'totp' },
  isUnknownBrowser: false,
  isKnownNetwork: true,
};

// SR-38. The attack: with less than both factors, a thief lets a passkey of their own be added unseen.
const LESS: [string, (right: ShownFactors) => object][] = [
  ['no password', () => ({ flow: { passwordVerified: false } })],
  ['a breached password', ({ flow }) => ({ flow: { ...flow, breached: 'digest' } })],
  ['a breached password, just typed', ({ passed }) => ({ passed: { ...passed, breached: true } })],
  ['an earlier sign-in', ({ flow }) => ({ flow: { ...flow, kept: {} } })],
  ['a level that a host demands', ({ flow }) => ({ flow: { ...flow, demand: { acr: '2' } } })],
  ['a user that a host has named', ({ flow }) => ({ flow: { ...flow, loginRequest: {} } })],
  ['a transaction', ({ flow }) => ({ flow: { ...flow, transaction: {} } })],
  ['a token that was set up in it', ({ flow }) => ({ flow: { ...flow, enrolling: {} } })],
  ['the second factor of an earlier sign-in', ({ passed }) => ({ passed: { ...passed, second: {} } })],
  ['no second factor', ({ passed }) => ({ passed: { ...passed, otp: 'not_used' } })],
  ['a second factor that was skipped', ({ passed }) => ({ passed: { ...passed, otp: 'skipped' } })],
  ['a trusted browser', ({ passed }) => ({ passed: { ...passed, otp: 'remembered', browser: 'tbr_0' } })],
  ['a recovery code', ({ passed }) => ({ passed: { ...passed, kind: 'recovery' } })],
  ['an unknown browser', () => ({ isUnknownBrowser: true })],
  ['an unknown network', () => ({ isKnownNetwork: false })],
  ['a passkey', ({ passed }) => ({ passed: { ...passed, kind: 'webauthn' } })],
  ['the wish to trust the browser', ({ passed }) => ({ passed: { ...passed, wantsTrust: true } })],
];

test('a password and another factor, typed in this sign-in, allow a passkey', () => {
  expect(mayUpgrade(RIGHT)).toBe(true);
  expect(mayUpgrade({ ...RIGHT, passed: { ...RIGHT.passed, kind: 'email' } })).toBe(true);
});

test.each(LESS)('SR-38: a sign-in with %s allows none', (_, change) => {
  expect(mayUpgrade({ ...RIGHT, ...change(RIGHT) } as ShownFactors)).toBe(false);
});

test('SR-38: no combination of these allows one', () => {
  fc.assert(
    fc.property(fc.subarray(LESS, { minLength: 1 }), (some) => {
      let shown = RIGHT;
      for (const [, change] of some) shown = { ...shown, ...change(shown) } as ShownFactors;
      expect(mayUpgrade(shown)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('a user gets one where the resource allows it, and never another', () => {
  const enrolment = { kinds: ['webauthn' as const], required: false, passkeyUpgrade: true };
  type Rules = Parameters<typeof canBeUpgraded>[2];
  const can = (user: Partial<User> = {}, rules: Rules = { enrolment }, owned: Token[] = []) =>
    canBeUpgraded(sampleUser(user), owned, rules);
  expect(can()).toBe(true);
  expect(can({ passkeyUpgraded: true })).toBe(false);
  expect(can({ blocked: true })).toBe(false);
  // SR-69: the password came by mail.
  expect(can({ needsConfirmation: {} })).toBe(false);
  expect(can({}, {})).toBe(false);
  expect(can({}, { enrolment: { ...enrolment, passkeyUpgrade: false } })).toBe(false);
  expect(can({}, { enrolment: { ...enrolment, kinds: ['totp'] } })).toBe(false);
  expect(can({}, { enrolment, tokenKinds: TOKEN_KINDS.filter((kind) => kind !== 'webauthn') })).toBe(false);
  expect(can({}, { enrolment, testMode: 'pass' })).toBe(false);
  const passkeys = Array.from({ length: MAX_PASSKEYS }, () => sampleToken({ factor: { kind: 'webauthn' } as never }));
  expect(can({}, { enrolment }, passkeys)).toBe(false);
  expect(can({}, { enrolment }, passkeys.slice(1))).toBe(true);
});
