import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PasswordReset, resetStands } from './password-reset.ts';
import type { User } from './user.ts';

const RESET: PasswordReset = { secretHash: '00', email: 'ada@acme.example', passwordDigest: 'd', expiresAt: 1000 };
const USER = { email: 'ada@acme.example', blocked: false } as User;

// SR-40
test('SR-40: a link stands for the person it was sent to, at that address, with that password, in time, and no longer', () => {
  const email = fc.constantFrom('ada@acme.example', 'Ada@acme.example', 'eve@acme.example', undefined);
  fc.assert(
    fc.property(
      email,
      fc.boolean(),
      fc.constantFrom('d', 'e', ''),
      fc.integer({ min: 0, max: 2000 }),
      (to, blocked, digest, now) => {
        const { email: _, ...others } = USER;
        const user: User = { ...others, blocked, ...(to !== undefined && { email: to }) };
        const expected = !blocked && to === RESET.email && digest === 'd' && now < 1000;
        expect(resetStands(RESET, user, digest, now)).toBe(expected);
      },
    ),
  );
  expect(resetStands(RESET, USER, 'd', 999)).toBe(true);
});
