import type { Administrator } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { notify } from '../../messages/notify.ts';
import { recordPlaces } from '../../sign-in/rules/notices/known-sign-ins.ts';
import { seenSignIn } from '../../sign-in/rules/notices/notices.ts';
import { transact } from '../../store/transact.ts';
import type { SecondFactorPorts } from '../check-factors.ts';
import { administratorSignInsDocument } from '../documents.ts';

/**
 * After a completed sign-in to the console: remembers network and browser, and mails the administrator if one of them is
 * new (SR-88). A failure is reported, and the sign-in stands.
 */
export async function notifyAdministratorSignIn(
  ports: Pick<SecondFactorPorts, 'store' | 'clock' | 'random' | 'secrets' | 'courier' | 'reportFault'>,
  administrator: Administrator,
  client: ClientInfo,
): Promise<void> {
  const { account, id } = administrator;
  const seen = seenSignIn(ports, id, client);
  const keys = [administratorDocument.key(account, id), administratorSignInsDocument.key(account, id)] as const;
  try {
    const isNew = await transact<typeof keys, boolean>(ports, account, keys, ([owner, known], now) => {
      const next = owner && recordPlaces(known?.value, known !== undefined, seen, now);
      if (!next) return { answer: false };
      return { answer: next.isNew, write: { put: [{ key: keys[1], value: next.known }] } };
    });
    if (isNew) notify(ports, administrator, 'new-sign-in', client);
  } catch (error) {
    ports.reportFault('a notice', error);
  }
}
