import type { Ports } from '../../kernel/ports/ports.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { User } from '../../users/user.ts';

/**
 * Whether all resources of a user let a mailbox choose a new password. There is one password for all of them, so a single
 * one that does not forbids it at each (SR-67).
 */
export async function mayResetEverywhere(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  { assignments }: Pick<User, 'assignments'>,
): Promise<boolean> {
  const keys = assignments.map(({ resource }) => resourceDocument.key(resource));
  const stored = await store.getMany(keys, clock.now());
  return stored.every((resource) => resource === undefined || resource.value.passwordReset === true);
}
