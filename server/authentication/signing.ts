import type { RefusalCode } from '@countersign/protocol/codes';
import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import type { Resource } from '../resources/resource.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import type { Token } from '../tokens/token.ts';
import type { Transaction } from '../tokens/transaction.ts';
import type { User } from '../users/user.ts';
import { decideFactors, denialCode } from './decide-factors.ts';
import { acceptedKindsFrom, factorStates } from './second-factor.ts';

/**
 * The kinds of tokens whose answer is bound to the signed fields. Codes of an app, a fob or on paper are valid for
 * anything: an attacker who obtains one could confirm any transaction with it.
 */
export const SIGNING_KINDS = TOKEN_KINDS.filter((kind) => KIND_RULES[kind].transactionMax !== undefined);

/**
 * The kinds that may confirm a transaction: bound to it, and accepted by the resource and by the host. A text message
 * has to hold all of it.
 */
export function signingKinds(
  resource: Pick<Resource, 'tokenKinds' | 'firstFactor'>,
  { kinds = SIGNING_KINDS, fields }: Pick<Transaction, 'kinds' | 'fields'>,
  /** Absent if a token signs without a user. */
  user: Pick<User, 'needsConfirmation'> = {},
): TokenKind[] {
  const accepts = acceptedKindsFrom(user, resource);
  const length = fields.reduce((sum, { label, value }) => sum + label.length + value.length, 0);
  return SIGNING_KINDS.filter(
    (kind) => accepts.includes(kind) && kinds.includes(kind) && length <= (KIND_RULES[kind].transactionMax ?? 0),
  );
}

/**
 * Why this user cannot sign, if so. Unlike at a sign-in, no user is exempt: without an active token of a fitting kind
 * there is no signature.
 *
 * @param tokens of the assignment
 */
export function signingDenial(
  tokens: readonly Token[],
  accepts: readonly TokenKind[],
  now: number,
): RefusalCode | undefined {
  const fitting = tokens.filter(({ factor }) => accepts.includes(factor.kind));
  const decided = decideFactors('otp', factorStates(fitting, accepts, now));
  if (decided.kind === 'factors') return undefined;
  const code = denialCode(decided.reason);
  return code === 'ACCESS_DENIED' ? 'SIGNING_TOKEN_MISSING' : code;
}
