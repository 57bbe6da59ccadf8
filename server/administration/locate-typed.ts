import type { Administrator } from '../administrators/administrator.ts';
import { locateAdministrator } from '../administrators/find-administrator.ts';
import { decoyAttemptDocument } from '../authentication/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import { anyRecord } from '../passwords/password-counters.ts';

/** Finds the administrator of a typed address, with as many reads for an unknown one as for a known one (SR-17). */
export async function locateTypedAdministrator(
  ports: ReadPorts & Pick<Ports, 'random'>,
  account: AccountId,
  email: string,
): Promise<Administrator | undefined> {
  const found = await locateAdministrator(ports, account, email);
  if (!found) await ports.store.getMany([decoyAttemptDocument.key(anyRecord(ports))], ports.clock.now());
  return found;
}
