import { createHash } from 'node:crypto';
import type { TokenKind } from '@countersign/protocol/tokens';
import { canonicalTransaction, type TransactionFields } from '@countersign/protocol/transaction';

/** The transaction that a user is asked to confirm, and that their answer is bound to. */
export interface Transaction {
  fields: { label: string; value: string }[];
  /** SHA-256 of the canonical text, hex. */
  hash: string;
  /** 32 random bytes, base64url, drawn when the fields were fixed. Part of the questions; never shown. */
  nonce: string;
  /** The kinds that the host accepts for this one; absent: all that the resource accepts. */
  kinds?: readonly TokenKind[];
}

/** SHA-256 of the canonical text in UTF-8, in lower-case hexadecimal. */
export function transactionHash(fields: TransactionFields): string {
  return createHash('sha256').update(canonicalTransaction(fields), 'utf8').digest('hex');
}
