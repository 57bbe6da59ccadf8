import type { Account } from '../accounts/account.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { MailPorts, NoticePorts, Ports } from '../kernel/ports/ports.ts';
import { type BooksChange, paidUntil } from './plan-changes.ts';

/** Every change of a balance may warn. */
export type BillingPorts = MailPorts & Pick<Ports, 'reportFault'>;

/**
 * Mails the superuser that the balance does not cover the next fee: once per crossing, because the change with the
 * event `balance.low` is committed once. Sent beside the change, like notices; the event is the record.
 *
 * @param account after the change
 */
export function warnOfLowBalance(
  ports: NoticePorts & Pick<Ports, 'reportFault'>,
  account: Account,
  events: BooksChange['events'],
): void {
  if (!events.includes('balance.low')) return;
  send(ports, account).catch((error: unknown) => ports.reportFault('the warning of a low balance', error));
}

async function send(ports: NoticePorts, account: Account): Promise<void> {
  const { id, name, balance, plan, superuser } = account;
  const dueAt = paidUntil(plan);
  if (!balance || !plan.term || dueAt === undefined || superuser === undefined) return;
  const [stored] = await ports.store.getMany([administratorDocument.key(id, superuser)], ports.clock.now());
  if (!stored) return;
  const { email: to, language } = stored.value;
  const { amount, currency } = balance;
  const facts = { account: name, balance: amount, nextDebit: plan.term.fee, currency, dueAt };
  await ports.courier.send({ kind: 'low-balance', to, language, facts });
}
