import { normaliseName } from './names.ts';

/** Every normalised name a user goes by, the login first. Phone numbers count by their digits. */
export function userNames(user: {
  login: string;
  alias?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
}): string[] {
  const names = [user.login, user.alias, user.email, user.phone];
  return names.filter((name) => name !== undefined).map(normaliseName);
}
