import { parseTransaction, type TransactionField } from '@countersign/protocol/transaction';
import { readLimitedToken } from '../../authentication/read-limited-tokens.ts';
import { signingKinds } from '../../authentication/signing.ts';
import { verifySecondFactor } from '../../authentication/verify-second-factor.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { newOperation } from '../../store/transact.ts';
import { signingScope } from '../../tokens/challenge.ts';
import { transactionHash } from '../../tokens/transaction.ts';
import { findSigningContext } from './signing-context.ts';

/**
 * Whether an answer signs exactly these fields (SR-45): it has to answer the token's challenge for them, and the commit
 * that accepts it uses it up. Wrong answers count as they do at a sign-in, and lock the token.
 */
export async function checkSignature(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo'>,
  act: RequestContext,
  id: TokenId,
  { fields, otp }: { fields: readonly TransactionField[]; otp: string },
): Promise<Result<{ signed: string }>> {
  const parsed = parseTransaction(fields);
  if (parsed.kind === 'refused') return refusal('TRANSACTION_INVALID', { detail: parsed.reason });
  const place = await findSigningContext(ports, act, id);
  if (isRefusal(place)) return place;
  const { token, user, resource } = place;
  const transaction = transactionHash(parsed.fields);
  const about = { subject: user?.id ?? id, related: [id], resource: resource.id, transaction };
  const outcome = await verifySecondFactor(ports, user?.id ?? id, {
    method: 'token',
    way: 'api',
    answer: { kind: 'code', otp },
    accepts: signingKinds(resource, { fields: [...parsed.fields] }),
    scope: signingScope(user),
    transaction,
    userBlocked: false,
    attempt: newOperation(ports),
    createEvent: (outcome) => {
      const result: Omit<EventDraft, 'type'> =
        'refused' in outcome
          ? { outcome: 'refused', reason: outcome.refused }
          : { outcome: 'granted', factors: ['otp'], otp: outcome.otp };
      return createEvent(act, { type: 'transaction', ...about, ...result }, ports.clock.now());
    },
    readTokens: async () => {
      const stored = await readLimitedToken(ports, token, resource);
      // A token that has changed its owner since signs nothing for the old one.
      return stored.filter(({ value }) => value.epoch === token.epoch);
    },
  });
  return isRefusal(outcome) ? outcome : { signed: transaction };
}
