import type { TokenId } from '../../domain/ids.ts';
import { unlockToken } from '../../domain/lockout.ts';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import { unlockStands, unlocksByMail } from '../../domain/unlock-link.ts';
import type { User } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import { type Act, eventOf, type Whence } from '../act.ts';
import { tellOwner } from '../enrolment/tell-owner.ts';
import { secretMatches } from '../flow/flow-handle.ts';
import { movePlaces } from '../objects/object-places.ts';
import { sweepIndex } from '../objects/sweep-index.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { type PersonLink, parsePersonLink } from '../person-link.ts';
import { type Decision, transact } from '../transact.ts';
import { readUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>;

const INVALID = refusal('LINK_INVALID');

/** Whose link it is. Looking uses nothing up: mail programs look at links before people do. */
export async function viewUnlock(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: unknown,
): Promise<Verdict<{ user: User; key: PersonLink }>> {
  const key = parsePersonLink(text);
  if (!key) return INVALID;
  const now = ports.clock.now();
  const [user, link] = await ports.store.getMany([documents.user(key.user), documents.unlockLink(key.user)], now);
  if (!user || !link || !secretMatches(key.secret, link.value.secretHash)) return INVALID;
  if (!unlockStands(link.value, user.value, passwordDigest(user.value), now)) return INVALID;
  return (await readUser(ports, user.value.account, key.user)) ? { user: user.value, key } : INVALID;
}

/**
 * Unlocks what wrong codes have locked, for whoever holds the link. The link is used up first: a crash after that leaves
 * tokens locked. It signs nobody in.
 */
export async function unlockOwnTokens(
  ports: Needs,
  whence: Whence,
  { link: text, language }: { link: unknown; language: MailLanguage },
): Promise<Verdict<{ unlocked: true }>> {
  const opened = await viewUnlock(ports, text);
  if (isRefusal(opened)) return opened;
  const { user, key } = opened;
  const act: Act = { actor: { kind: 'user', account: user.account, id: user.id }, ...whence };
  const keys = [documents.user(user.id), documents.unlockLink(user.id)] as const;
  const used = await transact(ports, keys[0].anchor, keys, ([stored, link], now): Decision<Verdict<{ user: User }>> => {
    if (!stored || !link || !secretMatches(key.secret, link.value.secretHash)) return { answer: INVALID };
    if (!unlockStands(link.value, stored.value, passwordDigest(stored.value), now)) return { answer: INVALID };
    const append = [eventOf(act, { type: 'user.unlock-used', subject: user.id }, now)];
    return { answer: { user: stored.value }, write: { delete: [keys[1]], append } };
  });
  if (isRefusal(used)) return used;
  const index = indexes.tokensOf(user.account, user.id);
  await sweepIndex(ports, index, (id) => unlock(ports, act, id as TokenId, user));
  tellOwner(ports, used.user, 'token-unlocked', { language, whence });
  return { unlocked: true };
}

async function unlock(ports: Needs, act: Act, id: TokenId, owner: User): Promise<void> {
  const key = documents.token(id);
  await transact(ports, key.anchor, [key], ([stored], now) => {
    const token = stored?.value;
    if (token?.owner !== owner.id || !unlocksByMail(token)) return { answer: undefined };
    const next = unlockToken(token);
    const event = eventOf(act, { type: 'token.updated', subject: id, changed: ['failures', 'lock'] }, now);
    const put = [{ key, value: next }];
    return { answer: undefined, write: { put, index: movePlaces(key, token, next), append: [event] } };
  });
}
