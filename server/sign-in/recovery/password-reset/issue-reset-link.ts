import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EventDraft } from '../../../kernel/event.ts';
import type { ResourceId, UserId } from '../../../kernel/ids.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import { mayHelpUser } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { DocumentKey } from '../../../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { type Result, refusal, wrongInput } from '../../../kernel/result.ts';
import { hashSecret, newSecret } from '../../../kernel/secret-token.ts';
import { boundsOf, refuseDelivery, refuseHelpDesk } from '../../../messages/deliver-link.ts';
import type { IssuedLink, LinkDelivery } from '../../../messages/delivered-link.ts';
import { PASSWORD_RESET_LIFETIME_MS, RESETS_WINDOW_MS } from '../../../messages/reset-mail.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { resourceLanguage } from '../../../resources/mail-brand.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { soleResource } from '../../../users/assignments.ts';
import { userDocument } from '../../../users/documents.ts';
import type { User } from '../../../users/user.ts';
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
  const { account } = act.actor;
  const userKey = userDocument.key(id);
  const now = ports.clock.now();
  const [known] = await ports.store.getMany([userKey], now);
  if (known?.value.account !== account) return refusal('USER_NOT_FOUND');
  if (!mayHelpUser(act.actor, known.value)) return refusal('FORBIDDEN');
  // Before a new link voids one that the user may have.
  const refused =
    refuseDelivery(ports, act.actor, delivery, known.value.email) ??
    refuseHelpDesk(act.actor, delivery, await opensByPassword(ports, known.value));
  if (refused) return refused;
  const rate = await ports.store.increment(`password-reset/of/${id}`, RESETS_WINDOW_MS, RESETS_STARTED_PER_USER, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  const language = order.language ?? (await languageOn(ports, soleResource(known.value)));
  return transact(ports, userKey.anchor, [userKey], ([stored], at): Decision<Issued> => {
    const user = stored?.value;
    if (user?.account !== account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayHelpUser(act.actor, user)) return { answer: refusal('FORBIDDEN') };
    if (user.blocked) return { answer: refusal('USER_BLOCKED') };
    const { email, login } = user;
    const undeliverable =
      refuseDelivery(ports, act.actor, delivery, email) ??
      refuseHelpDesk(act.actor, delivery, user.passwordHash === undefined);
    if (undeliverable) return { answer: undeliverable };
    const lifetimeMs = validForMs ?? resetLifetimeMs(user, delivery);
    if (lifetimeMs > maxResetLifetimeMs(user)) {
      return { answer: wrongInput('validForMs', 'at most a day for a user who has a password') };
    }
    const bounds = delivery === 'hand-over' ? boundsOf(act.actor) : {};
    const { key, value, path } = newReset(ports, user, { language, lifetimeMs, bounds });
    const type: EventDraft['type'] =
      delivery === 'mail' ? 'user.password-reset-asked' : 'user.password-link-handed-over';
    const { secretHash, expiresAt } = value;
    return {
      answer: {
        login,
        ...omitUndefined({ email, resource: soleResource(user) }),
        path,
        lifetimeMs,
        expiresAt,
        secretHash,
        language,
      },
      write: {
        put: [{ key, value, expiresAt }],
        append: [createEvent(act, { type, subject: id }, at)],
      },
    };
  });
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

/** A link that replaces any previous one. */
export function newReset(
  ports: Pick<Ports, 'random' | 'clock'>,
  user: User,
  {
    language,
    lifetimeMs = PASSWORD_RESET_LIFETIME_MS,
    resource,
    bounds = {},
  }: {
    language: MailLanguage;
    lifetimeMs?: number;
    resource?: ResourceId;
    bounds?: ReturnType<typeof boundsOf>;
  },
): { key: DocumentKey<PasswordReset>; value: PasswordReset; path: string } {
  const secret = newSecret(ports);
  const value: PasswordReset = {
    secretHash: hashSecret(secret),
    ...omitUndefined({ email: user.email }),
    ...bounds,
    passwordDigest: passwordDigest(user),
    ...omitUndefined({ resource }),
    expiresAt: ports.clock.now() + lifetimeMs,
  };
  const path = writeResetPath({ user: user.id, secret }, language, resource ?? soleResource(user));
  return { key: passwordResetDocument.key(user.id), value, path };
}
