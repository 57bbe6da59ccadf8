import type { FactorKind, FactorOption } from '@countersign/protocol/flow';
import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import { acceptedKinds, mailsFirstFactor, type Resource } from '../resources/resource.ts';
import { isSubstitute, KIND_RULES, rulesOf } from '../tokens/kinds/rules.ts';
import { isLockedByAdministrator, isLockedByCodesAlone, tokenState } from '../tokens/lockout.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import type { Token } from '../tokens/token.ts';
import { isAccepted, isUsable } from '../tokens/usable-tokens.ts';
import type { SignInWay, User } from '../users/user.ts';
import type { FactorState } from './decide-factors.ts';

/**
 * The kinds that a resource accepts from this user. After a password reset by mail a mailed code is not one of them:
 * the reader of the mailbox would have both factors (SR-69). The addresses are not compared, because aliases and
 * forwards lead to one mailbox.
 */
export function acceptedKindsFrom(
  { needsConfirmation }: Pick<User, 'needsConfirmation'>,
  resource: Pick<Resource, 'tokenKinds' | 'firstFactor'>,
): readonly TokenKind[] {
  const kinds = acceptedKinds(resource);
  return needsConfirmation === undefined ? kinds : kinds.filter((kind) => !KIND_RULES[kind].isMailbox);
}

/**
 * Whether users may sign in with a passkey alone. Every user or none is offered it (SR-17). A test resource uses no
 * passkeys.
 */
export function offersPasskeySignIn(
  resource: Pick<Resource, 'passkeySignIn' | 'tokenKinds' | 'firstFactor' | 'testMode'>,
): boolean {
  return (
    resource.passkeySignIn === true && resource.testMode === undefined && acceptedKinds(resource).includes('webauthn')
  );
}

/**
 * The tokens that may be a second factor here. Beside a mailed code, those whose codes are mailed are not (SR-69): the
 * user counts as having none of them.
 */
export function secondFactorTokens(
  resource: Pick<Resource, 'firstFactor'>,
  tokens: readonly Token[],
): readonly Token[] {
  return mailsFirstFactor(resource) ? tokens.filter((token) => !rulesOf(token).isMailbox) : tokens;
}

/**
 * The states of an assignment's tokens, for the decision whether a second factor is required. Recovery codes are left
 * out: they replace a token's code, also while wrong codes have locked it, but never require one.
 *
 * @param accepts the kinds that the resource accepts; a token of another kind denies unless it is deactivated
 * @param way how the user signs in; a token that is excluded from it denies as well
 */
export function factorStates(
  tokens: readonly Token[],
  accepts: readonly TokenKind[],
  now: number,
  way: SignInWay = 'widget',
): FactorState[] {
  const hasRecovery = tokens.some((token) => rulesOf(token).isSubstitute && isUsable(token, accepts, now, way));
  return tokens
    .filter((token) => !rulesOf(token).isSubstitute)
    .map((token) => factorState(token, isAccepted(token, accepts, way), hasRecovery, now));
}

/** A deactivated token takes no part and a lock applies, on every resource. */
function factorState(token: Token, isOfAcceptedKind: boolean, hasRecovery: boolean, now: number): FactorState {
  const state = tokenState(token, now);
  // Before everything that can be wrong with the token itself: what an administrator has shut stays shut.
  if (token.enabled && isLockedByAdministrator(token)) return 'locked-by-administrator';
  if (!isOfAcceptedKind) return state === 'deactivated' || state === 'locked' ? state : 'not-accepted';
  return hasRecovery && isLockedByCodesAlone(token, now) ? 'locked-with-recovery' : state;
}

/** Whether an answer can be meant for this token; the other tokens neither verify nor count it. */
export function matchesAnswer(answer: SecondAnswer, token: Token): boolean {
  if (answer.kind === 'code' && answer.token !== undefined) return token.id === answer.token;
  const rules = rulesOf(token);
  return rules.answer === answer.kind && (rules.matches?.(token, answer) ?? true);
}

/** The options before the user is known: the same for every name (SR-17), and nothing is sent for a name alone. */
export const ANONYMOUS_OPTIONS: readonly FactorOption[] = uniqueOptions(
  TOKEN_KINDS.flatMap((kind) => KIND_RULES[kind].anonymousOption ?? []),
);

/**
 * The options for the second factor of a user who has shown the first, the best first.
 *
 * @param tokens of the assignment, active ones of accepted kinds
 */
export function factorOptions(tokens: readonly Token[]): FactorOption[] {
  const ranked = [...tokens].sort((a, b) => rankOf(a) - rankOf(b));
  return uniqueOptions(ranked.map(optionFor));
}

/** The tokens that an option stands for. */
export function tokensOfOption({ id }: FactorOption, tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => optionFor(token).id === id);
}

/** The first option to request: the one the page remembers for this user, if they have it, else their best. */
export function firstOption(options: readonly FactorOption[], prefer?: FactorKind): FactorOption | undefined {
  return options.find(({ kind }) => kind === prefer && !isSubstitute(kind)) ?? options[0];
}

function optionFor(token: Token): FactorOption {
  return rulesOf(token).option(token);
}

function rankOf({ factor }: Token): number {
  return TOKEN_KINDS.indexOf(factor.kind);
}

function uniqueOptions(options: readonly FactorOption[]): FactorOption[] {
  return [...new Map(options.map((option) => [option.id, option])).values()];
}
