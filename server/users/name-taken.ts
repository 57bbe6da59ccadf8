import { type Refusal, refusal } from '../kernel/result.ts';
import { fieldOfName, type Named } from './user-names.ts';

/**
 * Refuses a name of another user, and names the field. Actors who may create and rename users could learn the same by
 * trying the names one by one; the refusal does not say which user has it.
 */
export function nameTaken(wanted: Named, name: string): Refusal {
  return refusal('NAME_TAKEN', { field: fieldOfName(wanted, name) });
}
