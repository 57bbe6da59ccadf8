import { isMakerInOffice } from '../../../administrators/link-maker.ts';
import type { ResourceId, TokenId } from '../../../kernel/ids.ts';
import { type MailBrand, type MailLanguage, mailBrand } from '../../../kernel/mail.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { secretMatches } from '../../../kernel/secret-token.ts';
import { notifyUser } from '../../../messages/notify.ts';
import { parseUserLink, type UserLink } from '../../../messages/user-link.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { reindex } from '../../../store/index-entries.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { resourcesOpenedBy } from '../../../tokens/assignments.ts';
import { tokenDocument } from '../../../tokens/documents.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { unlockToken } from '../../../tokens/lockout.ts';
import { userDocument } from '../../../users/documents.ts';
import type { User } from '../../../users/user.ts';
import { unlockLinkDocument } from './documents.ts';
import { allowsUnlock, isUnlockable, isUnlockLinkValid } from './unlock-link.ts';
import { readUnlockPolicies, unlockableTokens } from './unlockable-tokens.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier' | 'reportFault'>;

const INVALID = refusal('LINK_INVALID');

/** The scope of a link: tokens with which its user is assigned to the resource where they requested it. */
interface UnlockScope {
  user: User;
  key: UserLink;
  resource: ResourceId;
  brand: MailBrand;
  tokens: TokenId[];
}

/**
 * The link's user, while it still unlocks a token and its resource allows it. Viewing uses nothing up: mail programs
 * open links before users do.
 */
export async function viewUnlock(ports: Pick<Ports, 'store' | 'clock'>, text: unknown): Promise<Result<UnlockScope>> {
  const key = parseUserLink(text);
  if (!key) return INVALID;
  const now = ports.clock.now();
  const [known, link] = await ports.store.getMany([userDocument.key(key.user), unlockLinkDocument.key(key.user)], now);
  if (!known || !link || !secretMatches(key.secret, link.value.secretHash)) return INVALID;
  const { resource: id } = link.value;
  const [[resource], { user, tokens }] = await Promise.all([
    ports.store.getMany([resourceDocument.key(id)], now),
    loadAssignedTokens(ports, known.value, id),
  ]);
  if (!user || !isUnlockLinkValid(link.value, user, passwordDigest(user), now)) return INVALID;
  if (!(await isMakerInOffice(ports, link.value, user))) return INVALID;
  if (resource?.value.enabled !== true || !allowsUnlock(resource.value)) return INVALID;
  const unlockable = await unlockableTokens(
    ports,
    user,
    tokens.map(({ value }) => value),
  );
  if (unlockable.length === 0) return INVALID;
  return { user, key, resource: id, brand: mailBrand(resource.value), tokens: unlockable.map((token) => token.id) };
}

/**
 * Unlocks the tokens that wrong codes have locked, for the holder of the link. The link is used up first: a crash after
 * that leaves tokens locked. It signs no user in.
 */
export async function unlockOwnTokens(
  ports: Needs,
  client: ClientInfo,
  { link: text, language }: { link: unknown; language: MailLanguage },
): Promise<Result<{ unlocked: true }>> {
  const opened = await viewUnlock(ports, text);
  if (isRefusal(opened)) return opened;
  const { user, key, resource, brand, tokens } = opened;
  const act: RequestContext = { actor: { kind: 'user', account: user.account, id: user.id }, ...client };
  const keys = [userDocument.key(user.id), unlockLinkDocument.key(user.id)] as const;
  const used = await transact(ports, keys[0].anchor, keys, ([stored, link], now): Decision<Result<{ user: User }>> => {
    if (!stored || !link || !secretMatches(key.secret, link.value.secretHash)) return { answer: INVALID };
    if (!isUnlockLinkValid(link.value, stored.value, passwordDigest(stored.value), now)) return { answer: INVALID };
    const append = [createEvent(act, { type: 'user.unlock-used', subject: user.id, resource }, now)];
    return { answer: { user: stored.value }, write: { delete: [keys[1]], append } };
  });
  if (isRefusal(used)) return used;
  const unlocked = await Promise.all(tokens.map((id) => unlock(ports, act, { id, resource, owner: used.user })));
  if (!unlocked.includes(true)) return INVALID;
  notifyUser(ports, used.user, 'token-unlocked', { language, client, brand });
  return { unlocked: true };
}

/** Returns whether it was unlocked: the resources that accept the token may have changed since the link was viewed. */
async function unlock(
  ports: Needs,
  act: RequestContext,
  { id, resource, owner }: { id: TokenId; resource: ResourceId; owner: User },
): Promise<boolean> {
  const key = tokenDocument.key(id);
  const [known] = await ports.store.getMany([key], ports.clock.now());
  if (!known) return false;
  const allows = await readUnlockPolicies(ports, owner, [known.value]);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<boolean> => {
    const token = stored?.value;
    const takes = token ? resourcesOpenedBy(token, owner) : [];
    if (!token || !takes.includes(resource) || !isUnlockable(token, owner, allows)) return { answer: false };
    const next = unlockToken(token);
    const event = createEvent(
      act,
      { type: 'token.updated', subject: id, resource, changed: ['failures', 'lock'] },
      now,
    );
    const put = [{ key, value: next }];
    return { answer: true, write: { put, index: reindex(key, token, next), append: [event] } };
  });
}
