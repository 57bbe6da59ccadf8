import type { FactorKind, FactorOption } from '@countersign/protocol/flow';
import type { TokenId } from '../kernel/ids.ts';
import { acceptedKinds, type Resource } from '../resources/resource.ts';
import type { PasskeyAnswer } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { maskedAddress } from '../tokens/kinds/sent/out-of-band-code.ts';
import { tokenState } from '../tokens/lockout.ts';
import { isOath, isRecovery, isWebauthn, type Token, type TokenKind } from '../tokens/token.ts';
import { isAccepted } from '../tokens/usable-tokens.ts';
import type { SignInWay, User } from '../users/user.ts';
import type { FactorState } from './methods.ts';

/**
 * The kinds that a resource accepts from this user. After a password reset by mail a mailed code is not one of them:
 * the reader of the mailbox would have both factors (SR-69). The addresses are not compared, because aliases and
 * forwards lead to one mailbox.
 */
export function acceptedKindsFrom(
  { needsConfirmation }: Pick<User, 'needsConfirmation'>,
  resource: Pick<Resource, 'tokenKinds'>,
): readonly TokenKind[] {
  const kinds = acceptedKinds(resource);
  return needsConfirmation === undefined ? kinds : kinds.filter((kind) => kind !== 'email');
}

/**
 * Whether users may sign in with a passkey alone. Every user or none is offered it (SR-17). A test resource uses no
 * passkeys.
 */
export function offersPasskeySignIn(resource: Pick<Resource, 'passkeySignIn' | 'tokenKinds' | 'testMode'>): boolean {
  return (
    resource.passkeySignIn === true && resource.testMode === undefined && acceptedKinds(resource).includes('webauthn')
  );
}

/** The user's input as second factor. */
export type SecondAnswer =
  /** Digits from an app or a fob, from a message, or in answer to a question. `token`: only this one is tried. */
  { kind: 'code'; otp: string; token?: TokenId | undefined } | { kind: 'recovery'; code: string } | PasskeyAnswer;

/**
 * The states of an assignment's tokens, for the decision whether a second factor is required. Recovery codes are left
 * out: they replace a token's code but never require one.
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
  return tokens
    .filter((token) => !isRecovery(token))
    .map((token) => (isAccepted(token, accepts, way) ? tokenState(token, now) : notAccepted(token, now)));
}

/** A deactivated token takes no part and a lock applies, on every resource. */
function notAccepted(token: Token, now: number): FactorState {
  const state = tokenState(token, now);
  return state === 'deactivated' || state === 'locked' ? state : 'not-accepted';
}

/** Whether an answer can be meant for this token; the other tokens neither verify nor count it. */
export function matchesAnswer(answer: SecondAnswer, token: Token): boolean {
  if (answer.kind === 'recovery') return isRecovery(token);
  if (answer.kind === 'webauthn') return isWebauthn(token) && token.factor.credentialId === answer.assertion.id;
  if (answer.token !== undefined) return token.id === answer.token;
  return !isRecovery(token) && !isWebauthn(token);
}

/** The option for all tokens that show their own codes: their codes are tried together. */
const CODE_OPTION = 'code';
const RECOVERY_OPTION = 'recovery';
/** All passkeys of a user: the browser finds the available one. */
const PASSKEY_OPTION = 'passkey';

/** The user is not known yet: the options are the same for every name (SR-17), and nothing is sent for a name alone. */
export const ANONYMOUS_OPTIONS: readonly FactorOption[] = [
  { id: CODE_OPTION, kind: 'code' },
  { id: RECOVERY_OPTION, kind: 'recovery' },
];

/** The factor that shows a token of a kind. */
export function factorKindOf(kind: TokenKind): FactorKind {
  return kind === 'totp' || kind === 'hotp' ? 'code' : kind;
}

const ORDER: readonly FactorKind[] = ['webauthn', 'code', 'ocra', 'sms', 'email', 'recovery'];

/**
 * The options for the second factor of a user who has shown the first, the best first.
 *
 * @param tokens of the assignment, active ones of accepted kinds
 */
export function factorOptions(tokens: readonly Token[]): FactorOption[] {
  const options = new Map<string, FactorOption>();
  for (const token of tokens) {
    const option = optionFor(token);
    if (!options.has(option.id)) options.set(option.id, option);
  }
  return [...options.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** The tokens that an option stands for. */
export function tokensOfOption({ id }: FactorOption, tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => optionFor(token).id === id);
}

/** The first option to request: the one the page remembers for this user, if they have it, else their best. */
export function firstOption(options: readonly FactorOption[], prefer?: FactorKind): FactorOption | undefined {
  return options.find(({ kind }) => kind === prefer && kind !== 'recovery') ?? options[0];
}

function optionFor(token: Token): FactorOption {
  if (isOath(token)) return { id: CODE_OPTION, kind: 'code' };
  if (isRecovery(token)) return { id: RECOVERY_OPTION, kind: 'recovery' };
  if (isWebauthn(token)) return { id: PASSKEY_OPTION, kind: 'webauthn' };
  const { id, name, factor } = token;
  if (factor.kind === 'sms' || factor.kind === 'email') {
    return { id, kind: factor.kind, name, to: maskedAddress(factor) };
  }
  return { id, kind: 'ocra', name };
}
