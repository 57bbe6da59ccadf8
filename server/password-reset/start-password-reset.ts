import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { callDependency } from '../kernel/dependency.ts';
import type { ResourceId, UserId } from '../kernel/ids.ts';
import type { Mail, MailLanguage } from '../kernel/mail.ts';
import { mayChangeUser } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { hashSecret, newSecret } from '../kernel/secret-token.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { type Decision, transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { passwordResetDocument } from './documents.ts';
import {
  PASSWORD_RESET_LIFETIME_MS,
  type PasswordReset,
  RESETS_STARTED_PER_USER,
  RESETS_WINDOW_MS,
} from './password-reset.ts';
import { writeResetPath } from './reset-link.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>;

/**
 * Mails a link to a new password to its user, for an administrator or the site's backend. They learn that it was sent,
 * and neither the link nor the password (SR-41). Also for a user without a password.
 */
export async function startPasswordReset(
  ports: Needs,
  act: RequestContext,
  id: UserId,
  language: MailLanguage,
): Promise<Result<{ expiresAt: number }>> {
  const { account } = act.actor;
  const userKey = userDocument.key(id);
  const now = ports.clock.now();
  const [known] = await ports.store.getMany([userKey], now);
  if (known?.value.account !== account) return refusal('USER_NOT_FOUND');
  if (!mayChangeUser(act.actor, known.value)) return refusal('FORBIDDEN');
  const rate = await ports.store.increment(`password-reset/of/${id}`, RESETS_WINDOW_MS, RESETS_STARTED_PER_USER, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  type Started = Result<{ email: string; login: string; path: string; expiresAt: number }>;
  const started = await transact(ports, userKey.anchor, [userKey], ([stored], at): Decision<Started> => {
    const user = stored?.value;
    if (user?.account !== account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayChangeUser(act.actor, user)) return { answer: refusal('FORBIDDEN') };
    if (user.blocked) return { answer: refusal('USER_BLOCKED') };
    const { email } = user;
    if (email === undefined) return { answer: refusal('EMAIL_MISSING') };
    const { key, value, path } = newReset(ports, user, email, { language });
    const append = [createEvent(act, { type: 'user.password-reset-asked', subject: id }, at)];
    const put = [{ key, value, expiresAt: value.expiresAt }];
    return { answer: { email, login: user.login, path, expiresAt: value.expiresAt }, write: { put, append } };
  });
  if (isRefusal(started)) return started;
  const { email, login, path, expiresAt } = started;
  await callDependency('sending a mail', () => ports.courier.send(resetMail(email, language, { login, path })));
  return { expiresAt };
}

/** A link that replaces any previous one. */
export function newReset(
  ports: Pick<Ports, 'random' | 'clock'>,
  user: User,
  email: string,
  { language, resource }: { language: MailLanguage; resource?: ResourceId },
): { key: DocumentKey<PasswordReset>; value: PasswordReset; path: string } {
  const secret = newSecret(ports);
  const value: PasswordReset = {
    secretHash: hashSecret(secret),
    email,
    passwordDigest: passwordDigest(user),
    ...omitUndefined({ resource }),
    expiresAt: ports.clock.now() + PASSWORD_RESET_LIFETIME_MS,
  };
  const path = writeResetPath({ user: user.id, secret }, language);
  return { key: passwordResetDocument.key(user.id), value, path };
}

export function resetMail(to: string, language: MailLanguage, facts: { login: string; path: string }): Mail {
  return { kind: 'password-reset', to, language, facts: { ...facts, lifetimeMs: PASSWORD_RESET_LIFETIME_MS } };
}
