import type { Token, TokenKind } from '../token.ts';
import type { TokenKindActions } from './kind-actions.ts';
import { oathActions } from './oath/actions.ts';
import { ocraActions } from './ocra/actions.ts';
import { passkeyActions } from './passkey/actions.ts';
import { recoveryActions } from './recovery/actions.ts';
import { sentActions } from './sent/actions.ts';

/** What every kind does. `rules.ts` is the list of their rules. */
const ACTIONS = {
  webauthn: passkeyActions,
  totp: oathActions,
  hotp: oathActions,
  ocra: ocraActions,
  sms: sentActions,
  email: sentActions,
  recovery: recoveryActions,
};

export const KIND_ACTIONS: Readonly<Record<TokenKind, TokenKindActions>> = ACTIONS;

/** The input of a new token of any kind that an administrator can create. */
export type NewToken = {
  [K in TokenKind]: (typeof ACTIONS)[K] extends TokenKindActions<infer _T, infer _A, infer Input> ? Input : never;
}[TokenKind];

export function actionsOf({ factor }: Token): TokenKindActions {
  return KIND_ACTIONS[factor.kind];
}
