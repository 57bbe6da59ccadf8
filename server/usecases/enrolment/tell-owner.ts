import type { MailLanguage } from '../../domain/mail/mail.ts';
import type { NoticeChange } from '../../domain/mail/words.ts';
import type { User } from '../../domain/user.ts';
import type { Ports } from '../../ports/index.ts';
import type { Whence } from '../act.ts';
import { notify } from '../administrators/notify.ts';

/** Tells a person that their own way in has changed, where there is an address to tell it (SR-38). */
export function tellOwner(
  ports: Pick<Ports, 'courier' | 'clock'>,
  { email }: Pick<User, 'email'>,
  change: NoticeChange,
  { language, whence }: { language: MailLanguage; whence: Whence },
): void {
  if (email !== undefined) notify(ports, { email, language }, change, whence);
}
