import type { SignInRules } from './options.ts';
import type { SignedInUser, SignInState } from './session.ts';

/** The user of a session, unless the site has blocked the account or changed its password since. */
export async function activeUser(
  { stampOf, isActive }: Pick<SignInRules<never>, 'stampOf' | 'isActive'>,
  state: SignInState | undefined,
): Promise<SignedInUser | undefined> {
  const user = state?.user;
  if (!user) return undefined;
  if (stampOf && (user.account === undefined || (await stampOf(user.account)) !== user.stamp)) return undefined;
  return (await (isActive?.(user) ?? true)) === true ? user : undefined;
}
