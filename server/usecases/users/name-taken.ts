import { fieldOfName, type userNames } from '../../domain/user-names.ts';
import { type Refusal, refusal } from '../verdict.ts';

/**
 * Somebody else goes by this name, which is told by its field. Whoever may make and rename people would learn the same by
 * trying them one after the other; whose name it is they have to look up.
 */
export function nameTaken(wanted: Parameters<typeof userNames>[0], name: string): Refusal {
  return refusal('NAME_TAKEN', { field: fieldOfName(wanted, name) });
}
