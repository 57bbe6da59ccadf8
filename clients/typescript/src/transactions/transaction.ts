import {
  canonicalTransaction as canonicalText,
  parseTransaction,
  type TransactionField,
} from '@countersign/protocol/transaction';
import { CountersignError } from '../error.ts';

export type { TransactionField };

/**
 * What is confirmed: its fields, from your own records and in their order, or their hash as `transactionHash` computes it.
 */
export type TransactionReference = readonly TransactionField[] | string;

const HASH = /^[0-9a-f]{64}$/;

/**
 * The hash that stands for a transaction: SHA-256 of its canonical text, in lower-case hexadecimal. Fields are taken as they
 * are or refused, never mended, so that what a person confirmed is letter by letter what you execute.
 *
 * @throws CountersignError `TRANSACTION_INVALID`, whose message says which field and why.
 * @example
 * await transactionHash([{ label: 'Amount', value: '10.00 EUR' }, { label: 'To', value: 'Olena Koval' }]);
 */
export async function transactionHash(fields: readonly TransactionField[]): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalTransaction(fields));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The one text that stands for these fields, as `transactionHash` hashes it.
 *
 * @throws CountersignError `TRANSACTION_INVALID`
 */
export function canonicalTransaction(fields: readonly TransactionField[]): string {
  const parsed = parseTransaction(fields);
  if (parsed.kind === 'fields') return canonicalText(parsed.fields);
  const where = parsed.field === undefined ? '' : ` in field ${parsed.field}`;
  throw new CountersignError(
    'TRANSACTION_INVALID',
    `These fields cannot be shown and signed: ${parsed.reason}${where}.`,
  );
}

/** The hash of the transaction to confirm, given as fields or as their hash. */
export async function hashOf(transaction: TransactionReference): Promise<string> {
  if (typeof transaction !== 'string') return transactionHash(transaction);
  if (HASH.test(transaction)) return transaction;
  throw new CountersignError(
    'TRANSACTION_INVALID',
    'The hash of a transaction is 64 hexadecimal digits in lower case.',
  );
}
