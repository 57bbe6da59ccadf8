import { isPersonalDataOf } from '../events/log/personal-part.ts';
import type { AccountEvent } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { removeEnded } from '../webhooks/clear-deliveries.ts';
import { readBook } from '../webhooks/edit-webhook.ts';
import type { Erasure } from './erasure.ts';

/** Removes what was sent to webhooks with an address of the user. What is still to be sent expires later. */
export async function eraseDeliveries(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { account, id }: Pick<Erasure, 'account' | 'id'>,
): Promise<void> {
  const matches = (body: string) => body.includes(id) && isPersonalDataOf(eventOf(body), id);
  for (const webhook of await readBook(ports, account)) await removeEnded(ports, webhook.id, matches);
}

/** As `deliveryBody` wrote it. */
function eventOf(body: string): AccountEvent {
  const { type, data } = JSON.parse(body) as Pick<AccountEvent, 'type'> & { data: Omit<AccountEvent, 'type'> };
  return { ...data, type };
}
