import { type Refusal, refusal } from '../kernel/result.ts';
import { fieldOfName, type Named } from './user-names.ts';

/**
 * Somebody else goes by this name, which is told by its field. Whoever may make and rename people would learn the same by
 * trying them one after the other; whose name it is they have to look up.
 */
export function nameTaken(wanted: Named, name: string): Refusal {
  return refusal('NAME_TAKEN', { field: fieldOfName(wanted, name) });
}
