import { parseId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { fieldOfName, type NamedUser, readExternalId, userNames } from './user-names.ts';

/** Refuses names that a user may not have, alone or together. The claims decide whether a name is taken. */
export function validateNames(user: NamedUser): Refusal | undefined {
  if (user.alias !== undefined && normaliseName(user.alias) === normaliseName(user.login)) {
    return refusal('NAME_AMBIGUOUS', { field: 'alias' });
  }
  // Ids are looked up before names, so such a name would find another user.
  const likeAnId = userNames(user).find((name) => parseId('usr', name) !== undefined);
  if (likeAnId !== undefined) {
    const detail = 'a name that reads like the id of a user';
    return refusal('INPUT_INVALID', { detail, field: fieldOfName(user, likeAnId) });
  }
  return undefined;
}

/**
 * Refuses a name or an external id of another user, and names the field. Actors who may create and rename users could learn the same by
 * trying the names one by one; the refusal does not say which user has it.
 */
export function nameTaken(wanted: NamedUser, name: string): Refusal {
  return refusal('NAME_TAKEN', {
    field: readExternalId(name) === undefined ? fieldOfName(wanted, name) : 'externalId',
  });
}
