import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TransactionField } from '@countersign/protocol/transaction';
import { decideFactors, denialCode } from '../../authentication/decide-factors.ts';
import { factorStates } from '../../authentication/second-factor.ts';
import { signingKinds } from '../../authentication/signing.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { signingScope } from '../../tokens/challenge.ts';
import { actionsOf } from '../../tokens/kinds/actions.ts';
import { tokenState } from '../../tokens/lockout.ts';
import type { Token } from '../../tokens/token.ts';
import { countTransaction, draftTransaction } from './draft-transaction.ts';
import { findSigningContext } from './signing-context.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>;

/**
 * A backend asks a token to sign fields outside a sign-in: a device gets a question derived from them, a phone or
 * mailbox a message with them and a code. The answer is valid for these fields only, once.
 */
export async function requestSignature(
  ports: Needs,
  act: RequestContext,
  id: TokenId,
  fields: readonly TransactionField[],
): Promise<Result<{ token: Token; question?: string; transaction: string; expiresAt: number }>> {
  const drafted = draftTransaction(ports, fields);
  if (isRefusal(drafted)) return drafted;
  const { transaction } = drafted;
  const place = await findSigningContext(ports, act, id);
  if (isRefusal(place)) return place;
  const { token, user, resource } = place;
  const now = ports.clock.now();
  const kinds = signingKinds(resource, transaction);
  if (tokenState(token, now) === 'active' && !kinds.includes(token.factor.kind)) {
    return refusal('SIGNING_TOKEN_MISSING');
  }
  const decided = decideFactors('token', factorStates([token], kinds, now, 'api'));
  if (decided.kind === 'deny') return refusal(denialCode(decided.reason));
  // The same limit as for transactions in the widget: a question is seen only by requesting it, and an attacker who
  // could request many would find two transactions with the same one.
  const tooMany = await countTransaction(ports, user?.id ?? id);
  if (tooMany) return tooMany;

  const about = { subject: user?.id ?? id, related: [id], resource: resource.id, transaction: transaction.hash };
  const asked = await actionsOf(token).challenge?.(ports, act, {
    token,
    resource,
    scope: signingScope(user),
    language: 'en',
    transaction,
    related: user ? [user.id] : [],
    createEvent: (at) => createEvent(act, { type: 'transaction.created', ...about }, at),
  });
  if (!asked) return refusal('SIGNING_TOKEN_MISSING');
  if (isRefusal(asked)) return asked;
  const { question, expiresAt } = asked;
  return { token, transaction: transaction.hash, ...omitUndefined({ question }), expiresAt };
}
