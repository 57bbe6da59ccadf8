import type { MailLanguage, NoticeChange } from '../kernel/mail.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';

/**
 * Tells somebody that their own way in has changed (SR-38). Goes out beside the answer: the change is made, and a mail
 * server that is slow or down does not undo it. Whether a mail arrives nobody can promise; the event is the record.
 */
export function notify(
  ports: Pick<Ports, 'courier' | 'clock'>,
  to: { email: string; language: MailLanguage },
  change: NoticeChange,
  client: ClientInfo,
): void {
  const { address } = client;
  const facts = { change, at: ports.clock.now(), ...(address !== undefined && { address }) };
  const mail = { kind: 'security-notice', to: to.email, language: to.language, facts } as const;
  ports.courier.send(mail).catch(() => undefined);
}
