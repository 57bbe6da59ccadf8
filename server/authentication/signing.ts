import type { RefusalCode } from '@countersign/protocol/codes';
import { SIGNING_KINDS, type SigningKind, type Transaction } from '../kernel/transaction.ts';
import type { Resource } from '../resources/resource.ts';
import { tokenState } from '../tokens/lockout.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { decideFactors, denialCode } from './methods.ts';
import { acceptedKindsFrom } from './second-factor.ts';

/**
 * The number of characters of labels and values that fit into a text message, in any script. A longer transaction is
 * not cut, but not sent that way.
 */
const TEXT_MESSAGE_MAX = 240;

/**
 * The kinds that may confirm a transaction: bound to it, and accepted by the resource and by the host. A text message
 * has to hold all of it.
 */
export function signingKinds(
  resource: Pick<Resource, 'tokenKinds'>,
  { kinds = [...SIGNING_KINDS], fields }: Pick<Transaction, 'kinds' | 'fields'>,
  /** Absent if a token signs without a user. */
  user: Pick<User, 'needsConfirmation'> = {},
): SigningKind[] {
  const accepts = acceptedKindsFrom(user, resource);
  const length = fields.reduce((sum, { label, value }) => sum + label.length + value.length, 0);
  return SIGNING_KINDS.filter(
    (kind) => accepts.includes(kind) && kinds.includes(kind) && (kind !== 'sms' || length <= TEXT_MESSAGE_MAX),
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
  accepts: readonly SigningKind[],
  now: number,
): RefusalCode | undefined {
  const fitting = tokens.filter(({ factor }) => accepts.some((kind) => kind === factor.kind));
  const decided = decideFactors(
    'otp',
    fitting.map((token) => tokenState(token, now)),
  );
  if (decided.kind === 'factors') return undefined;
  const code = denialCode(decided.reason);
  return code === 'ACCESS_DENIED' ? 'SIGNING_TOKEN_MISSING' : code;
}
