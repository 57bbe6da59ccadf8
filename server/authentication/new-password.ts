import type { MethodPolicy } from '@countersign/protocol/resources';
import { accountDocument } from '../accounts/documents.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Refusal, Result } from '../kernel/result.ts';
import {
  normalisePassword,
  type PasswordRule,
  passwordRefusal,
  validatePassword,
} from '../passwords/password-policy.ts';
import { resourceDocument } from '../resources/documents.ts';
import type { User } from '../users/user.ts';

/** The user who gets the password. */
export type PasswordOwner = Pick<
  User,
  'account' | 'login' | 'alias' | 'email' | 'phone' | 'firstName' | 'secondName' | 'assignments'
>;

/** The only way to set a new password: checked by the rule of its user (SR-37), then hashed. */
export async function hashNewPassword(
  ports: Pick<Ports, 'store' | 'clock' | 'hasher' | 'breachedPasswords'>,
  owner: PasswordOwner,
  password: string,
): Promise<Result<{ passwordHash: string }>> {
  const refused = await validateNewPassword(ports, owner, password);
  if (refused) return refused;
  const passwordHash = await callDependency('hashing a password', () => ports.hasher.hash(normalisePassword(password)));
  return { passwordHash };
}

/** Why a password is refused for this user; undefined if it is allowed. */
export async function validateNewPassword(
  ports: Pick<Ports, 'store' | 'clock' | 'breachedPasswords'>,
  owner: PasswordOwner,
  password: string,
): Promise<Refusal | undefined> {
  const violation = await validatePassword(ports, password, await passwordRule(ports, owner));
  return violation && passwordRefusal(violation);
}

/** The rule for a password of this user now. */
export async function passwordRule(ports: Pick<Ports, 'store' | 'clock'>, owner: PasswordOwner): Promise<PasswordRule> {
  const [account, ...stored] = await ports.store.getMany(
    [accountDocument.key(owner.account), ...owner.assignments.map(({ resource }) => resourceDocument.key(resource))],
    ports.clock.now(),
  );
  const resources = stored.map((resource) => resource?.value);
  const localPart = owner.email?.slice(0, owner.email.lastIndexOf('@'));
  const personal = [
    ...[owner.login, owner.alias, localPart, owner.phone, owner.firstName, owner.secondName],
    ...[account?.value.name, ...resources.map((resource) => resource?.name)],
  ].filter((word) => word !== undefined);
  // A deleted resource accepts no sign-in, and an assignment to it is soon removed.
  const secondFactor = resources.length > 0 && resources.every((resource) => resource && asksForCode(resource));
  return { secondFactor, personal };
}

/** `auto` does not count: it drops the code with the last token, and the short password stays. */
function asksForCode({ methodPolicy }: { methodPolicy: MethodPolicy }): boolean {
  return methodPolicy === 'password-otp' || methodPolicy === 'otp';
}
