import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import type { ProtectimusType } from '../tokens/protectimus-types.ts';
import { isOath, type Token } from '../tokens/token.ts';

/** The kinds that the dialect knows, with their closest types. */
const TYPES: Partial<Record<TokenKind, ProtectimusType>> = {
  totp: 'UNIFY_OATH_TOKEN',
  hotp: 'UNIFY_OATH_TOKEN',
  ocra: 'UNIFY_OATH_TOKEN',
  sms: 'SMS',
  email: 'MAIL',
};

export const DIALECT_KINDS = TOKEN_KINDS.filter((kind) => TYPES[kind] !== undefined);

/**
 * The token's type in the dialect: the one it was created with, else the closest one. Undefined for passkeys and
 * recovery codes, which the dialect does not know: its clients cannot read a list with an unknown type.
 */
export function protectimusType(token: Token): ProtectimusType | undefined {
  return token.madeAs ?? (isForAnyApp(token) ? 'GOOGLE_AUTHENTICATOR' : TYPES[token.factor.kind]);
}

/** True if every authenticator app can show it, even one that reads only the seed. */
function isForAnyApp(token: Token): boolean {
  if (!isOath(token) || token.factor.kind !== 'totp') return false;
  return token.algorithm === 'SHA1' && token.digits === 6 && token.factor.periodMs === 30_000;
}
