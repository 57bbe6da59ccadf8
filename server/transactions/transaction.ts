import { createHash } from 'node:crypto';
import { canonicalTransaction, type TransactionFields } from '@countersign/protocol/transaction';

/** SHA-256 of the canonical text in UTF-8, in lower-case hexadecimal. */
export function transactionHash(fields: TransactionFields): string {
  return createHash('sha256').update(canonicalTransaction(fields), 'utf8').digest('hex');
}
