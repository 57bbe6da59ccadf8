import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Actor } from '../../kernel/actor.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { ResourceId, UserId } from '../../kernel/ids.ts';
import { mayHelpUser } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { DocumentKey } from '../../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { hashSecret, newSecret } from '../../kernel/secret-token.ts';
import { boundsOf, refuseDelivery } from '../../messages/deliver-link.ts';
import type { DeliveredLink, IssuedLink, LinkDelivery } from '../../messages/delivered-link.ts';
import type { UserLink } from '../../messages/user-link.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { userDocument } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';

/** What a kind of link adds to {@link issueUserLink}. */
interface UserLinkKind<L extends DeliveredLink> {
  key: DocumentKey<L>;
  delivery: LinkDelivery;
  /** Links to one user: `max` in `windowMs`, counted under the name. */
  limit: { counter: string; max: number; windowMs: number };
  lifetimeMs: (user: User) => number;
  /** Why this user gets no such link, besides what {@link refuseUserLink} says. */
  refuse: (user: User) => Refusal | undefined;
  /** What is stored: what all links have, and what this kind adds. */
  value: (link: DeliveredLink, user: User) => L;
  path: (link: UserLink, user: User) => string;
  event: EventDraft['type'];
  resource?: ResourceId;
  /** Documents that the new link voids. */
  voids?: readonly DocumentKey[];
}

/** Why the actor may not issue a link to this user. Asked before a new link voids one that the user may have. */
export function refuseUserLink(
  ports: Pick<Ports, 'courier'>,
  actor: Actor,
  user: User,
  delivery: LinkDelivery,
): Refusal | undefined {
  return mayHelpUser(actor, user) ? refuseDelivery(ports, actor, delivery, user.email) : refusal('FORBIDDEN');
}

/** What is stored of a new link: the hash of its secret, and the address that it goes to. */
export function newUserLink(secret: string, { email }: User, expiresAt: number): DeliveredLink {
  return { secretHash: hashSecret(secret), ...omitUndefined({ email }), expiresAt };
}

/** Makes a link for an administrator or the site's backend; it replaces any previous one. Only its hash is stored. */
export async function issueUserLink<L extends DeliveredLink>(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  act: RequestContext,
  id: UserId,
  kind: UserLinkKind<L>,
): Promise<Result<IssuedLink & { secretHash: string }>> {
  const { key, delivery, limit, event, resource, voids = [] } = kind;
  const { actor } = act;
  const now = ports.clock.now();
  const rate = await ports.store.increment(`${limit.counter}/of/${id}`, limit.windowMs, limit.max, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  const secret = newSecret(ports);
  const userKey = userDocument.key(id);
  type Issued = Result<IssuedLink & { secretHash: string }>;
  return transact(ports, userKey.anchor, [userKey], ([stored], at): Decision<Issued> => {
    const user = stored?.value;
    if (user?.account !== actor.account) return { answer: refusal('USER_NOT_FOUND') };
    const barred = refuseUserLink(ports, actor, user, delivery) ?? (user.blocked ? refusal('USER_BLOCKED') : undefined);
    const refused = barred ?? kind.refuse(user);
    if (refused) return { answer: refused };
    const lifetimeMs = kind.lifetimeMs(user);
    const bounds = delivery === 'hand-over' ? boundsOf(actor) : {};
    const value = kind.value({ ...newUserLink(secret, user, at + lifetimeMs), ...bounds }, user);
    const { expiresAt, secretHash } = value;
    const { email, login } = user;
    const path = kind.path({ user: id, secret }, user);
    return {
      answer: { login, ...omitUndefined({ email }), path, lifetimeMs, expiresAt, secretHash },
      write: {
        put: [{ key, value, expiresAt }],
        delete: [...voids],
        append: [createEvent(act, { type: event, subject: id, ...omitUndefined({ resource }) }, at)],
      },
    };
  });
}
