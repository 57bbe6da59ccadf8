import { isPersonalDataOf } from '../../events/log/personal-part.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import { eraseFromDeliveries } from '../../webhooks/clear-deliveries.ts';
import { readBook } from '../../webhooks/edit-webhook.ts';
import type { Erasure } from './erasure.ts';

/** Erases address and user agent of the user from what was sent to webhooks, and from what is still to be sent. */
export async function eraseDeliveries(
  ports: WritePorts,
  { account, id }: Pick<Erasure, 'account' | 'id'>,
): Promise<void> {
  const erase = (body: string) => (body.includes(id) ? withoutPersonalPart(body, id) : undefined);
  for (const webhook of await readBook(ports, account)) await eraseFromDeliveries(ports, webhook.id, erase);
}

/** A body that `deliveryBody` wrote, with the event as it is read after the erasure. Undefined: it is so already. */
function withoutPersonalPart(body: string, id: string): string | undefined {
  const { type, timestamp, data } = JSON.parse(body) as Body;
  const { address, userAgent, ...rest } = data;
  if (address === undefined && userAgent === undefined) return undefined;
  if (!isPersonalDataOf({ ...data, type }, id)) return undefined;
  return JSON.stringify({ type, timestamp, data: { ...rest, erased: true } });
}

interface Body {
  readonly type: AccountEvent['type'];
  readonly timestamp: string;
  readonly data: Omit<AccountEvent, 'type'>;
}
