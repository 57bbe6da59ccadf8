import type { Flow } from '../flows/flow.ts';
import type { SelfSession } from '../flows/self-session.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { newRecoverySet } from '../tokens/kinds/recovery/verify-recovery.ts';

/**
 * Recovery codes that the user has just created. They derive from a MAC, so the user can see them until they confirm
 * that they saved them, and only MACs of them are stored.
 */
export function codesOf(
  ports: Pick<Ports, 'random' | 'secrets'>,
  { account, id }: Pick<Flow, 'account' | 'id'>,
  { token, madeWith }: NonNullable<SelfSession['codes']>,
): { codes: string[]; macs: string[] } {
  return newRecoverySet(ports, { account, id: token }, `self/${id}/${madeWith}`);
}
