import type { ProtectimusType } from '../tokens/protectimus-types.ts';
import { isOath, type Token } from '../tokens/token.ts';

/**
 * What a token is in the dialect: what it was made as there, else what comes nearest. Undefined for passkeys and recovery
 * codes, which the dialect has no word for: its clients cannot read a list with a type that they do not know.
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

/** What every authenticator app shows, also those that look at nothing but the seed. */
function isForAnyApp(token: Token): boolean {
  if (!isOath(token) || token.factor.kind !== 'totp') return false;
  return token.algorithm === 'SHA1' && token.digits === 6 && token.factor.periodMs === 30_000;
}
