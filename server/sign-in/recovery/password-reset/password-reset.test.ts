import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAdministratorResetValid, mayResetByMail } from '../../../administration/administrator-reset.ts';
import type { Administrator } from '../../../administrators/administrator.ts';
import type { User } from '../../../users/user.ts';
import { isResetLinkValid } from './password-reset.ts';

const RESET = { secretHash: '00', email: 'ada@acme.example', passwordDigest: 'd', expiresAt: 1000 };
const USER = { email: 'ada@acme.example', blocked: false, assignments: [] } as unknown as User;

test('SR-40: a link is valid for the user it was sent to, at that address, with that password, in time, and no longer', () => {
  const email = fc.constantFrom('ada@acme.example', 'Ada@acme.example', 'eve@acme.example', undefined);
  fc.assert(
    fc.property(
      email,
      fc.boolean(),
      fc.constantFrom('d', 'e', ''),
      fc.integer({ min: 0, max: 2000 }),
      (to, blocked, digest, now) => {
        const { email: _, ...others } = USER;
        const user: User = { ...others, blocked, ...omitUndefined({ email: to }) };
        const expected = !blocked && to === RESET.email && digest === 'd' && now < 1000;
        expect(isResetLinkValid(RESET, user, digest, now)).toBe(expected);
      },
    ),
  );
  expect(isResetLinkValid(RESET, USER, 'd', 999)).toBe(true);
});

// SR-40. The attack: read the mailbox of an administrator who would enrol a token by password alone.
test('SR-40: an administrator’s link is valid under the same conditions, and only beside a token', () => {
  const part = <T>(value: T) => fc.constantFrom(value, undefined);
  fc.assert(
    fc.property(
      fc.constantFrom('ada@acme.example', 'Ada@acme.example', 'eve@acme.example'),
      fc.constantFrom('active', 'invited'),
      part('$argon2id$'),
      part('tok_00000000001'),
      fc.constantFrom('d', 'e', ''),
      fc.integer({ min: 0, max: 2000 }),
      (email, state, passwordHash, token, digest, now) => {
        const whose = { email, state, passwordHash, token } as Administrator;
        const may = state === 'active' && passwordHash !== undefined && token !== undefined;
        expect(mayResetByMail(whose)).toBe(may);
        const expected = may && email === RESET.email && digest === 'd' && now < 1000;
        expect(isAdministratorResetValid(RESET, whose, digest, now)).toBe(expected);
      },
    ),
  );
});
