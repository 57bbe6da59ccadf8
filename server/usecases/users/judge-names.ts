import { parseId } from '../../domain/ids.ts';
import { normaliseName } from '../../domain/names.ts';
import { fieldOfName, userNames } from '../../domain/user-names.ts';
import { type Refusal, refusal } from '../verdict.ts';

/** Names that no user may have together, or at all. Whether somebody else has one, their claims say. */
export function judgeNames(user: Parameters<typeof userNames>[0]): Refusal | undefined {
  if (user.alias !== undefined && normaliseName(user.alias) === normaliseName(user.login)) {
    return refusal('NAME_AMBIGUOUS', { field: 'alias' });
  }
  // Ids are looked up before names, so whoever typed such a name would reach somebody else.
  const likeAnId = userNames(user).find((name) => parseId('usr', name) !== undefined);
  if (likeAnId !== undefined) {
    const detail = 'a name that reads like the id of a user';
    return refusal('INPUT_INVALID', { detail, field: fieldOfName(user, likeAnId) });
  }
  return undefined;
}
