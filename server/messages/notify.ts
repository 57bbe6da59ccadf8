import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { accountDocument } from '../accounts/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { MailBrand, MailLanguage, NoticeChange } from '../kernel/mail.ts';
import type { MailDraft } from '../kernel/mail-draft.ts';
import type { NoticePorts } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { besideRequest } from '../store/request-ports.ts';

interface Recipient {
  account: AccountId;
  email: string;
  language: MailLanguage;
  brand?: MailBrand | undefined;
}

/**
 * Sends a user a notice that their credentials have changed (SR-38). It runs beside the response: the change is
 * committed, and a slow or unavailable mail server does not undo it. Delivery is not guaranteed; the event is the
 * record.
 *
 * @param tokenName of the token that has changed, if it is about one
 */
export function notify(
  ports: NoticePorts,
  to: Recipient,
  change: NoticeChange,
  client: ClientInfo,
  tokenName?: string,
): void {
  void sendNotice(besideRequest(ports), to, change, client, tokenName).catch((error: unknown) =>
    ports.reportFault('a notice', error),
  );
}

/** Tells a user by mail that their credentials changed, if they have an address (SR-38). */
export function notifyUser(
  ports: NoticePorts,
  { account, email }: { account: AccountId; email?: string },
  change: NoticeChange,
  {
    language,
    client,
    brand,
    tokenName,
  }: { language: MailLanguage; client: ClientInfo; brand?: MailBrand | undefined; tokenName?: string },
): void {
  if (email !== undefined) notify(ports, { account, email, language, brand }, change, client, tokenName);
}

/**
 * Names whom to contact: the resource, or the account if the change concerns none alone.
 *
 * @throws when the mail server does not take it
 */
export async function sendNotice(
  ports: NoticePorts,
  { account, email, language, brand }: Recipient,
  change: NoticeChange,
  { address }: ClientInfo,
  tokenName?: string,
): Promise<void> {
  // Without mail there is no failure to count.
  if (ports.courier.isAbsent) return;
  const at = ports.clock.now();
  const site = brand?.name ?? (await nameOf(ports, account));
  const facts = { change, site, at, ...omitUndefined({ tokenName, address }) };
  await ports.courier.send({ kind: 'security-notice', to: email, language, facts, ...omitUndefined({ brand }) });
}

async function nameOf(ports: NoticePorts, account: AccountId): Promise<string> {
  const [stored] = await ports.store.getMany([accountDocument.key(account)], ports.clock.now());
  if (!stored) throw new Error(`Account ${account} not found.`);
  return stored.value.name;
}

export const draftNotice: MailDraft<'security-notice'> = ({ change, site, tokenName, at, address }, { t, when }) => ({
  subject: t(`subject.${change}`),
  paragraphs: [
    t(`notice.${change}`),
    ...(tokenName === undefined ? [] : [t('noticeToken', { token: tokenName })]),
    when(at, address),
    t('noticeNotYou', { site }),
  ],
  small: [],
});
