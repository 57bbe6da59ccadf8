import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleUser } from '../../../testing/samples.ts';
import { removeEmailOnPassword, setOwnEmail } from '../../../users/mailbox.ts';
import { canSendTo, codeTarget, isOwnMailbox } from './enrolment-address.ts';

const text = fc.oneof(
  fc.constantFrom('+4915112345678', '+15550100000', '015112345678', 'alice@shop.example', 'not an address'),
  fc.string(),
);
const person = fc.record({ phone: text, email: text }, { requiredKeys: [] });
const kinds = fc.constantFrom('sms' as const, 'email' as const);

// The attack: a thief of the password names their own phone or mailbox.
test('sends codes only to the known address, whatever the user enters', () => {
  fc.assert(
    fc.property(kinds, person, text, (kind, user, said) => {
      const known = kind === 'sms' ? user.phone : user.email;
      fc.pre(known !== undefined);
      if (canSendTo(kind, said, user)) expect(said).toBe(known);
      expect(codeTarget(kind, user)).not.toBe('theirs-to-say');
    }),
    { numRuns: 2_000 },
  );
});

test('sends no mail to a user without a known address', () => {
  fc.assert(
    fc.property(person, text, ({ phone }, said) => {
      expect(canSendTo('email', said, phone === undefined ? {} : { phone })).toBe(false);
    }),
  );
});

test('accepts a number only from a user without one, and only if the gateway can send to it', () => {
  expect(codeTarget('sms', {})).toBe('theirs-to-say');
  expect(canSendTo('sms', '+4915112345678', {})).toBe(true);
  for (const bad of ['015112345678', '+49 151 12345678', '+4915112345678,+15550100000', '', 'alice@shop.example']) {
    expect(canSendTo('sms', bad, {})).toBe(false);
  }
});

test('an unusable known number does not let the user enter another', () => {
  expect(codeTarget('sms', { phone: '4915112345678' })).toBeUndefined();
});

// The attack: a thief of the password changes the address and has the first code sent there.
test('does not trust an address set with a password alone until it changes or is confirmed', () => {
  const bases = fc.constantFrom('password' as const, 'second-factor' as const, 'link' as const);
  fc.assert(
    fc.property(text, text, fc.boolean(), bases, (email, later, isOnPassword, basis) => {
      const given = { ...setOwnEmail(sampleUser(), email, isOnPassword), email };
      expect(isOwnMailbox(given, basis)).toBe(!isOnPassword || basis !== 'password');
      expect(isOwnMailbox({ ...given, email: later }, basis)).toBe(
        later !== email || !isOnPassword || basis !== 'password',
      );
      expect(isOwnMailbox(removeEmailOnPassword(given), basis)).toBe(true);
      expect(isOwnMailbox({ ...setOwnEmail(given, email, false), email }, basis)).toBe(true);
    }),
  );
});
