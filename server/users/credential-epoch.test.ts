import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mailboxDigest } from '../authentication/first-factor.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { sampleUser } from '../testing/samples.ts';
import { endEarlierSignIns, epochOf } from './credential-epoch.ts';
import { credentialFingerprint, type User } from './user.ts';

const state = fc.record(
  {
    blocked: fc.boolean(),
    email: fc.constantFrom('a@shop.example', 'b@shop.example'),
    phone: fc.constantFrom('+15550001', '+15550002'),
  },
  { requiredKeys: ['blocked'] },
);
const fingerprints = (user: User) => [passwordDigest(user), mailboxDigest(user), credentialFingerprint(user)];

// SR-39 The attack: a user is blocked because of a thief, and unblocked; the thief goes on with what was begun before.
test('SR-39: after any changes and their reversal nothing fits that was begun before, and without one everything does', () => {
  fc.assert(
    fc.property(state, fc.array(state, { maxLength: 6 }), (first, changes) => {
      const before: User = { ...sampleUser(), ...first };
      const states = [...changes, first];
      const after = states.reduce<User>((user, change) => {
        const { email: _email, phone: _phone, ...rest } = user;
        return endEarlierSignIns(user, { ...rest, ...change });
      }, before);
      const key = ({ blocked, email, phone }: Partial<User>) => [blocked, email, phone].join();
      const differing = states.filter((one, at) => key(one) !== key(states[at - 1] ?? first));
      expect(epochOf(after)).toBe(differing.length);
      const fits = fingerprints(after).map((one, at) => one === fingerprints(before)[at]);
      expect(fits).toEqual(Array(3).fill(differing.length === 0));
    }),
  );
});

test('a user whose name alone changes keeps the epoch', () => {
  const user = { ...sampleUser(), credentialEpoch: 3 };
  expect(endEarlierSignIns(user, { ...user, firstName: 'Alice' }).credentialEpoch).toBe(3);
  expect(endEarlierSignIns(user, { ...user, blocked: !user.blocked }).credentialEpoch).toBe(4);
});
