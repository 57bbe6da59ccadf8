import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleUser } from '../../testing/samples.ts';
import { lacksPassword } from './enrolment-link.ts';

// SR-40
test('SR-40: a flow started by a link does not continue without the password of a user who has one', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (isLinked, passwordVerified, hasPassword) => {
      const { passwordHash: _none, ...user } = sampleUser();
      const flow = { passwordVerified, ...(isLinked && { enrolmentLink: 'hash' }) };
      const lacks = lacksPassword(flow, { ...user, ...(hasPassword && { passwordHash: '$argon2id$' }) });
      expect(lacks).toBe(isLinked && hasPassword && !passwordVerified);
    }),
  );
});
