import { CountersignError } from '../error.ts';

/** One line of what a person confirms. */
export interface TransactionField {
  /** 1 to 40 characters. */
  label: string;
  /** 1 to 200 characters. */
  value: string;
}

/**
 * What is confirmed: its fields, from your own records and in their order, or their hash as `transactionHash` computes it.
 */
export type TransactionReference = readonly TransactionField[] | string;

const FIELDS_MAX = 12;
const LABEL_MAX = 40;
const VALUE_MAX = 200;
/** Begins every canonical text, so that it cannot be taken for anything else that is hashed. */
const FORM = 'countersign-transaction-1';
const HASH = /^[0-9a-f]{64}$/;

/** Fixed ranges, not Unicode properties: the same in every language, whatever version of Unicode it knows. */
const UNFIT = new RegExp(
  `[${[
    '\\u{0}-\\u{1F}\\u{7F}-\\u{9F}',
    '\\u{AD}\\u{34F}\\u{61C}\\u{115F}\\u{1160}\\u{1680}\\u{17B4}\\u{17B5}\\u{180B}-\\u{180F}',
    '\\u{2000}-\\u{200F}\\u{2028}-\\u{202E}\\u{205F}-\\u{206F}\\u{2800}\\u{3000}\\u{3164}',
    '\\u{D800}-\\u{DFFF}\\u{FE00}-\\u{FE0F}\\u{FEFF}\\u{FFA0}\\u{FFF0}-\\u{FFFB}\\u{FFFE}\\u{FFFF}',
    '\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E0FFF}',
  ].join('')}]`,
  'u',
);
const BLANK_ENDS_OR_ROWS = /^[ \u00a0\u202f]|[ \u00a0\u202f]{2}|[ \u00a0\u202f]$/;

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
  if (!Array.isArray(fields)) throw invalid('shape');
  if (fields.length < 1 || fields.length > FIELDS_MAX) throw invalid('count');
  return JSON.stringify([FORM, ...fields.map((field: unknown, index) => readField(field, index))]);
}

/** The hash of what somebody should have confirmed, however they name it. */
export async function hashOf(transaction: TransactionReference): Promise<string> {
  if (typeof transaction !== 'string') return transactionHash(transaction);
  if (HASH.test(transaction)) return transaction;
  throw new CountersignError(
    'TRANSACTION_INVALID',
    'The hash of a transaction is 64 hexadecimal digits in lower case.',
  );
}

function readField(field: unknown, index: number): [string, string] {
  const { label, value, ...others } = Object(field) as Record<string, unknown>;
  if (typeof label !== 'string' || typeof value !== 'string' || Object.keys(others).length > 0) {
    throw invalid('shape', index);
  }
  const fault = textFault(label, LABEL_MAX) ?? textFault(value, VALUE_MAX);
  if (fault) throw invalid(fault, index);
  return [label, value];
}

function textFault(text: string, max: number): string | undefined {
  if (text === '' || text.length > max * 2 || [...text].length > max) return 'length';
  if (UNFIT.test(text)) return 'character';
  if (BLANK_ENDS_OR_ROWS.test(text)) return 'spacing';
  return text.normalize('NFC') === text ? undefined : 'normalisation';
}

function invalid(reason: string, field?: number): CountersignError {
  const where = field === undefined ? '' : ` in field ${field}`;
  return new CountersignError('TRANSACTION_INVALID', `These fields cannot be shown and signed: ${reason}${where}.`);
}
