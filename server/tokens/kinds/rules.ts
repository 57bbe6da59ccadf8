import type { FactorKind } from '@countersign/protocol/flow';
import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import type { Token } from '../token.ts';
import type { TokenKindRules } from './kind-rules.ts';
import { oathRules } from './oath/rules.ts';
import { ocraRules } from './ocra/rules.ts';
import { passkeyRules } from './passkey/rules.ts';
import { recoveryRules } from './recovery/rules.ts';
import { emailRules, smsRules } from './sent/rules.ts';

/** The rules of every kind. `actions.ts` is the list of what each kind does. */
export const KIND_RULES: Readonly<Record<TokenKind, TokenKindRules>> = {
  webauthn: passkeyRules,
  totp: oathRules,
  hotp: oathRules,
  ocra: ocraRules,
  sms: smsRules,
  email: emailRules,
  recovery: recoveryRules,
};

export function rulesOf({ factor }: Pick<Token, 'factor'>): TokenKindRules {
  return KIND_RULES[factor.kind];
}

/** Whether the token shows its own codes: they need no challenge. */
export function showsOwnCodes(token: Pick<Token, 'factor'>): boolean {
  const { answer, isChallenged } = rulesOf(token);
  return answer === 'code' && !isChallenged;
}

/** The first kind with this factor. Kinds that share a factor are asked for, and answered, in the same way. */
export function kindOfFactor(factor: FactorKind): TokenKind | undefined {
  return TOKEN_KINDS.find((kind) => KIND_RULES[kind].factor === factor);
}

/** Whether a factor replaces another token's code, but never requires one. */
export function isSubstitute(factor: FactorKind): boolean {
  const kind = kindOfFactor(factor);
  return kind !== undefined && KIND_RULES[kind].isSubstitute;
}
