import type { AccountId, TokenId } from '../kernel/ids.ts';
import type { SecretContext } from '../platform/secret-box/port.ts';

/** What a token's seed is bound to: moved to another token or account, it does not open (SR-21). */
export function seedContext(account: AccountId, id: TokenId): SecretContext {
  return { account, kind: 'token', id, field: 'secret' };
}

/** The same for the hash of the PIN that goes into the answers of an OCRA token. */
export function pinHashContext(account: AccountId, id: TokenId): SecretContext {
  return { account, kind: 'token', id, field: 'pin-hash' };
}
