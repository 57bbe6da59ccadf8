import type { MailLanguage, NoticeChange } from '../kernel/mail.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { notify } from '../messages/notify.ts';
import type { User } from '../users/user.ts';

/** Tells a user by mail that their credentials changed, if they have an address (SR-38). */
export function notifyUser(
  ports: Pick<Ports, 'courier' | 'clock'>,
  { email }: Pick<User, 'email'>,
  change: NoticeChange,
  { language, client }: { language: MailLanguage; client: ClientInfo },
): void {
  if (email !== undefined) notify(ports, { email, language }, change, client);
}
