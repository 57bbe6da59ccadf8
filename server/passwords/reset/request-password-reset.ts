import { readAccess } from '../../authentication/read-access.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { assignmentTo, isAssigned } from '../../resources/assignments.ts';
import { newOperation } from '../../store/transact.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { unknownSubject } from '../../users/decoy-attempt.ts';
import { locateTyped } from '../../users/find-user.ts';
import type { User } from '../../users/user.ts';
import { mayResetEverywhere } from './may-reset-everywhere.ts';
import { askedInVain, countMail, countResetRequest } from './reset-request.ts';
import { newReset, resetMail } from './start-password-reset.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'courier'>;

export interface ResetRequest {
  resource: ResourceId;
  name: string;
  language: MailLanguage;
}

/**
 * Somebody has forgotten their password, and says so where they would sign in. Whether the name stands for anybody, and
 * whether a mail goes out, the answer is the same and takes the same: one durable commit (SR-40). The mail itself goes
 * after the answer: `deliver` is for the caller to run then.
 */
export async function requestPasswordReset(
  ports: Needs,
  client: ClientInfo,
  { resource: id, name, language }: ResetRequest,
): Promise<Result<{ deliver: () => Promise<void> }>> {
  const now = ports.clock.now();
  const tooMany = await countResetRequest(ports, 'password-reset', client);
  if (tooMany) return tooMany;
  const access = await readAccess(ports, id, client.address);
  if (isRefusal(access)) return access;
  const { resource } = access;
  if (resource.passwordReset !== true) return refusal('NOT_FOUND');

  const found = await locateTyped(ports, resource.account, name);
  const subject = found?.id ?? unknownSubject(ports, resource.account, name);
  const mayMail = await countMail(ports, 'password-reset', subject);
  const person = found && (await whoMayReset(ports, found, id));
  const act: RequestContext = {
    actor: { kind: 'user', account: resource.account, ...(found && { id: found.id }) },
    ...client,
  };
  const draft = { type: 'user.password-reset-asked', resource: id, ...(found && { subject: found.id }) } as const;

  if (!person?.email || !mayMail) {
    const reason = found ? 'ACCESS_DENIED' : 'USER_NOT_FOUND';
    const event = mayMail ? createEvent(act, { ...draft, outcome: 'refused', reason }, now) : undefined;
    return askedInVain(ports, event);
  }
  const { email: to, login } = person;
  const { key, value, path } = newReset(ports, person, to, { language, resource: id });
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value, expiresAt: value.expiresAt }],
    append: [createEvent(act, draft, now)],
  });
  return { deliver: () => ports.courier.send(resetMail(to, language, { login, path })) };
}

/**
 * The person as they are now, if they sign in there with a password: whoever has none does not get one by mail, for that
 * would be a way in that nobody has given them. Nor do people whose password counts where no mail changes it.
 */
async function whoMayReset(ports: Needs, found: User, resource: ResourceId): Promise<User | undefined> {
  const [{ user, tokens }, everywhere] = await Promise.all([
    loadAssignedTokens(ports, found, resource),
    mayResetEverywhere(ports, found),
  ]);
  if (user?.passwordHash === undefined || !everywhere) return undefined;
  return isAssigned(assignmentTo(user, resource), tokens) ? user : undefined;
}
