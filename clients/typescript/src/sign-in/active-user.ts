import type { SignInRules } from './options.ts';
import type { SignedInUser, SignInState } from './session.ts';

/** The user of a session, unless the site has blocked the account or changed its password since. */
export async function activeUser(
  { stampOf, isActive }: Pick<SignInRules<never>, 'stampOf' | 'isActive'>,
  state: SignInState | undefined,
): Promise<SignedInUser | undefined> {
  const user = state?.user;
  if (!user) return undefined;
  if (stampOf) {
    const { account, stamp } = user;
    if (account === undefined || stamp === undefined) return undefined;
    if ((await stampFor({ stampOf }, account)) !== stamp) return undefined;
  }
  return (await (isActive?.(user) ?? true)) === true ? user : undefined;
}

/** What sessions hold of `stampOf`: its SHA-256, because the text may be a stored password. Undefined for a blocked account. */
export async function stampFor(
  { stampOf }: Pick<SignInRules<never>, 'stampOf'>,
  account: string,
): Promise<string | undefined> {
  const stamp = await stampOf?.(account);
  if (stamp === undefined) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${account}\n${stamp ?? ''}`));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
