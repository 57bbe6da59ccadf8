import type { ResourceId, UserId } from '../../../kernel/ids.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import { mayHelpOn } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { IssuedLink } from '../../../messages/delivered-link.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { resourceLanguage } from '../../../resources/mail-brand.ts';
import { refusedOn } from '../../../resources/resource-access.ts';
import { readObject } from '../../../store/records/read-object.ts';
import { admitHelpDeskUnlock } from '../../../tokens/help-desk-unlocks.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { userDocument } from '../../../users/documents.ts';
import { issueUserLink, refuseUserLink } from '../issue-user-link.ts';
import { unlockLinkDocument } from './documents.ts';
import {
  allowsUnlock,
  UNLOCK_LINK_LIFETIME_MS,
  UNLOCK_LINKS_PER_USER,
  UNLOCK_LINKS_WINDOW_MS,
  unlockOf,
  writeUnlockPath,
} from './unlock-link.ts';
import { unlockableTokens } from './unlockable-tokens.ts';

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
  const { actor } = act;
  const known = await readObject(ports, actor.account, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(known)) return known;
  const found = await readObject(ports, actor.account, resourceDocument.key(on), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const language = order.language ?? resourceLanguage(found.object);
  const refused = refusedOn(act, on, mayHelpOn(actor, on)) ?? refuseUserLink(ports, actor, known.object, 'hand-over');
  if (refused) return refused;
  const { tokens } = await loadAssignedTokens(ports, known.object, on);
  const assigned = tokens.map(({ value }) => value);
  const unlockable = allowsUnlock(found.object) ? await unlockableTokens(ports, known.object, assigned) : [];
  if (unlockable.length === 0) return refusal('NOTHING_TO_UNLOCK');
  const tooMany = await admitHelpDeskUnlock(ports, actor, id);
  if (tooMany) return tooMany;
  return issueUserLink(ports, act, id, {
    key: unlockLinkDocument.key(id),
    delivery: 'hand-over',
    limit: { counter: 'unlock', max: UNLOCK_LINKS_PER_USER, windowMs: UNLOCK_LINKS_WINDOW_MS },
    lifetimeMs: () => validForMs,
    refuse: () => undefined,
    value: (link, user) => unlockOf(link, user, on),
    path: (link) => writeUnlockPath(link, language, on),
    event: 'user.unlock-link-handed-over',
    resource: on,
  });
}
