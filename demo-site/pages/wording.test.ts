import { expect, test } from 'vitest';
import { methodOf, otpMeaning } from './wording.ts';

test.each([
  [['pwd', 'otp', 'mfa'], 'Password and one-time code', 'Your code was checked.'],
  [['pwd', 'otp', 'sms', 'mfa'], 'Password and one-time code', 'Your code was checked.'],
  [['pwd', 'swk', 'mfa'], 'Password and passkey', 'Your passkey was checked.'],
  [['hwk', 'user'], 'Passkey', 'Your passkey was checked.'],
  [['otp'], 'One-time code', 'Your code was checked.'],
])('a sign-in with %j is said to be by that', (amr, method, meaning) => {
  const claims = { amr, otp: 'verified' } as const;
  expect([methodOf(claims), otpMeaning(claims)]).toEqual([method, meaning]);
});

test('a sign-in in a trusted browser says that no code was asked for', () => {
  const claims = { amr: ['pwd'], otp: 'remembered' as const };
  expect([methodOf(claims), otpMeaning(claims)]).toEqual([
    'Password in a trusted browser',
    'You trust this browser, so no code was asked for.',
  ]);
});
