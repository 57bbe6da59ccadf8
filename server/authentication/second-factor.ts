import type { FactorKind, FactorOption } from '@countersign/protocol/flow';
import type { TokenId } from '../kernel/ids.ts';
import type { Resource } from '../resources/resource.ts';
import type { PasskeyAnswer } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { maskedAddress } from '../tokens/kinds/sent/out-of-band-code.ts';
import { tokenState } from '../tokens/lockout.ts';
import { isOath, isRecovery, isWebauthn, type Token, type TokenKind } from '../tokens/token.ts';
import type { SignInWay, User } from '../users/user.ts';
import type { FactorState } from './methods.ts';

/** What a resource takes that says nothing of it. SMS is named by whoever wants it (SR-48, NIST SP 800-63B-4 3.1.3.3). */
export const DEFAULT_TOKEN_KINDS: readonly TokenKind[] = ['webauthn', 'totp', 'hotp', 'ocra', 'email', 'recovery'];

export function acceptedKinds({ tokenKinds }: Pick<Resource, 'tokenKinds'>): readonly TokenKind[] {
  return tokenKinds ?? DEFAULT_TOKEN_KINDS;
}

/**
 * The kinds that a resource takes from this user. After a password reset by mail a mailed code is not one of them: the reader of
 * the mailbox would have both factors (SR-69). The addresses are not compared, because aliases and forwards lead to one mailbox.
 */
export function acceptedKindsFrom(
  { needsConfirmation }: Pick<User, 'needsConfirmation'>,
  resource: Pick<Resource, 'tokenKinds'>,
): readonly TokenKind[] {
  const kinds = acceptedKinds(resource);
  return needsConfirmation === undefined ? kinds : kinds.filter((kind) => kind !== 'email');
}

/** What a person shows as their second factor. */
export type SecondAnswer =
  /** Digits: what an app or a fob shows, what was sent, what answers a question. `token`: of that one alone. */
  { kind: 'code'; otp: string; token?: TokenId | undefined } | { kind: 'recovery'; code: string } | PasskeyAnswer;

/**
 * How the tokens of an assignment stand for the decision whether a second factor is asked for. Recovery codes are left out:
 * they stand in for a token and are none that would demand a code by itself.
 *
 * @param accepts the kinds that the resource takes; a token of another kind denies unless it is deactivated
 * @param way how the person comes in; a token that is kept from it denies as well
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

/** Of a kind that the resource takes, and not kept from the way in which the person comes. */
function isAccepted(token: Token, accepts: readonly TokenKind[], way: SignInWay): boolean {
  return accepts.includes(token.factor.kind) && (way === 'widget' || token.apiSupport !== false);
}

/** A deactivated token takes no part and a lock is a lock, on every resource. */
function notAccepted(token: Token, now: number): FactorState {
  const state = tokenState(token, now);
  return state === 'deactivated' || state === 'locked' ? state : 'not-accepted';
}

/** Whether a token may be answered with: active, and of a kind that the resource takes. */
export function isUsable(token: Token, accepts: readonly TokenKind[], now: number, way: SignInWay = 'widget'): boolean {
  return isAccepted(token, accepts, way) && tokenState(token, now) === 'active';
}

export function usableTokens(tokens: readonly Token[], accepts: readonly TokenKind[], now: number): Token[] {
  return tokens.filter((token) => isUsable(token, accepts, now));
}

/** The tokens that such an answer can be meant for; the others neither judge nor count it. */
export function matchesAnswer(answer: SecondAnswer, token: Token): boolean {
  if (answer.kind === 'recovery') return isRecovery(token);
  if (answer.kind === 'webauthn') return isWebauthn(token) && token.factor.credentialId === answer.assertion.id;
  if (answer.token !== undefined) return token.id === answer.token;
  return !isRecovery(token) && !isWebauthn(token);
}

/** The option under which all tokens stand that show codes by themselves: their codes are tried together. */
const CODE_OPTION = 'code';
const RECOVERY_OPTION = 'recovery';
/** All passkeys of a person: the browser finds the one that is at hand. */
const PASSKEY_OPTION = 'passkey';

/** Nobody is known yet: what is offered is the same for every name (SR-17), and nothing is sent for a name alone. */
export const ANONYMOUS_OPTIONS: readonly FactorOption[] = [
  { id: CODE_OPTION, kind: 'code' },
  { id: RECOVERY_OPTION, kind: 'recovery' },
];

/** The way in which a token of a kind is shown. */
export function factorKindOf(kind: TokenKind): FactorKind {
  return kind === 'totp' || kind === 'hotp' ? 'code' : kind;
}

const ORDER: readonly FactorKind[] = ['webauthn', 'code', 'ocra', 'sms', 'email', 'recovery'];

/**
 * The ways in which a person who has shown the first factor may show the second, the best first.
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

/** What is asked for first: what the page remembers of this person, if they have it, else the best they have. */
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
