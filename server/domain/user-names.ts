import { normaliseName } from './names.ts';
import type { User } from './user.ts';

/** Every normalised name a user goes by, the login first. Phone numbers count by their digits. */
export function userNames(user: Pick<User, 'login' | 'alias' | 'email' | 'phone'>): string[] {
  const names = [user.login, user.alias, user.email, user.phone];
  return names.filter((name) => name !== undefined).map(normaliseName);
}
