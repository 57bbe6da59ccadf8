import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId, UserId } from '../../kernel/ids.ts';
import { type MailBrand, type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { isHelpDesk, mayHelpOn, mayHelpUser } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { refuseHelpDesk } from '../../messages/deliver-link.ts';
import type { IssuedLink, LinkDelivery } from '../../messages/delivered-link.ts';
import { writeUserLink } from '../../messages/user-link.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { resourceLanguage } from '../../resources/mail-brand.ts';
import type { Resource } from '../../resources/resource.ts';
import { refusedOn } from '../../resources/resource-access.ts';
import { readObject } from '../../store/records/read-object.ts';
import { isOwnMailbox } from '../../tokens/kinds/sent/enrolment-address.ts';
import { assignmentTo } from '../../users/assignments.ts';
import { userDocument } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';
import { issueUserLink, refuseUserLink } from '../recovery/issue-user-link.ts';
import { enrolmentLinkDocument, enrolmentTriesDocument } from './documents.ts';
import {
  ENROLMENT_LINK_LIFETIME_MS,
  ENROLMENT_LINKS_PER_USER,
  ENROLMENT_LINKS_WINDOW_MS,
  type EnrolmentLink,
  isEnrolmentLinkValid,
  opensByToken,
} from './enrolment-link.ts';
import { findEnrolmentResource } from './enrolment-resource.ts';

export interface EnrolmentLinkOrder {
  /** Default: see `chooseEnrolmentResource`. */
  resource?: ResourceId | undefined;
  /** Default: that of the resource. */
  language?: MailLanguage | undefined;
  delivery: LinkDelivery;
  /** Default: {@link ENROLMENT_LINK_LIFETIME_MS}. */
  validForMs?: number | undefined;
}

type Issued = Result<IssuedLink & { secretHash: string; site: string; brand: MailBrand; language: MailLanguage }>;

/** Makes a link to a new token, for an administrator or the site's backend: for a new user or one who lost theirs. */
export async function issueEnrolmentLink(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  act: RequestContext,
  id: UserId,
  order: EnrolmentLinkOrder,
): Promise<Issued> {
  const { delivery, validForMs = ENROLMENT_LINK_LIFETIME_MS } = order;
  const { actor } = act;
  const known = await readObject(ports, actor.account, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(known)) return known;
  const found = await findResource(ports, act, known.object, order.resource);
  if (isRefusal(found)) return found;
  const { resource } = found;
  const language = order.language ?? resourceLanguage(resource);
  if (!mayHelpUser(actor, known.object)) return refusal('FORBIDDEN');
  if (!resource.enrolment) return refusal('ENROLMENT_OFF');
  const tooMuch = (user: User) => refuseHelpDesk(actor, delivery, opensByToken(user));
  const refused = refuseUserLink(ports, actor, known.object, delivery) ?? tooMuch(known.object);
  if (refused) return refused;
  const issued = await issueUserLink(ports, act, id, {
    key: enrolmentLinkDocument.key(id),
    delivery,
    limit: { counter: 'enrolment-link', max: ENROLMENT_LINKS_PER_USER, windowMs: ENROLMENT_LINKS_WINDOW_MS },
    lifetimeMs: () => validForMs,
    refuse: (user) => {
      const beyond = tooMuch(user);
      if (beyond) return beyond;
      // A thief of the password would read the link and set up a token with it.
      if (delivery === 'mail' && !isOwnMailbox(user, 'password')) return refusal('EMAIL_ON_PASSWORD');
      return assignmentTo(user, resource.id) ? undefined : refusal('ASSIGNMENT_NOT_FOUND');
    },
    value: (link, user): EnrolmentLink => ({
      ...link,
      ...omitUndefined({ credentialEpoch: user.credentialEpoch }),
      ...(delivery === 'hand-over' && isHelpDesk(actor) && { passwordDigest: passwordDigest(user) }),
      resource: resource.id,
    }),
    // The secret is in the fragment, which browsers do not send: no log contains it, and no mail scanner uses it up.
    path: (link) => `/widget/v1/enrol?resource=${resource.id}&lang=${language}#${writeUserLink(link)}`,
    event: delivery === 'mail' ? 'user.enrolment-asked' : 'user.enrolment-link-handed-over',
    resource: resource.id,
    // The link resets the tries, so that wrong codes typed by the user or a stranger no longer count (SR-14).
    voids: [enrolmentTriesDocument.key(id)],
  });
  return isRefusal(issued) ? issued : { ...issued, site: resource.name, brand: mailBrand(resource), language };
}

/** When the link of the user expires that was mailed before and is still valid; undefined if there is none. */
export async function enrolmentMailedUntil(
  ports: Pick<Ports, 'store' | 'clock'>,
  { actor }: RequestContext,
  id: UserId,
  resource: ResourceId | undefined,
): Promise<number | undefined> {
  const now = ports.clock.now();
  const [stored, found] = await ports.store.getMany([userDocument.key(id), enrolmentLinkDocument.key(id)], now);
  const [user, link] = [stored?.value, found?.value];
  if (!user || !link || user.account !== actor.account || !mayHelpUser(actor, user)) return undefined;
  if (resource !== undefined && link.resource !== resource) return undefined;
  return link.mailedAt !== undefined && isEnrolmentLinkValid(link, user, now) ? link.expiresAt : undefined;
}

async function findResource(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: RequestContext,
  user: User,
  on: ResourceId | undefined,
): Promise<Result<{ resource: Resource }>> {
  if (on === undefined) return findEnrolmentResource(ports, act.actor, user);
  const found = await readObject(ports, act.actor.account, resourceDocument.key(on), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  return refusedOn(act, on, mayHelpOn(act.actor, on)) ?? { resource: found.object };
}
