import { type AccountId, parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader } from '../kernel/ports/store.ts';
import { anyRecord } from '../passwords/password-counters.ts';
import { locateUser } from '../users/find-user.ts';
import type { User } from '../users/user.ts';
import { decoyAttemptDocument } from './documents.ts';

/** Finds the user of the name typed to sign in, with as many reads for an unknown name as for a known one (SR-70). */
export async function locateTyped(
  ports: Pick<Ports, 'clock' | 'random'> & { store: DocumentReader },
  account: AccountId,
  typed: string,
): Promise<User | undefined> {
  const found = await locateUser(ports, account, typed);
  if (!found && parseId('usr', typed) === undefined)
    await ports.store.getMany([decoyAttemptDocument.key(anyRecord(ports))], ports.clock.now());
  return found;
}
