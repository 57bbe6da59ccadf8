import type { TokenState } from '@countersign/protocol/tokens';

/** What a demo that printed a login, a password and a code may still say of them. */
export interface SignInState {
  /** The login now. Undefined: there is no such user or administrator any more, or it is blocked. */
  login?: string;
  password: 'right' | 'changed';
  code: 'right' | 'changed' | Exclude<TokenState, 'active'>;
}

export interface SignInFacts {
  /** Undefined: gone, or blocked. */
  login: string | undefined;
  isPasswordRight: boolean;
  /** Of the token that was printed; undefined if it is not the owner's any more. */
  token: TokenState | undefined;
}

/** Decides it. Nothing that no longer signs in is called right. */
export function decideSignInState({ login, isPasswordRight, token }: SignInFacts): SignInState {
  return {
    ...(login !== undefined && { login }),
    password: isPasswordRight ? 'right' : 'changed',
    code: token === undefined ? 'changed' : token === 'active' ? 'right' : token,
  };
}
