import { createHash } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import {
  canonicalTransaction,
  LABEL_MAX,
  parseTransaction,
  TRANSACTION_FIELDS_MAX,
  type TransactionFields,
  VALUE_MAX,
} from '@countersign/protocol/transaction';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import vectors from '../../shared/vectors/transactions.json' with { type: 'json' };
import { transactionHash } from './transaction.ts';

function fieldsOf(input: unknown): TransactionFields {
  const parsed = parseTransaction(input);
  return parsed.kind === 'fields' ? parsed.fields : expect.fail(JSON.stringify(parsed));
}

// The vectors come from an independent implementation in another language.
describe('the vectors', () => {
  test.each(vectors.accepted)('accepted: $name', ({ fields, canonical, sha256 }) => {
    const parsed = fieldsOf(fields);
    expect(parsed).toEqual(fields);
    expect(canonicalTransaction(parsed)).toBe(canonical);
    expect(transactionHash(parsed)).toBe(sha256);
  });

  // SR-45. Attack: show one thing and have another signed.
  test.each(vectors.refused)('refused: $name', ({ fields, reason, field }) => {
    expect(parseTransaction(fields)).toEqual({ kind: 'refused', reason, ...omitUndefined({ field }) });
  });

  test('have no two names and no two hashes alike', () => {
    const names = [...vectors.accepted, ...vectors.refused].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(vectors.accepted.map(({ sha256 }) => sha256)).size).toBe(vectors.accepted.length);
  });
});

// Not among the vectors: some languages cannot read these strings from JSON.
test.each([['\ud800'], ['\udc00'], ['\udc00\ud800']])('refuses half a surrogate pair: %j', (half) => {
  const refusal = { kind: 'refused', reason: 'character', field: 0 };
  expect(parseTransaction([{ label: 'To', value: `a${half}b` }])).toEqual(refusal);
});

/** Strings that a careless encoding would confuse. */
const unit = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    ',',
    '[',
    ']',
    'n',
    'u',
    '0',
    ' ',
    '\u00a0',
    'é',
    '\u0301',
    '🦊',
    '\u202e',
    '\n',
    '\ufeff',
  ),
  anyCharacter,
);
const anyFields = fc.array(
  fc.record({
    label: fc.string({ unit, minLength: 1, maxLength: 6 }),
    value: fc.string({ unit, minLength: 1, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: TRANSACTION_FIELDS_MAX },
);
const goodFields = anyFields.filter((fields) => parseTransaction(fields).kind === 'fields');
const fewGoodFields = fc
  .array(
    fc.record({
      label: fc.constantFrom('a', '"', '\\', '",', '["', 'a","b', '],['),
      value: fc.constantFrom('a', '"', '\\', '",', '["', 'a","b', '],['),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map(fieldsOf);

describe('for all fields', () => {
  test('the canonical text can be read back, so no two transactions share one', () => {
    fc.assert(
      fc.property(goodFields, (fields) => {
        const [form, ...pairs] = JSON.parse(canonicalTransaction(fieldsOf(fields)));
        expect(form).toBe('countersign-transaction-1');
        expect(pairs).toEqual(fields.map(({ label, value }) => [label, value]));
      }),
    );
  });

  test('two that differ have different texts and hashes', () => {
    fc.assert(
      fc.property(fewGoodFields, fewGoodFields, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(canonicalTransaction(one) === canonicalTransaction(other)).toBe(same);
        expect(transactionHash(one) === transactionHash(other)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  test('accepted fields need no escapes but quotation marks and backslashes, and hash as UTF-8', () => {
    fc.assert(
      fc.property(goodFields, (input) => {
        const fields = fieldsOf(input);
        const pairs = fields.map(({ label, value }) => `["${escaped(label)}","${escaped(value)}"]`);
        const text = `["countersign-transaction-1",${pairs.join(',')}]`;
        expect(canonicalTransaction(fields)).toBe(text);
        expect(transactionHash(fields)).toBe(createHash('sha256').update(Buffer.from(text)).digest('hex'));
      }),
    );
  });

  test('accepted fields contain nothing invisible, reordering or line-breaking by Unicode', () => {
    fc.assert(
      fc.property(anyFields, (input) => {
        const parsed = parseTransaction(input);
        if (parsed.kind !== 'fields') return;
        for (const text of parsed.fields.flatMap(({ label, value }) => [label, value])) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u);
          expect(text.trim()).toBe(text);
          expect(text.normalize('NFC')).toBe(text);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

test('refuses every code point that hides or reorders text, and every blank but three', () => {
  const hides = /[\p{Cc}\p{Cs}\p{Z}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    if (!hides.test(character) || [' ', '\u00a0', '\u202f'].includes(character)) continue;
    const parsed = parseTransaction([{ label: 'a', value: `1${character}0` }]);
    if (parsed.kind !== 'refused') expect.fail(`U+${point.toString(16)}`);
  }
});

test('refuses megabytes by their length before reading them', () => {
  const long = '\n'.repeat(5_000_000);
  expect(parseTransaction([{ label: long, value: 'x' }])).toEqual({ kind: 'refused', reason: 'length', field: 0 });
  expect(LABEL_MAX).toBe(40);
  expect(VALUE_MAX).toBe(200);
});

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
