import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { unknownSubject } from '../../../authentication/decoy-attempt.ts';
import { locateTyped } from '../../../authentication/locate-typed.ts';
import { readAccess } from '../../../authentication/read-access.ts';
import { answerWithoutMail, countMail, countResetRequest } from '../../../authentication/reset-request.ts';
import type { ResourceId } from '../../../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../../../kernel/mail.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { newSecret } from '../../../kernel/secret-token.ts';
import { PASSWORD_RESET_LIFETIME_MS, resetMail } from '../../../messages/reset-mail.ts';
import { countAttempt } from '../../../proof-of-work/count-attempts.ts';
import { demandProof } from '../../../proof-of-work/demand-proof.ts';
import { newOperation } from '../../../store/transact.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { assignmentTo, isAssigned } from '../../../users/assignments.ts';
import type { User } from '../../../users/user.ts';
import { newUserLink } from '../issue-user-link.ts';
import { passwordResetDocument } from './documents.ts';
import { resetOf } from './issue-reset-link.ts';
import { isResetAllowedEverywhere, writeResetPath } from './reset-link.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'courier' | 'proofOfWork'>;

interface ResetRequest {
  resource: ResourceId;
  name: string;
  language: MailLanguage;
  /** The origin of the page that leads here, checked; the link leads back to it. */
  origin?: string | undefined;
  /** The solution of a puzzle that an earlier request was refused with. */
  solution?: string | undefined;
}

/**
 * Requests a reset of a forgotten password. The response and its time are the same for known and unknown names, with or
 * without a mail: one durable commit (SR-40). The caller runs `deliver` after the response.
 */
export async function requestPasswordReset(
  ports: Needs,
  client: ClientInfo,
  { resource: id, name, language, origin, solution }: ResetRequest,
): Promise<Result<{ deliver: () => Promise<void> }>> {
  const now = ports.clock.now();
  const unproven = await demandProof(ports, { purpose: 'reset', resource: id, client, solution });
  if (unproven) return unproven;
  const tooMany = await countResetRequest(ports, 'password-reset', client);
  if (tooMany) return tooMany;
  const access = await readAccess(ports, id, client.address);
  if (isRefusal(access)) return access;
  const { resource } = access;
  if (resource.passwordReset !== true) return refusal('NOT_FOUND');
  // A setting of the installation, and so the same for every name.
  if (ports.courier.isAbsent) return refusal('MAIL_NOT_CONFIGURED');
  await countAttempt(ports, 'resets', resource, client);

  const found = await locateTyped(ports, resource.account, name);
  const subject = found?.id ?? unknownSubject(ports, resource.account, name);
  const mayMail = await countMail(ports, 'password-reset', subject);
  const user = found && (await findResettableUser(ports, found, id));
  const act: RequestContext = {
    actor: { kind: 'user', account: resource.account, ...omitUndefined({ id: found?.id }) },
    ...client,
  };
  const draft = { type: 'user.password-reset-asked', resource: id, ...omitUndefined({ subject: found?.id }) } as const;

  if (!user?.email || !mayMail) {
    const reason = found ? 'ACCESS_DENIED' : 'USER_NOT_FOUND';
    const event = mayMail ? createEvent(act, { ...draft, outcome: 'refused', reason }, now) : undefined;
    return answerWithoutMail(ports, event);
  }
  const { email: to, login } = user;
  const secret = newSecret(ports);
  const key = passwordResetDocument.key(user.id);
  const link = newUserLink(secret, user, now + PASSWORD_RESET_LIFETIME_MS);
  const value = { ...resetOf(link, user), resource: id, ...omitUndefined({ origin }) };
  const path = writeResetPath({ user: user.id, secret }, language, id);
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value, expiresAt: value.expiresAt }],
    append: [createEvent(act, draft, now)],
  });
  return { deliver: () => ports.courier.send(resetMail(to, language, { login, path, brand: mailBrand(resource) })) };
}

/**
 * The user as currently stored, if they sign in there with a password. A user without one gets none by mail, because
 * that would be a new way to sign in. Nor does a user whose password also counts at a resource that forbids resets by
 * mail.
 */
async function findResettableUser(ports: Needs, found: User, resource: ResourceId): Promise<User | undefined> {
  const [{ user, tokens }, everywhere] = await Promise.all([
    loadAssignedTokens(ports, found, resource),
    isResetAllowedEverywhere(ports, found),
  ]);
  if (user?.passwordHash === undefined || !everywhere) return undefined;
  return isAssigned(assignmentTo(user, resource), tokens) ? user : undefined;
}
