import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleUser } from '../testing/samples.ts';
import { codeTarget, emailGiven, emailVouchedFor, isMailboxTheirs, mayGoTo } from './enrolment-address.ts';

const text = fc.oneof(
  fc.constantFrom('+4915112345678', '+15550100000', '015112345678', 'alice@shop.example', 'not an address'),
  fc.string(),
);
const person = fc.record({ phone: text, email: text }, { requiredKeys: [] });
const kinds = fc.constantFrom('sms' as const, 'email' as const);

// The attack: whoever has stolen a password names a phone or a mailbox of their own.
test('where an address is known, codes go to that one or to nowhere, whatever is said', () => {
  fc.assert(
    fc.property(kinds, person, text, (kind, user, said) => {
      const known = kind === 'sms' ? user.phone : user.email;
      fc.pre(known !== undefined);
      if (mayGoTo(kind, said, user)) expect(said).toBe(known);
      expect(codeTarget(kind, user)).not.toBe('theirs-to-say');
    }),
    { numRuns: 2_000 },
  );
});

test('mail goes to nobody of whom no address is known', () => {
  fc.assert(
    fc.property(person, text, ({ phone }, said) => {
      expect(mayGoTo('email', said, phone === undefined ? {} : { phone })).toBe(false);
    }),
  );
});

test('a number is said by whoever has none, and only one that a gateway reads as one', () => {
  expect(codeTarget('sms', {})).toBe('theirs-to-say');
  expect(mayGoTo('sms', '+4915112345678', {})).toBe(true);
  for (const bad of ['015112345678', '+49 151 12345678', '+4915112345678,+15550100000', '', 'alice@shop.example']) {
    expect(mayGoTo('sms', bad, {})).toBe(false);
  }
});

test('a number that is known and cannot be sent to is no reason to let another be said', () => {
  expect(codeTarget('sms', { phone: '4915112345678' })).toBeUndefined();
});

// The attack: a stolen password moves the address, and has the first code sent there.
test('an address that was given on a password alone is worth nothing to a password, until it is another one or vouched for', () => {
  const bases = fc.constantFrom('password' as const, 'second-factor' as const, 'link' as const);
  fc.assert(
    fc.property(text, text, fc.boolean(), bases, (email, later, isOnPassword, basis) => {
      const given = { ...emailGiven(sampleUser(), email, isOnPassword), email };
      expect(isMailboxTheirs(given, basis)).toBe(!isOnPassword || basis !== 'password');
      expect(isMailboxTheirs({ ...given, email: later }, basis)).toBe(
        later !== email || !isOnPassword || basis !== 'password',
      );
      expect(isMailboxTheirs(emailVouchedFor(given), basis)).toBe(true);
      expect(isMailboxTheirs({ ...emailGiven(given, email, false), email }, basis)).toBe(true);
    }),
  );
});
