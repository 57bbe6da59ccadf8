import type { AccountId, TokenId } from '../kernel/ids.ts';
import type { SecretContext } from '../kernel/secret-context.ts';
import type { SealedSecret } from '../store/define-document.ts';

/** The context that a token's seed is bound to: moved to another token or account, it does not open (SR-21). */
export function seedContext(account: AccountId, id: TokenId): SecretContext {
  return { account, kind: 'token', id, field: 'secret' };
}

/** The same for the hash of the PIN that goes into the answers of an OCRA token. */
export function pinHashContext(account: AccountId, id: TokenId): SecretContext {
  return { account, kind: 'token', id, field: 'pin-hash' };
}

/** The sealed seed of a token, or of one that is being set up. */
export function sealedSeed(
  account: AccountId,
  { token, sealedSecret }: { token: TokenId; sealedSecret: string },
): SealedSecret {
  return { sealed: sealedSecret, context: seedContext(account, token) };
}
