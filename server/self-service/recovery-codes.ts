import type { Flow } from '../flows/flow.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { newRecoverySet } from '../tokens/kinds/recovery/verify-recovery.ts';
import type { SelfSession } from './self-service.ts';

/**
 * The recovery codes that somebody has just had made. They come of a MAC, so that their person can see them until they say
 * that they have them, and nothing but MACs of them is ever stored.
 */
export function codesOf(
  ports: Pick<Ports, 'random' | 'secrets'>,
  { account, id }: Pick<Flow, 'account' | 'id'>,
  { token, madeWith }: NonNullable<SelfSession['codes']>,
): { codes: string[]; macs: string[] } {
  return newRecoverySet(ports, { account, id: token }, `self/${id}/${madeWith}`);
}
