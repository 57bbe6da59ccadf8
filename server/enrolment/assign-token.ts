import type { Flow } from '../flows/flow.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { assignmentTo, assignWithToken, isAssigned, isWithinBounds } from '../resources/assignments.ts';
import { credentialFingerprint } from '../self-service/context.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { enrolmentLinkDocument, enrolmentTriesDocument } from './documents.ts';
import type { Enrolling, Making } from './enrolling.ts';
import { hadToken, remembered } from './enrolment.ts';
import { mayGoTo } from './enrolment-address.ts';
import { type EnrolmentLink, isEnrolmentLinkValid, lacksPassword } from './enrolment-link.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** Somebody who sets up a token in their sign-in. */
export interface OwnToken {
  /** Of the person. */
  act: RequestContext;
  flow: Flow;
  enrolling: Enrolling;
  /** What becomes a token. */
  making: Making;
  user: User;
}

/**
 * Assigns the person together with the tokens that they have just set up. This commit decides: of any number of people who
 * know one password one sets up the first token, and one link serves once (SR-1, SR-40).
 */
export function assignEnrolledToken(
  ports: Needs,
  own: OwnToken,
  tokens: readonly TokenId[],
): Promise<Result<{ user: User }>> {
  const { act, flow } = own;
  const key = userDocument.key(own.user.id);
  const keys = [key, enrolmentLinkDocument.key(own.user.id)] as const;
  return transact(ports, key.anchor, keys, ([stored, link], now): Decision<Result<{ user: User }>> => {
    const before = stored?.value;
    if (!before) return { answer: refusal('ACCESS_DENIED') };
    // By an attempt that broke off after this very commit.
    if (tokens.every((token) => before.enrolled?.includes(token))) return { answer: { user: before } };
    const refused = whyNot(own, before, link?.value, now);
    if (refused) return { answer: refused };
    let user = remembered(before, tokens);
    for (const token of tokens) user = withToken(user, own, token);
    if (!isWithinBounds(user)) return { answer: refusal('ASSIGNMENT_LIMIT') };
    const event: EventDraft = {
      type: 'assignment.created',
      subject: user.id,
      resource: flow.resource,
      related: [...tokens],
      changed: ['assignments'],
    };
    const write: Write = {
      put: [{ key, value: user }],
      delete: [enrolmentTriesDocument.key(user.id), ...(flow.enrolmentLink === undefined ? [] : [keys[1]])],
      index: reindex(key, before, user),
      append: [createEvent(act, event, now)],
    };
    return { answer: { user }, write };
  });
}

/** What was shown for the enrolment may have lost its worth while the code was typed (SR-4, SR-38). */
function whyNot(own: OwnToken, user: User, link: EnrolmentLink | undefined, now: number): Refusal | undefined {
  const { flow, enrolling, making } = own;
  if (user.blocked || user.login !== own.user.login) return refusal('ACCESS_DENIED');
  if (flow.passwordVerified && flow.passwordDigest !== passwordDigest(user)) return refusal('ACCESS_DENIED');
  if (lacksPassword(flow, user)) return refusal('ACCESS_DENIED');
  // On the way from the self-service page: nothing else has changed since that was opened.
  if (flow.self && credentialFingerprint(user) !== flow.self.standing) return refusal('ACCESS_DENIED');
  // Another holder of the same password was faster, or an administrator gave them one, perhaps to take it away again.
  if (enrolling.basis === 'password' && hadToken(user, [])) return refusal('ACCESS_DENIED');
  // The person's number or mailbox has become another: the code went to the one before.
  const isSent = making.kind === 'sms' || making.kind === 'email';
  if (isSent && !mayGoTo(making.kind, making.sent?.to ?? '', user)) return refusal('ACCESS_DENIED');
  const assignment = assignmentTo(user, flow.resource);
  if (!isAssigned(assignment, assignment?.tokens ?? [])) return refusal('ACCESS_DENIED');
  if (enrolling.basis !== 'link') return undefined;
  const stands = link !== undefined && link.secretHash === flow.enrolmentLink && isEnrolmentLinkValid(link, user, now);
  return stands ? undefined : refusal('ENROLMENT_LINK_INVALID');
}

/** A token that was made a moment ago, in its first ownership. */
function withToken(user: User, { flow }: OwnToken, id: TokenId): User {
  const token = { id, owner: user.id, account: user.account, epoch: 0 };
  return assignWithToken(user, flow.resource, token) ?? user;
}
