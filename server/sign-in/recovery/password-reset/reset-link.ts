import { isMakerInOffice } from '../../../administrators/link-maker.ts';
import { passwordRule } from '../../../authentication/new-password.ts';
import { readAccess } from '../../../authentication/read-access.ts';
import type { ResourceId } from '../../../kernel/ids.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { secretMatches } from '../../../kernel/secret-token.ts';
import { parseUserLink, type UserLink, writeUserLink } from '../../../messages/user-link.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { tokenDocument } from '../../../tokens/documents.ts';
import { soleResource } from '../../../users/assignments.ts';
import { userDocument } from '../../../users/documents.ts';
import { readUser } from '../../../users/find-user.ts';
import type { User } from '../../../users/user.ts';
import { passwordResetDocument } from './documents.ts';
import { isResetLinkValid, type PasswordReset } from './password-reset.ts';

/** A path below the configured address, because the request's host is the sender's claim (SR-40). */
export function writeResetPath(link: UserLink, language: MailLanguage, resource: ResourceId | undefined): string {
  const about = resource === undefined ? '' : `&resource=${resource}`;
  return `/reset/password?lang=${language}${about}#${writeUserLink(link)}`;
}

/** True if this key is valid for this reset of this user, now. */
export function matchesResetLink(
  key: UserLink,
  reset: PasswordReset | undefined,
  user: User | undefined,
  now: number,
): boolean {
  if (!reset || !user || !secretMatches(key.secret, reset.secretHash)) return false;
  return isResetLinkValid(reset, user, passwordDigest(user), now);
}

/** The user of a valid link. A check does not use the link up, because mail programs open links first. */
export async function readReset(
  ports: Pick<Ports, 'store' | 'clock' | 'geo'>,
  text: unknown,
  address: string | undefined,
): Promise<Result<{ key: UserLink; user: User; resource?: ResourceId | undefined; origin?: string | undefined }>> {
  const key = parseUserLink(text);
  if (!key) return refusal('RESET_LINK_INVALID');
  const now = ports.clock.now();
  const [user, reset] = await ports.store.getMany(
    [userDocument.key(key.user), passwordResetDocument.key(key.user)],
    now,
  );
  if (!user || !reset || !matchesResetLink(key, reset.value, user.value, now)) return refusal('RESET_LINK_INVALID');
  if (!(await readUser(ports, user.value.account, key.user))) return refusal('RESET_LINK_INVALID');
  if (!(await isMakerInOffice(ports, reset.value, user.value))) return refusal('RESET_LINK_INVALID');
  if (reset.value.byHelpDesk && (await opensByPassword(ports, user.value))) return refusal('RESET_LINK_INVALID');
  const { resource, origin } = reset.value;
  // A user who cannot access the resource cannot reset through it either (SR-4).
  const access = resource === undefined ? undefined : await readAccess(ports, resource, address);
  if (access && isRefusal(access)) return access;
  if (access && access.resource.passwordReset !== true) return refusal('RESET_LINK_INVALID');
  if (access && !(await isResetAllowedEverywhere(ports, user.value))) return refusal('RESET_LINK_INVALID');
  return { key, user: user.value, resource, origin };
}

/**
 * True if a new password alone may sign the user in, now or once a token is gone; or if it is the first one, with which a
 * first token can be set up. A code is also dropped where every token is deactivated, as of a user who lost theirs.
 */
export async function opensByPassword(ports: Pick<Ports, 'store' | 'clock'>, user: User): Promise<boolean> {
  if (user.passwordHash === undefined || !(await passwordRule(ports, user)).secondFactor) return true;
  const ids = user.assignments.flatMap(({ tokens }) => tokens.map(({ token }) => token));
  const stored = await ports.store.getMany([...new Set(ids)].map(tokenDocument.key), ports.clock.now());
  return stored.some((token) => token?.value.enabled === false);
}

/** What the page of a link shows. */
export async function viewReset(
  ports: Pick<Ports, 'store' | 'clock' | 'geo'>,
  text: unknown,
  address: string | undefined,
): Promise<
  Result<{ login: string; secondFactor: boolean; resource?: ResourceId | undefined; origin?: string | undefined }>
> {
  const opened = await readReset(ports, text, address);
  if (isRefusal(opened)) return opened;
  const { secondFactor } = await passwordRule(ports, opened.user);
  const { user, resource = soleResource(user), origin } = opened;
  return { login: user.login, secondFactor, resource, origin };
}

/**
 * True if all resources of a user allow a reset by mail. They share one password, so a single resource that forbids it
 * forbids it for all (SR-67).
 */
export async function isResetAllowedEverywhere(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  { assignments }: Pick<User, 'assignments'>,
): Promise<boolean> {
  const keys = assignments.map(({ resource }) => resourceDocument.key(resource));
  const stored = await store.getMany(keys, clock.now());
  return stored.every((resource) => resource === undefined || resource.value.passwordReset === true);
}
