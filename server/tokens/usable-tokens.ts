import type { TokenKind } from '@countersign/protocol/tokens';
import type { SignInWay } from '../users/user.ts';
import { tokenState } from './lockout.ts';
import type { Token } from './token.ts';

/** Of a kind that the resource accepts, and not excluded from this way of signing in. */
export function isAccepted(token: Token, accepts: readonly TokenKind[], way: SignInWay): boolean {
  return accepts.includes(token.factor.kind) && (way === 'widget' || token.apiSupport !== false);
}

/** Whether a token may be answered with: active, and of a kind that the resource accepts. */
export function isUsable(token: Token, accepts: readonly TokenKind[], now: number, way: SignInWay = 'widget'): boolean {
  return isAccepted(token, accepts, way) && tokenState(token, now) === 'active';
}

export function usableTokens(tokens: readonly Token[], accepts: readonly TokenKind[], now: number): Token[] {
  return tokens.filter((token) => isUsable(token, accepts, now));
}
