import { parseId } from '../../domain/ids.ts';
import { normaliseName } from '../../domain/names.ts';
import { userNames } from '../../domain/user-names.ts';
import { type Refusal, refusal } from '../verdict.ts';

/** Names that no user may have together, or at all. Whether somebody else has one, their claims say. */
export function judgeNames(user: Parameters<typeof userNames>[0]): Refusal | undefined {
  if (user.alias !== undefined && normaliseName(user.alias) === normaliseName(user.login)) {
    return refusal('NAME_AMBIGUOUS');
  }
  // Ids are looked up before names, so whoever typed such a name would reach somebody else.
  if (userNames(user).some((name) => parseId('usr', name) !== undefined)) {
    return refusal('INPUT_INVALID', { detail: 'a name that reads like the id of a user' });
  }
  return undefined;
}
