import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId, UserId } from '../../../kernel/ids.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import { mayHelpUser } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, wrongInput } from '../../../kernel/result.ts';
import { refuseHelpDesk } from '../../../messages/deliver-link.ts';
import type { DeliveredLink, IssuedLink, LinkDelivery } from '../../../messages/delivered-link.ts';
import { RESETS_WINDOW_MS } from '../../../messages/reset-mail.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { resourceLanguage } from '../../../resources/mail-brand.ts';
import { readObject } from '../../../store/records/read-object.ts';
import { soleResource } from '../../../users/assignments.ts';
import { userDocument } from '../../../users/documents.ts';
import type { User } from '../../../users/user.ts';
import { issueUserLink, refuseUserLink } from '../issue-user-link.ts';
import { passwordResetDocument } from './documents.ts';
import {
  isResetLinkValid,
  maxResetLifetimeMs,
  type PasswordReset,
  RESETS_STARTED_PER_USER,
  resetLifetimeMs,
} from './password-reset.ts';
import { opensByPassword, writeResetPath } from './reset-link.ts';

export interface ResetLinkOrder {
  /** Default: that of the only resource of the user, if there is one. */
  language?: MailLanguage | undefined;
  delivery: LinkDelivery;
  /** Default: `resetLifetimeMs`. */
  validForMs?: number | undefined;
}

/** `resource`: the one that the user signs in to, if it is only one. */
type Issued = Result<IssuedLink & { secretHash: string; resource?: ResourceId; language: MailLanguage }>;

/** Makes a link to a new password, for an administrator or the site's backend. Also for a user without a password. */
export async function issueResetLink(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  act: RequestContext,
  id: UserId,
  { delivery, validForMs, ...order }: ResetLinkOrder,
): Promise<Issued> {
  const { actor } = act;
  const found = await readObject(ports, actor.account, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const known = found.object;
  const refused =
    refuseUserLink(ports, actor, known, delivery) ??
    refuseHelpDesk(actor, delivery, await opensByPassword(ports, known));
  if (refused) return refused;
  const resource = soleResource(known);
  const language = order.language ?? (await languageOn(ports, resource));
  const lifetimeMs = (user: User) => validForMs ?? resetLifetimeMs(user, delivery);
  const issued = await issueUserLink(ports, act, id, {
    key: passwordResetDocument.key(id),
    delivery,
    limit: { counter: 'password-reset', max: RESETS_STARTED_PER_USER, windowMs: RESETS_WINDOW_MS },
    lifetimeMs,
    refuse: (user) => {
      const beyond = refuseHelpDesk(actor, delivery, user.passwordHash === undefined);
      if (beyond) return beyond;
      const isTooLong = lifetimeMs(user) > maxResetLifetimeMs(user);
      return isTooLong ? wrongInput('validForMs', 'at most a day for a user who has a password') : undefined;
    },
    value: resetOf,
    path: (link, user) => writeResetPath(link, language, soleResource(user)),
    event: delivery === 'mail' ? 'user.password-reset-asked' : 'user.password-link-handed-over',
  });
  return isRefusal(issued) ? issued : { ...issued, ...omitUndefined({ resource }), language };
}

async function languageOn(
  ports: Pick<Ports, 'store' | 'clock'>,
  resource: ResourceId | undefined,
): Promise<MailLanguage> {
  const keys = resource === undefined ? [] : [resourceDocument.key(resource)];
  const [stored] = await ports.store.getMany(keys, ports.clock.now());
  return resourceLanguage(stored?.value);
}

/** When the link of the user expires that was mailed before and is still valid; undefined if there is none. */
export async function resetMailedUntil(
  ports: Pick<Ports, 'store' | 'clock'>,
  { actor }: RequestContext,
  id: UserId,
): Promise<number | undefined> {
  const now = ports.clock.now();
  const [stored, link] = await ports.store.getMany([userDocument.key(id), passwordResetDocument.key(id)], now);
  const user = stored?.value;
  if (!user || !link || user.account !== actor.account || !mayHelpUser(actor, user)) return undefined;
  const isValid = link.value.mailedAt !== undefined && isResetLinkValid(link.value, user, passwordDigest(user), now);
  return isValid ? link.value.expiresAt : undefined;
}

/** What is stored of a link to a new password. */
export function resetOf(link: DeliveredLink, user: User): PasswordReset {
  return { ...link, passwordDigest: passwordDigest(user) };
}
