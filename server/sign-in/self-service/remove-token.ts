import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EventDraft } from '../../kernel/event.ts';
import type { TokenId } from '../../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { notifyUser } from '../../messages/notify.ts';
import { reindex } from '../../store/index-entries.ts';
import { readObject, removeObject } from '../../store/records/read-object.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { actionsOf } from '../../tokens/kinds/actions.ts';
import { tokenState } from '../../tokens/lockout.ts';
import { storeSpentSeed } from '../../tokens/spent-seeds.ts';
import { isWebauthn, type Token } from '../../tokens/token.ts';
import { rememberToken } from '../../tokens/token-history.ts';
import { unassignToken } from '../../users/assignments.ts';
import { userDocument } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { ownToken } from './context.ts';
import { namingAssignments, readTokenAssignments, type TokenAssignments } from './naming-assignments.ts';
import { ended, hasSameCredentials, runSelfServiceAction, type SelfServiceAction } from './run-action.ts';
import { deletionBlocker, isOwnMade } from './self-service.ts';

/**
 * Removes a token of the user. First the token leaves their assignments: that commit decides, so concurrent removals
 * never remove the last token where one is demanded. Then it is deleted; a crash in between leaves a token without
 * effect, which the doctor finds.
 */
export function removeOwnToken(
  ports: SignInPorts,
  answer: StepRequest & { token: string; language: MailLanguage },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'remove-token', answer, async (own) => {
    const found = ownToken(own, answer.token);
    if (isRefusal(found)) return found;
    const assigned = await readTokenAssignments(ports, own.user);
    const unassigned = await unassign(ports, own, found.token, assigned);
    if (isRefusal(unassigned)) return unassigned;
    await rememberToken(ports, found.token, own.user.id);
    const gone = await remove(ports, own, found.id);
    if (isRefusal(gone)) return gone;
    notifyUser(ports, unassigned.user, isWebauthn(found.token) ? 'passkey-removed' : 'token-removed', {
      ...answer,
      brand: mailBrand(own.resource),
      tokenName: found.token.name,
    });
    return { done: {}, user: unassigned.user, lost: found.id };
  });
}

/** Removes the token from every assignment that names it, if the rules allow it. */
function unassign(
  ports: SignInPorts,
  own: SelfServiceAction,
  token: Token,
  assigned: TokenAssignments,
): Promise<Result<{ user: User }>> {
  const key = userDocument.key(own.user.id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ user: User }>> => {
    const before = stored?.value;
    if (!hasSameCredentials(before, own)) return { answer: ended };
    const named = namingAssignments(assigned, before, token.id, now);
    if (deletionBlocker(token, tokenState(token, now), before.id, named)) return { answer: refusal('TOKEN_KEPT') };
    const on = before.assignments.filter(({ tokens }) => tokens.some((pair) => pair.token === token.id));
    if (on.length === 0) return { answer: { user: before } };
    const enrolled = before.enrolled?.filter((id) => id !== token.id);
    const kept: User = { ...before, ...omitUndefined({ enrolled }) };
    const user = on.reduce((edited, { resource }) => unassignToken(edited, resource, token.id), kept);
    const event: EventDraft = {
      type: 'assignment.deleted',
      subject: user.id,
      related: [token.id],
      ...(on.length === 1 && on[0] && { resource: on[0].resource }),
      changed: ['assignments'],
    };
    const append = [createEvent(own.act, event, now)];
    return { answer: { user }, write: { put: [{ key, value: user }], index: reindex(key, before, user), append } };
  });
}

async function remove(
  ports: SignInPorts,
  { act, user }: SelfServiceAction,
  id: TokenId,
): Promise<Result<{ removed: true }>> {
  const key = tokenDocument.key(id);
  const found = await readObject(ports, act.actor.account, key, 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  await storeSpentSeed(ports, found.object);
  const gone = await removeObject(ports, act, { type: 'token.deleted' }, key, 'TOKEN_NOT_FOUND', (token) => {
    if (token.owner !== user.id) return refusal('TOKEN_NOT_FOUND');
    if (token.nextCounter !== found.object.nextCounter) return refusal('CONTENTION');
    return isOwnMade(token, user.id) ? undefined : refusal('TOKEN_KEPT');
  });
  if (isRefusal(gone)) return gone;
  await actionsOf(gone.object).afterDeletion?.(ports, gone.object);
  return { removed: true };
}
