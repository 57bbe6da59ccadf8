import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { REPLACEMENTS } from '@countersign/protocol/users';
import type { ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../kernel/mail.ts';
import { mayChangeToken, mayChangeUser } from '../kernel/policy.ts';
import type { MailPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { refuseDelivery } from '../messages/deliver-link.ts';
import { notifyUser } from '../messages/notify.ts';
import { resourceDocument } from '../resources/documents.ts';
import { resourceLanguage } from '../resources/mail-brand.ts';
import { readEnrolmentPlaces } from '../sign-in/enrolment/enrolment-resource.ts';
import { sendEnrolmentLink } from '../sign-in/enrolment/send-enrolment-link.ts';
import { endBrowserTrust } from '../sign-in/rules/trusted-browsers/end-trust.ts';
import { editObject, readObject } from '../store/records/read-object.ts';
import { type Decision, transact } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import { deactivateToken, endTrust, REPLACEMENT_TTL_MS } from '../tokens/lockout.ts';
import { ownedTokens } from '../tokens/owned-tokens.ts';
import type { Token } from '../tokens/token.ts';
import { soleResource } from '../users/assignments.ts';
import { userDocument } from '../users/documents.ts';
import { raiseTrustEpoch } from '../users/trust-epoch.ts';
import type { User } from '../users/user.ts';

export interface LostDevice {
  /** Default: all tokens of the user that are not recovery codes. */
  tokens?: readonly TokenId[] | undefined;
  replacement?: (typeof REPLACEMENTS)[number] | undefined;
  /** Where the link leads. Default: as for an enrolment link. */
  resource?: ResourceId | undefined;
  language?: MailLanguage | undefined;
}

/**
 * What an administrator does about a lost device, in one act: the tokens take no part any more, no browser is trusted,
 * the user may set up another token or is mailed a link to it, and is told. It can be repeated, and finishes what was
 * interrupted: every step before the last only denies.
 */
export async function reportLostDevice(
  ports: MailPorts,
  act: RequestContext,
  id: UserId,
  { tokens: named, replacement = 'permission', resource, language }: LostDevice,
): Promise<Result<{ tokens: TokenId[]; expiresAt: number }>> {
  const { account } = act.actor;
  const found = await readObject(ports, account, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { object: user } = found;
  if (!mayChangeUser(act.actor, user)) return refusal('FORBIDDEN');
  const owned = await ownedTokens(ports, user);
  const select = (tokens: readonly Token[]) =>
    tokens.filter((token) => (named ? named.includes(token.id) : isDevice(token)));
  const lost = select(owned);
  if (lost.length === 0 || (named && lost.length < new Set(named).size)) return refusal('TOKEN_NOT_FOUND');
  if (!lost.every((token) => mayChangeToken(act.actor, token, user))) return refusal('FORBIDDEN');
  if (replacement === 'link') {
    // Before anything changes: without the link the user would be left without a way to a new token.
    const undeliverable = refuseDelivery(ports, act.actor, 'mail', user.email);
    if (undeliverable) return undeliverable;
    if (user.blocked) return refusal('USER_BLOCKED');
    const places = await readEnrolmentPlaces(ports, act.actor, user, resource);
    if (isRefusal(places)) return places;
    if (places.places.length === 0) return refusal('ENROLMENT_OFF');
  }
  const permits = replacement === 'permission';
  const recorded = await recordLoss(ports, act, user, lost, permits);
  if (isRefusal(recorded)) return recorded;
  const deactivated = await deactivateAll(ports, act, { user, permits, select });
  if (isRefusal(deactivated)) return deactivated;
  const ended = await endBrowserTrust(ports, act, { user: id });
  if (isRefusal(ended)) return ended;
  const link = permits ? undefined : await sendEnrolmentLink(ports, act, id, { resource, language });
  if (link && isRefusal(link)) return link;
  await tellUser(ports, user, language);
  return {
    tokens: deactivated.tokens,
    expiresAt: link?.expiresAt ?? ports.clock.now() + REPLACEMENT_TTL_MS,
  };
}

/** Recovery codes are on paper: they are what the user has left. */
function isDevice(token: Token): boolean {
  return !rulesOf(token).isSubstitute;
}

/** The event. Where a link is sent, it ends every earlier permission as well: the link replaces it. */
function recordLoss(
  ports: MailPorts,
  act: RequestContext,
  { id, account }: User,
  lost: readonly Token[],
  permits: boolean,
): Promise<Result<{ user: User }>> {
  const key = userDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ user: User }>> => {
    if (stored?.value.account !== account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayChangeUser(act.actor, stored.value)) return { answer: refusal('FORBIDDEN') };
    const user: User = { ...raiseTrustEpoch(stored.value), ...(!permits && { replacementsEndedAt: now }) };
    const event = { type: 'user.device-lost', subject: id, related: lost.map((token) => token.id) } as const;
    return { answer: { user }, write: { put: [{ key, value: user }], append: [createEvent(act, event, now)] } };
  });
}

/**
 * Reads the tokens after the loss is recorded on the user, and again until there is no other: an enrolment that was
 * faster has added one, and a slower one adds none (SR-69).
 */
async function deactivateAll(
  ports: MailPorts,
  act: RequestContext,
  { user, permits, select }: { user: User; permits: boolean; select: (tokens: readonly Token[]) => readonly Token[] },
): Promise<Result<{ tokens: TokenId[] }>> {
  const tokens = new Set<TokenId>();
  for (;;) {
    const left = select(await ownedTokens(ports, user)).filter(({ id }) => !tokens.has(id));
    if (left.length === 0) return { tokens: [...tokens] };
    for (const { id: token } of left) {
      tokens.add(token);
      const gone = await deactivate(ports, act, { token, user, permits });
      // The unfinished token of an enrolment that has just ended may be deleted by now.
      if (isRefusal(gone) && gone.refused !== 'TOKEN_NOT_FOUND') return gone;
    }
  }
}

function deactivate(
  ports: MailPorts,
  act: RequestContext,
  { token, user, permits }: { token: TokenId; user: User; permits: boolean },
): Promise<Result<{ object: Token }>> {
  const key = tokenDocument.key(token);
  return editObject(ports, act, { type: 'token.updated' }, key, 'TOKEN_NOT_FOUND', (before, now) => {
    if (before.owner !== user.id) return refusal('CONTENTION');
    if (!mayChangeToken(act.actor, before, user)) return refusal('FORBIDDEN');
    return endTrust(deactivateToken(before, permits, now));
  });
}

/** In the language of the only resource that the user signs in to, if there is one. */
async function tellUser(ports: MailPorts, user: User, language: MailLanguage | undefined): Promise<void> {
  const only = soleResource(user);
  const [stored] = only ? await ports.store.getMany([resourceDocument.key(only)], ports.clock.now()) : [];
  notifyUser(ports, user, 'device-lost', {
    // The address of an administrator is no news to the user.
    client: {},
    language: language ?? (stored ? resourceLanguage(stored.value) : 'en'),
    ...omitUndefined({ brand: stored && mailBrand(stored.value) }),
  });
}
