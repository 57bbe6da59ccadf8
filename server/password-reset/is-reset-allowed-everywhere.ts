import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import type { User } from '../users/user.ts';

/**
 * True if all resources of a user allow a reset by mail. They share one password, so a single resource that forbids it
 * forbids it for all (SR-67).
 */
export async function isResetAllowedEverywhere(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  { assignments }: Pick<User, 'assignments'>,
): Promise<boolean> {
  const keys = assignments.map(({ resource }) => resourceDocument.key(resource));
  const stored = await store.getMany(keys, clock.now());
  return stored.every((resource) => resource === undefined || resource.value.passwordReset === true);
}
