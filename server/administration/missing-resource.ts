import type { Grant } from '../administrators/administrator.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import { readObject } from '../store/records/read-object.ts';

/** Finds a grant whose resource does not belong to the account. */
export async function missingResource(
  ports: Pick<Ports, 'store' | 'clock'>,
  account: AccountId,
  grants: readonly Grant[],
): Promise<Refusal | undefined> {
  for (const { resource } of grants) {
    const found = await readObject(ports, account, resourceDocument.key(resource), 'RESOURCE_NOT_FOUND');
    if (isRefusal(found)) return found;
  }
  return undefined;
}
