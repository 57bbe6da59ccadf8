import type { EventDraft } from '../../kernel/event.ts';
import { idFromBytes, type TokenId } from '../../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { notifyUser } from '../../messages/notify.ts';
import { reindex } from '../../store/index-entries.ts';
import { editObject } from '../../store/records/read-object.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { newRecoverySet } from '../../tokens/kinds/recovery/verify-recovery.ts';
import { endTrust } from '../../tokens/lockout.ts';
import { newRecord } from '../../tokens/new-record.ts';
import { namesOf, ownTokenName } from '../../tokens/own-token-name.ts';
import { isRecovery, type RecoveryToken } from '../../tokens/token.ts';
import { recordEnrolled } from '../../tokens/token-history.ts';
import { assignWithToken, isWithinBounds } from '../../users/assignments.ts';
import { userDocument } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';
import { discardDraft } from '../enrolment/discard-draft.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { mayHaveCodes } from './context.ts';
import { ended, hasSameCredentials, runSelfServiceAction, type SelfServiceAction } from './run-action.ts';
import type { SelfSession } from './self-session.ts';

type Made = NonNullable<SelfSession['codes']>;

/** Renews the recovery codes; the previous ones are void. A user with a token and no codes gets the first ones. */
export function renewRecoveryCodes(
  ports: SignInPorts,
  answer: StepRequest & { language: MailLanguage },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'recovery-codes', answer, async (own) => {
    if (!mayHaveCodes(own)) return refusal('SELF_SERVICE_OFF');
    const before = own.owned.find(isRecovery);
    const codes: Made = {
      token: before?.id ?? idFromBytes('tok', ports.random.bytes(7)),
      madeWith: Buffer.from(ports.random.bytes(16)).toString('base64url'),
    };
    const name = ownTokenName({ language: answer.language, taken: namesOf(own.owned) }, 'recovery');
    const made = before ? await replace(ports, own, codes) : await make(ports, own, codes, name);
    if (isRefusal(made)) return made;
    notifyUser(ports, own.user, 'recovery-codes', { ...answer, brand: mailBrand(own.resource) });
    return { done: { codes }, user: made.user };
  });
}

/** The user confirms that they saved the codes, which are not shown again. */
export function keepRecoveryCodes(ports: SignInPorts, answer: StepRequest): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, undefined, answer, async () => ({ done: { codes: undefined } }));
}

async function replace(
  ports: SignInPorts,
  { act, flow, user }: SelfServiceAction,
  codes: Made,
): Promise<Result<{ user?: User }>> {
  const { macs } = codesOf(ports, flow, codes);
  const key = tokenDocument.key(codes.token);
  const edited = await editObject(ports, act, { type: 'token.updated' }, key, 'TOKEN_NOT_FOUND', (token) => {
    if (token.owner !== user.id || !isRecovery(token)) return refusal('TOKEN_NOT_FOUND');
    if (token.lock || !token.enabled) return refusal('TOKEN_KEPT');
    const renewed: RecoveryToken = { ...token, factor: { kind: 'recovery', macs } };
    return endTrust(renewed);
  });
  return isRefusal(edited) ? edited : {};
}

/** The token comes first, as everywhere: a crash leaves one that cannot sign in and that the doctor finds. */
async function make(
  ports: SignInPorts,
  own: SelfServiceAction,
  codes: Made,
  name: string,
): Promise<Result<{ user: User }>> {
  const { act, flow, user } = own;
  const key = tokenDocument.key(codes.token);
  const { macs } = codesOf(ports, flow, codes);
  const isMade = await transact(ports, key.anchor, [key], ([stored], now): Decision<boolean> => {
    if (stored) return { answer: false };
    const record = newRecord({ user }, { id: codes.token, name }, now);
    const token: RecoveryToken = { ...record, factor: { kind: 'recovery', macs } };
    const append = [createEvent(act, { type: 'token.created', subject: token.id }, now)];
    return { answer: true, write: { put: [{ key, value: token }], index: reindex(key, undefined, token), append } };
  });
  if (!isMade) return refusal('CONTENTION');
  const assigned = await assign(ports, own, codes.token);
  // If the assignment is refused, the new codes are discarded.
  if (isRefusal(assigned)) await discardDraft(ports, act, codes.token, user);
  return assigned;
}

function assign(ports: SignInPorts, own: SelfServiceAction, token: TokenId): Promise<Result<{ user: User }>> {
  const { flow, act } = own;
  const key = userDocument.key(own.user.id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ user: User }>> => {
    const before = stored?.value;
    if (!hasSameCredentials(before, own)) return { answer: ended };
    const pair = { id: token, owner: before.id, account: before.account, epoch: 0 };
    const user = assignWithToken(recordEnrolled(before, [token]), flow.resource, pair);
    if (!user || !isWithinBounds(user)) return { answer: refusal('ASSIGNMENT_LIMIT') };
    const event: EventDraft = {
      type: 'assignment.created',
      subject: user.id,
      resource: flow.resource,
      related: [token],
      changed: ['assignments'],
    };
    const append = [createEvent(act, event, now)];
    return { answer: { user }, write: { put: [{ key, value: user }], index: reindex(key, before, user), append } };
  });
}

/**
 * Recovery codes that the user has just created. They derive from a MAC, so the user can see them until they confirm
 * that they saved them, and only MACs of them are stored.
 */
export function codesOf(
  ports: Pick<Ports, 'random' | 'secrets'>,
  { account, id }: Pick<Flow, 'account' | 'id'>,
  { token, madeWith }: NonNullable<SelfSession['codes']>,
): { codes: string[]; macs: string[] } {
  return newRecoverySet(ports, { account, id: token }, `self/${id}/${madeWith}`);
}
