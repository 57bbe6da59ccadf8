import { callDependency } from '../../../kernel/dependency.ts';
import type { UserId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result } from '../../../kernel/result.ts';
import { recordMailed } from '../../../messages/deliver-link.ts';
import { resetMail } from '../../../messages/reset-mail.ts';
import { readMailBrand } from '../../../resources/mail-brand.ts';
import { passwordResetDocument } from './documents.ts';
import { issueResetLink, type ResetLinkOrder, resetMailedUntil } from './issue-reset-link.ts';

/**
 * Mails a link to a new password to its user, for an administrator or the site's backend. They learn that it was sent,
 * and neither the link nor the password (SR-41). Also for a user without a password. With `isOnce`, a link that was mailed
 * before and is still valid is not mailed again.
 */
export async function startPasswordReset(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  act: RequestContext,
  id: UserId,
  { isOnce = false, ...order }: Omit<ResetLinkOrder, 'delivery'> & { isOnce?: boolean },
): Promise<Result<{ expiresAt: number; isRepeated?: true }>> {
  const pendingUntil = isOnce ? await resetMailedUntil(ports, act, id) : undefined;
  if (pendingUntil !== undefined) return { expiresAt: pendingUntil, isRepeated: true };
  const issued = await issueResetLink(ports, act, id, { ...order, delivery: 'mail' });
  if (isRefusal(issued)) return issued;
  const { email = '', login, path, lifetimeMs, expiresAt, secretHash, resource, language } = issued;
  const brand = await readMailBrand(ports, resource);
  const mail = resetMail(email, language, { login, path, lifetimeMs, brand });
  await callDependency('sending a mail', () => ports.courier.send(mail));
  await recordMailed(ports, passwordResetDocument.key(id), secretHash);
  return { expiresAt };
}
