import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptedKinds } from '../resources/resource.ts';
import {
  removeNeedsConfirmation,
  restsOnMailboxAlone,
  setMailedPassword,
  setOwnPassword,
  vouchForPassword,
} from '../users/mailbox.ts';
import type { User } from '../users/user.ts';
import { confirmsUser } from './confirm-user.ts';
import { acceptedKindsFrom } from './second-factor.ts';

const user: User = {
  id: 'usr_00000000001',
  account: 'acc_00000000001',
  login: 'alice',
  apiSupport: true,
  blocked: false,
  assignments: [],
  createdAt: 0,
  createdBy: { kind: 'operator' },
};

// SR-69
test('after a password reset by mail a resource accepts every kind but mailed codes, whatever it accepts otherwise', () => {
  fc.assert(
    fc.property(fc.option(fc.subarray([...TOKEN_KINDS])), fc.boolean(), (kinds, hadPassword) => {
      const resource = kinds ? { tokenKinds: kinds } : {};
      const before = hadPassword ? { ...user, passwordHash: 'old' } : user;
      const reset = setMailedPassword(before, 'new', {});
      expect(acceptedKindsFrom(before, resource)).toEqual(acceptedKinds(resource));
      expect(acceptedKindsFrom(reset, resource)).toEqual(acceptedKinds(resource).filter((kind) => kind !== 'email'));
      expect(acceptedKindsFrom(removeNeedsConfirmation(reset), resource)).toEqual(acceptedKinds(resource));
      expect(restsOnMailboxAlone(reset)).toBe(hadPassword);
      // After a second reset the password no longer counts as the first one.
      expect(restsOnMailboxAlone(setMailedPassword(reset, 'newer', {}))).toBe(true);
    }),
  );
});

// SR-41
test('the help desk may know a password from its link until another one is set or an administrator confirms the user', () => {
  const known = setMailedPassword({ ...user, passwordHash: 'old' }, 'new', { byHelpDesk: true });
  expect(known.passwordByHelpDesk).toBe(true);
  expect(removeNeedsConfirmation(known).passwordByHelpDesk).toBe(true);
  const forgotten = [vouchForPassword(known), setOwnPassword(known, 'newer'), setMailedPassword(known, 'newer', {})];
  for (const one of forgotten) expect(one).not.toHaveProperty('passwordByHelpDesk');
  expect(vouchForPassword(known)).not.toHaveProperty('needsConfirmation');
});

test('a user is confirmed by a code that was entered and was not mailed, and by nothing else', () => {
  for (const kind of TOKEN_KINDS) {
    expect(confirmsUser({ otp: 'verified', kind })).toBe(kind !== 'email');
    for (const otp of ['skipped', 'not_used'] as const) expect(confirmsUser({ otp, kind })).toBe(false);
  }
  expect(confirmsUser({ otp: 'verified' })).toBe(false);
});
