import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId, UserId } from '../../../kernel/ids.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import { mayHelpOn, mayHelpUser } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { hashSecret, newSecret } from '../../../kernel/secret-token.ts';
import { HOUR_MS } from '../../../kernel/time.ts';
import { boundsOf, refuseDelivery } from '../../../messages/deliver-link.ts';
import type { IssuedLink } from '../../../messages/delivered-link.ts';
import { writeUserLink } from '../../../messages/user-link.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { resourceLanguage } from '../../../resources/mail-brand.ts';
import { refusedOn } from '../../../resources/resource-access.ts';
import { readObject } from '../../../store/records/read-object.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { admitHelpDeskUnlock } from '../../../tokens/help-desk-unlocks.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { userDocument } from '../../../users/documents.ts';
import { unlockLinkDocument } from './documents.ts';
import { allowsUnlock, UNLOCK_LINK_LIFETIME_MS, type UnlockLink } from './unlock-link.ts';
import { unlockableTokens } from './unlockable-tokens.ts';

/** Unlock links that are handed over to one user. */
const UNLOCK_LINKS_PER_USER = 10;

/**
 * Makes a link that unlocks the tokens of a user there, to hand over. It lifts the same locks as one that the user asks
 * for after the password.
 */
export async function issueUnlockLink(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  act: RequestContext,
  id: UserId,
  order: { resource: ResourceId; language?: MailLanguage | undefined; validForMs?: number | undefined },
): Promise<Result<IssuedLink>> {
  const { resource: on, validForMs = UNLOCK_LINK_LIFETIME_MS } = order;
  const { account } = act.actor;
  const key = userDocument.key(id);
  const known = await readObject(ports, account, key, 'USER_NOT_FOUND');
  if (isRefusal(known)) return known;
  const found = await readObject(ports, account, resourceDocument.key(on), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const language = order.language ?? resourceLanguage(found.object);
  const refused = refusedOn(act, on, mayHelpOn(act.actor, on));
  if (refused) return refused;
  if (!mayHelpUser(act.actor, known.object)) return refusal('FORBIDDEN');
  const undeliverable = refuseDelivery(ports, act.actor, 'hand-over', known.object.email);
  if (undeliverable) return undeliverable;
  const { tokens } = await loadAssignedTokens(ports, known.object, on);
  const assigned = tokens.map(({ value }) => value);
  const unlockable = allowsUnlock(found.object) ? await unlockableTokens(ports, known.object, assigned) : [];
  if (unlockable.length === 0) return refusal('NOTHING_TO_UNLOCK');
  const tooMany = await admitHelpDeskUnlock(ports, act.actor, id);
  if (tooMany) return tooMany;
  const now = ports.clock.now();
  const rate = await ports.store.increment(`unlock/of/${id}`, HOUR_MS, UNLOCK_LINKS_PER_USER, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  const secret = newSecret(ports);
  return transact(ports, key.anchor, [key], ([stored], at): Decision<Result<IssuedLink>> => {
    const user = stored?.value;
    if (user?.account !== account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayHelpUser(act.actor, user)) return { answer: refusal('FORBIDDEN') };
    if (user.blocked) return { answer: refusal('USER_BLOCKED') };
    const { email, login } = user;
    const changed = refuseDelivery(ports, act.actor, 'hand-over', email);
    if (changed) return { answer: changed };
    const value: UnlockLink = {
      secretHash: hashSecret(secret),
      ...omitUndefined({ email }),
      ...boundsOf(act.actor),
      resource: on,
      passwordDigest: passwordDigest(user),
      expiresAt: at + validForMs,
    };
    const { expiresAt } = value;
    const event = { type: 'user.unlock-link-handed-over', subject: id, resource: on } as const;
    const path = `/unlock?lang=${language}&resource=${on}#${writeUserLink({ user: id, secret })}`;
    return {
      answer: { login, ...omitUndefined({ email }), path, lifetimeMs: validForMs, expiresAt },
      write: {
        put: [{ key: unlockLinkDocument.key(id), value, expiresAt }],
        append: [createEvent(act, event, at)],
      },
    };
  });
}
