import type { TokenKind } from '@countersign/protocol/tokens';
import { callDependency } from '../../kernel/dependency.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { Candidate, FactorCheck } from '../factor-check.ts';
import type { SecondAnswer } from '../second-answer.ts';
import type { Token } from '../token.ts';
import type { TokenKindActions } from './kind-actions.ts';
import { oathActions } from './oath/actions.ts';
import { ocraActions } from './ocra/actions.ts';
import { passkeyActions } from './passkey/actions.ts';
import { recoveryActions } from './recovery/actions.ts';
import { rulesOf } from './rules.ts';
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
  [K in TokenKind]: (typeof ACTIONS)[K] extends TokenKindActions<infer _T, infer _A, infer I, infer _D> ? I : never;
}[TokenKind];

/** A token of any kind that is being set up, as the flow stores it. */
export type Draft = {
  [K in TokenKind]: (typeof ACTIONS)[K] extends TokenKindActions<infer _T, infer _A, infer _I, infer D> ? D : never;
}[TokenKind];

export function actionsOf({ factor }: Token): TokenKindActions {
  return KIND_ACTIONS[factor.kind];
}

/**
 * Verifies one answer against one token. Nothing is written here: the verdict contains what an accepted answer uses up,
 * and the caller commits it on exactly the versions that were read. A token whose secret does not open is an outage
 * (SR-3).
 */
export async function verifyAnswer(
  ports: Pick<Ports, 'secrets'>,
  candidate: Candidate,
  answer: SecondAnswer,
  now: number,
): Promise<FactorCheck> {
  const token = candidate.stored.value;
  return callDependency('checking a second factor', () =>
    rulesOf(token).answer === answer.kind
      ? actionsOf(token).verify(ports, token, answer, now, candidate)
      : { verdict: 'not-asked' },
  );
}
