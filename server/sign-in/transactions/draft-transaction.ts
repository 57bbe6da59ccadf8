import { parseTransaction, type TransactionField } from '@countersign/protocol/transaction';
import type { TokenId, UserId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { type Transaction, transactionHash } from '../../tokens/transaction.ts';

/** From fixing the fields to the confirmation: short, so that an agreed transaction is not left open. */
export const TRANSACTION_LIFETIME_MS = 300_000;

/**
 * The number of transactions that a user may have open within one lifetime (decision 0120). An attacker who could start
 * many would find two with the same eight-digit question.
 */
export const TRANSACTIONS_AT_ONCE = 10;

/** A transaction of these fields, which are checked and never corrected. */
export function draftTransaction(
  ports: Pick<Ports, 'random'>,
  fields: readonly TransactionField[],
): Result<{ transaction: Transaction }> {
  const parsed = parseTransaction(fields);
  if (parsed.kind === 'refused') {
    const where = parsed.field === undefined ? '' : `, field ${parsed.field}`;
    return refusal('TRANSACTION_INVALID', { detail: `${parsed.reason}${where}` });
  }
  const nonce = Buffer.from(ports.random.bytes(32)).toString('base64url');
  return { transaction: { fields: [...parsed.fields], hash: transactionHash(parsed.fields), nonce } };
}

/** Counts a transaction of a user, or of a token without one. */
export async function countTransaction(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  whose: UserId | TokenId,
): Promise<Refusal | undefined> {
  const now = clock.now();
  const rate = await store.increment(`transactions/${whose}`, TRANSACTION_LIFETIME_MS, TRANSACTIONS_AT_ONCE, now);
  return rate.allowed ? undefined : refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
}
