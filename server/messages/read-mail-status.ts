import { maySee } from '../kernel/policy.ts';
import type { NoticePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { mailStatusDocument } from './documents.ts';
import type { MailStatus } from './mail-status.ts';

/** Whether mail is configured, and how the last mails went. Of the installation, so it names no account. */
export async function readMailStatus(
  { store, clock, courier }: NoticePorts,
  { actor }: RequestContext,
): Promise<Result<MailStatus & { configured: boolean }>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const [status] = await store.getMany([mailStatusDocument.key()], clock.now());
  return { configured: !courier.isAbsent, ...status?.value };
}
