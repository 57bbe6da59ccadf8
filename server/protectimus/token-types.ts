import type { ProtectimusType } from '../tokens/protectimus-types.ts';
import { isOath, type Token } from '../tokens/token.ts';

/**
 * The token's type in the dialect: the one it was created with, else the closest one. Undefined for passkeys and
 * recovery codes, which the dialect does not know: its clients cannot read a list with an unknown type.
 */
export function protectimusType(token: Token): ProtectimusType | undefined {
  if (token.madeAs !== undefined) return token.madeAs;
  switch (token.factor.kind) {
    case 'sms':
      return 'SMS';
    case 'email':
      return 'MAIL';
    case 'totp':
    case 'hotp':
    case 'ocra':
      return isForAnyApp(token) ? 'GOOGLE_AUTHENTICATOR' : 'UNIFY_OATH_TOKEN';
    case 'recovery':
    case 'webauthn':
      return undefined;
  }
}

/** True if every authenticator app can show it, even one that reads only the seed. */
function isForAnyApp(token: Token): boolean {
  if (!isOath(token) || token.factor.kind !== 'totp') return false;
  return token.algorithm === 'SHA1' && token.digits === 6 && token.factor.periodMs === 30_000;
}
