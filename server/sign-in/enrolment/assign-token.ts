import { isMakerInOffice } from '../../administrators/link-maker.ts';
import { isSameCredentials } from '../../authentication/first-factor.ts';
import { replacementPermittedUntil } from '../../authentication/lost-device.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { reindex } from '../../store/index-entries.ts';
import { type Decision, transact, type Write } from '../../store/transact.ts';
import { type Draft, KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
import { type Enroller, restsOnPassword } from '../../tokens/kinds/kind-enrolment.ts';
import { ownedTokens } from '../../tokens/owned-tokens.ts';
import type { Token } from '../../tokens/token.ts';
import { hadToken, recordEnrolled } from '../../tokens/token-history.ts';
import { assignmentTo, assignWithToken, isAssigned, isWithinBounds } from '../../users/assignments.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import { userDocument } from '../../users/documents.ts';
import { readUser } from '../../users/find-user.ts';
import { trustEpochOf } from '../../users/trust-epoch.ts';
import { credentialFingerprint, type User } from '../../users/user.ts';
import type { FlowAt } from '../flow.ts';
import { enrolmentLinkDocument, enrolmentTriesDocument } from './documents.ts';
import { type EnrolmentLink, isEnrolmentLinkValid, lacksPassword } from './enrolment-link.ts';
import type { PendingEnrolment } from './pending-enrolment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** The user of an unfinished token, in a sign-in that sets it up or has just ended. */
export interface DraftOwner extends Enroller {
  flow: Omit<FlowAt<'enrol' | 'done'>, 'enrolling'> & {
    enrolling: Pick<PendingEnrolment, 'basis' | 'credentialEpoch' | 'recovery' | 'trustEpoch'>;
  };
  making: Draft;
}

/**
 * Assigns the user together with the tokens that they have just set up. This commit decides: if several sign-ins know
 * one password, only one sets up the first token, and a link works once (SR-1, SR-40).
 */
export async function assignEnrolledToken(
  ports: Needs,
  own: DraftOwner,
  tokens: readonly TokenId[],
): Promise<Result<{ user: User }>> {
  const { act, flow } = own;
  const key = userDocument.key(own.user.id);
  const keys = [key, enrolmentLinkDocument.key(own.user.id)] as const;
  if (flow.enrolmentLink !== undefined) {
    const [user, link] = await ports.store.getMany(keys, ports.clock.now());
    if (user && link && !(await isMakerInOffice(ports, link.value, user.value))) {
      return refusal('ENROLMENT_LINK_INVALID');
    }
  }
  const replaces = flow.enrolling.basis === 'replacement' ? await readReplaced(ports, own.user) : undefined;
  return transact(ports, key.anchor, keys, ([stored, link], now): Decision<Result<{ user: User }>> => {
    const before = stored?.value;
    if (!before) return { answer: refusal('ACCESS_DENIED') };
    // An attempt that failed right after this commit has assigned them already.
    if (tokens.every((token) => before.enrolled?.includes(token))) return { answer: { user: before } };
    const refused = whyNot(own, before, link?.value, now) ?? refuseReplacement(own, before, replaces, now);
    if (refused) return { answer: refused };
    let user = recordEnrolled(before, tokens);
    for (const token of tokens) user = withToken(user, own, token);
    // One enrolment, whatever it rests on, ends the permission.
    if (hadToken(before, [])) user = { ...user, replacementsEndedAt: now };
    if ('isConditional' in own.making) user = { ...user, passkeyUpgraded: true };
    if (!isWithinBounds(user)) return { answer: refusal('ASSIGNMENT_LIMIT') };
    const event: EventDraft = {
      type: 'assignment.created',
      subject: user.id,
      resource: flow.resource,
      related: [...tokens],
      changed: ['assignments', ...(user.passkeyUpgraded === before.passkeyUpgraded ? [] : ['passkeyUpgraded'])],
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

/**
 * A password, link or address that the enrolment rests on may have changed while the user typed the code (SR-4, SR-38).
 */
function whyNot(own: DraftOwner, user: User, link: EnrolmentLink | undefined, now: number): Refusal | undefined {
  const { flow, making } = own;
  const { basis, credentialEpoch, trustEpoch } = flow.enrolling;
  if (user.blocked || user.login !== own.user.login || !isSameCredentials(flow, user)) return refusal('ACCESS_DENIED');
  if (lacksPassword(flow, user)) return refusal('ACCESS_DENIED');
  // A token that was shown was lost meanwhile: that is written to the user before it is to the token (SR-69).
  if (trustEpoch !== undefined && trustEpoch !== trustEpochOf(user)) return refusal('ACCESS_DENIED');
  // Started from the self-service page: the user's credentials must not have changed since that page was opened.
  if (flow.self && credentialFingerprint(user) !== flow.self.standing) return refusal('ACCESS_DENIED');
  // Another sign-in with the same password was faster, or an administrator assigned a token, perhaps only for a while.
  if (restsOnPassword(basis) && basis !== 'replacement' && hadToken(user, [])) return refusal('ACCESS_DENIED');
  if (KIND_ACTIONS[making.kind].enrol?.isStillAllowed?.(making, user) === false) return refusal('ACCESS_DENIED');
  const assignment = assignmentTo(user, flow.resource);
  if (!isAssigned(assignment, assignment?.tokens ?? [])) return refusal('ACCESS_DENIED');
  // Blocked, reported or given another address meanwhile, even if that was undone (SR-39). A link is bound to it too.
  if (basis !== 'link') return credentialEpoch === epochOf(user) ? undefined : refusal('ACCESS_DENIED');
  const stands = link !== undefined && link.secretHash === flow.enrolmentLink && isEnrolmentLinkValid(link, user, now);
  return stands ? undefined : refusal('ENROLMENT_LINK_INVALID');
}

/** The tokens of a user who replaces one, read before the commit. */
interface ReplacedTokens {
  known: User;
  owned: Token[];
}

async function readReplaced(ports: Needs, { account, id }: User): Promise<ReplacedTokens | undefined> {
  const known = await readUser(ports, account, id);
  return known && { known, owned: await ownedTokens(ports, known) };
}

/**
 * The permission has to stand in this commit: a token that is activated ends it on the user first, and one that the user
 * is given meanwhile is a token that was not read.
 */
function refuseReplacement(
  { flow }: DraftOwner,
  user: User,
  replaced: ReplacedTokens | undefined,
  now: number,
): Refusal | undefined {
  if (flow.enrolling.basis !== 'replacement') return undefined;
  const read = replaced && assignmentTo(replaced.known, flow.resource);
  const isRead = assignmentTo(user, flow.resource)?.tokens.every((pair) =>
    read?.tokens.some(({ token, epoch }) => token === pair.token && epoch === pair.epoch),
  );
  const until = replaced && replacementPermittedUntil(user, flow.resource, replaced.owned, now);
  return isRead && until !== undefined ? undefined : refusal('ACCESS_DENIED');
}

/** Gives a new token its first ownership epoch. */
function withToken(user: User, { flow }: DraftOwner, id: TokenId): User {
  const token = { id, owner: user.id, account: user.account, epoch: 0 };
  return assignWithToken(user, flow.resource, token) ?? user;
}
