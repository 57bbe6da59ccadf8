/** One line of what a user confirms. */
export interface TransactionField {
  /** 1 to 40 characters. */
  label: string;
  /** 1 to 200 characters. */
  value: string;
}

/** The fields that are shown and signed, in this order. Only {@link parseTransaction} creates them. */
export type TransactionFields = readonly [TransactionField, ...TransactionField[]];

export const TRANSACTION_FIELDS_MAX = 12;
/** Code points. */
export const LABEL_MAX = 40;
/** Code points. */
export const VALUE_MAX = 200;

/**
 * Why fields are refused. `shape`: not a list of objects with two strings, `label` and `value`, and nothing else.
 * `count`: no field, or more than twelve. `length`: a text that is empty or too long. `character`: an invisible one, or
 * one that changes how others are shown. `spacing`: blanks at an end or in a row. `normalisation`: not in Unicode's
 * form C.
 */
export type TransactionRefusal = 'shape' | 'count' | 'length' | 'character' | 'spacing' | 'normalisation';

export type ParsedTransaction =
  | { kind: 'fields'; fields: TransactionFields }
  | {
      kind: 'refused';
      reason: TransactionRefusal;
      /** Index of the field, if the refusal is about one. */
      field?: number;
    };

/**
 * Characters that a field may not contain, because the displayed text must be the signed text: controls and line
 * breaks, halves of surrogate pairs, characters that reorder text, and invisible or blank ones (of the blanks only
 * U+0020, U+00A0 and U+202F are allowed: numbers contain them). Ranges, not Unicode properties, so that they are the
 * same in every language and in every version of Unicode.
 */
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

/** Starts every canonical text, so that it cannot be confused with other hashed data. */
const FORM = 'countersign-transaction-1';

/**
 * Returns the fields if they can be displayed and signed, else the reason. Nothing is corrected: the caller gets the
 * hash of what it sent, or a refusal. Reasons are checked in the order of {@link TransactionRefusal}, field by field,
 * label first.
 */
export function parseTransaction(input: unknown): ParsedTransaction {
  if (!Array.isArray(input)) return { kind: 'refused', reason: 'shape' };
  if (input.length > TRANSACTION_FIELDS_MAX) return { kind: 'refused', reason: 'count' };
  const fields: TransactionField[] = [];
  for (const [index, item] of input.entries()) {
    const field = parseField(item);
    if (field === undefined) return { kind: 'refused', reason: 'shape', field: index };
    const reason = textFault(field.label, LABEL_MAX) ?? textFault(field.value, VALUE_MAX);
    if (reason) return { kind: 'refused', reason, field: index };
    fields.push(field);
  }
  const [first, ...others] = fields;
  return first ? { kind: 'fields', fields: [first, ...others] } : { kind: 'refused', reason: 'count' };
}

/**
 * The canonical text of these fields, the same in every language: JSON as RFC 8785 writes it, without blanks, of a list
 * whose first item is `countersign-transaction-1` and whose others are `[label, value]`, in the order of the fields. Of
 * the allowed characters only `"` and `\` are escaped, with a `\` in front.
 *
 * @example canonicalTransaction([{ label: 'Amount', value: '10.00 EUR' }])
 *   // '["countersign-transaction-1",["Amount","10.00 EUR"]]'
 */
export function canonicalTransaction(fields: TransactionFields): string {
  return JSON.stringify([FORM, ...fields.map(({ label, value }) => [label, value])]);
}

function parseField(item: unknown): TransactionField | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { label, value, ...others } = item as { label?: unknown; value?: unknown };
  if (typeof label !== 'string' || typeof value !== 'string' || Object.keys(others).length > 0) return undefined;
  return { label, value };
}

function textFault(text: string, max: number): TransactionRefusal | undefined {
  // A code point is at most two UTF-16 units: this avoids counting a text that is far too long.
  if (text === '' || text.length > max * 2 || [...text].length > max) return 'length';
  if (UNFIT.test(text)) return 'character';
  if (BLANK_ENDS_OR_ROWS.test(text)) return 'spacing';
  return text.normalize('NFC') === text ? undefined : 'normalisation';
}
