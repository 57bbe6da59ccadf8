import { callDependency } from '../../kernel/dependency.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { recordMailed } from '../../messages/deliver-link.ts';
import { enrolmentLinkDocument } from './documents.ts';
import { type EnrolmentLinkOrder, enrolmentMailedUntil, issueEnrolmentLink } from './issue-enrolment-link.ts';

/**
 * Mails a user a link to set up a token, at the request of an administrator or the site's backend. The caller learns
 * only that it was sent, neither the link nor the token (SR-23, SR-41). With `isOnce`, a link that was mailed before and
 * is still valid is not mailed again.
 */
export async function sendEnrolmentLink(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  act: RequestContext,
  id: UserId,
  { isOnce = false, ...order }: Omit<EnrolmentLinkOrder, 'delivery'> & { isOnce?: boolean },
): Promise<Result<{ expiresAt: number; isRepeated?: true }>> {
  const pendingUntil = isOnce ? await enrolmentMailedUntil(ports, act, id, order.resource) : undefined;
  if (pendingUntil !== undefined) return { expiresAt: pendingUntil, isRepeated: true };
  const issued = await issueEnrolmentLink(ports, act, id, { ...order, delivery: 'mail' });
  if (isRefusal(issued)) return issued;
  const { email = '', login, path, site, lifetimeMs, expiresAt, secretHash, brand, language } = issued;
  const facts = { login, site, path, lifetimeMs };
  await callDependency('sending a mail', () =>
    ports.courier.send({ kind: 'enrolment-link', to: email, language, facts, brand }),
  );
  await recordMailed(ports, enrolmentLinkDocument.key(id), secretHash);
  return { expiresAt };
}
