import { mayChangeUser } from '../domain/authority.ts';
import type { ResourceId, UserId } from '../domain/ids.ts';
import {
  PASSWORD_RESET_LIFETIME_MS,
  type PasswordReset,
  RESETS_STARTED_PER_PERSON,
  RESETS_WINDOW_MS,
} from '../domain/password-reset.ts';
import type { User } from '../domain/user.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { DocumentKey } from '../ports/store.ts';
import { type Act, eventOf } from './act.ts';
import { hashSecret, newSecret } from './flow-handle.ts';
import { needing } from './needing.ts';
import { passwordDigest } from './password-digest.ts';
import { writeResetLink } from './reset-link.ts';
import { type ResetLanguage, resetMessage } from './reset-messages.ts';
import { type Decision, transact } from './transact.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'> & { issuer: string };

/**
 * An administrator, or the site's backend, has a link to a new password mailed to its person. They learn that it was
 * sent, and neither the link nor the password (SR-41). Also for somebody who has no password yet.
 */
export async function startPasswordReset(
  ports: Needs,
  act: Act,
  id: UserId,
  language: ResetLanguage,
): Promise<Verdict<{ expiresAt: number }>> {
  const { account } = act.actor;
  const userKey = documents.user(id);
  const now = ports.clock.now();
  const [known, owner] = await ports.store.getMany([userKey, documents.account(account)], now);
  if (known?.value.account !== account) return refusal('USER_NOT_FOUND');
  if (!mayChangeUser(act.actor, known.value)) return refusal('FORBIDDEN');
  const rate = await ports.store.increment(`password-reset/of/${id}`, RESETS_WINDOW_MS, RESETS_STARTED_PER_PERSON, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  type Started = Verdict<{ user: User; email: string; link: string; expiresAt: number }>;
  const started = await transact(ports, userKey.anchor, [userKey], ([stored], at): Decision<Started> => {
    const user = stored?.value;
    if (user?.account !== account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayChangeUser(act.actor, user)) return { answer: refusal('FORBIDDEN') };
    if (user.blocked) return { answer: refusal('USER_BLOCKED') };
    const { email } = user;
    if (email === undefined) return { answer: refusal('EMAIL_MISSING') };
    const { key, value, link } = newReset(ports, user, email, { language });
    const append = [eventOf(act, { type: 'user.password-reset-asked', subject: id }, at)];
    const put = [{ key, value, expiresAt: value.expiresAt }];
    return { answer: { user, email, link, expiresAt: value.expiresAt }, write: { put, append } };
  });
  if (isRefusal(started)) return started;
  const { user, email: to, link, expiresAt } = started;
  const told = { to, login: user.login, site: owner?.value.name ?? '' };
  await needing('sending a mail', () => ports.courier.send(resetMessage(told, link, language)));
  return { expiresAt };
}

/** A link that replaces whatever link there was. */
export function newReset(
  ports: Pick<Ports, 'random' | 'clock'> & { issuer: string },
  user: User,
  email: string,
  { language, resource }: { language: ResetLanguage; resource?: ResourceId },
): { key: DocumentKey<PasswordReset>; value: PasswordReset; link: string } {
  const secret = newSecret(ports);
  const value: PasswordReset = {
    secretHash: hashSecret(secret),
    email,
    passwordDigest: passwordDigest(user),
    ...(resource !== undefined && { resource }),
    expiresAt: ports.clock.now() + PASSWORD_RESET_LIFETIME_MS,
  };
  const link = writeResetLink(ports.issuer, { user: user.id, secret }, language);
  return { key: documents.passwordReset(user.id), value, link };
}
