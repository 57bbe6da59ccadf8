import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { MailBrand, MailLanguage, NoticeChange } from '../kernel/mail.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';

/**
 * Sends a user a notice that their credentials have changed (SR-38). It runs beside the response: the change is
 * committed, and a slow or unavailable mail server does not undo it. Delivery is not guaranteed; the event is the
 * record.
 *
 * @param tokenName of the token that has changed, if it is about one
 */
export function notify(
  ports: Pick<Ports, 'courier' | 'clock'>,
  to: { email: string; language: MailLanguage; brand?: MailBrand | undefined },
  change: NoticeChange,
  client: ClientInfo,
  tokenName?: string,
): void {
  // Without mail there is no failure to count.
  if (ports.courier.isAbsent) return;
  const { address } = client;
  const facts = { change, at: ports.clock.now(), ...omitUndefined({ tokenName, address }) };
  const mail = {
    kind: 'security-notice',
    to: to.email,
    language: to.language,
    facts,
    ...omitUndefined({ brand: to.brand }),
  } as const;
  ports.courier.send(mail).catch(() => undefined);
}

/** Tells a user by mail that their credentials changed, if they have an address (SR-38). */
export function notifyUser(
  ports: Pick<Ports, 'courier' | 'clock'>,
  { email }: { email?: string },
  change: NoticeChange,
  {
    language,
    client,
    brand,
    tokenName,
  }: { language: MailLanguage; client: ClientInfo; brand?: MailBrand | undefined; tokenName?: string },
): void {
  if (email !== undefined) notify(ports, { email, language, brand }, change, client, tokenName);
}
