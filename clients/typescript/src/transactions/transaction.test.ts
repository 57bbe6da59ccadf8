import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { canonicalTransaction, hashOf, type TransactionField, transactionHash } from './transaction.ts';

interface Vectors {
  accepted: { name: string; fields: TransactionField[]; canonical: string; sha256: string }[];
  refused: { name: string; fields: TransactionField[]; reason: string; field?: number }[];
}
const { accepted, refused }: Vectors = JSON.parse(
  readFileSync(new URL('../../../../shared/vectors/transactions.json', import.meta.url), 'utf8'),
);

// SR-45
describe('SR-45: transactions, as every language reads them', () => {
  test.each(refused.map((vector) => [vector.name, vector] as const))('refused: %s', async (_, vector) => {
    const refusal = await refusalOf(transactionHash(vector.fields));
    expect(refusal.code).toBe('TRANSACTION_INVALID');
    const where = vector.field === undefined ? '' : ` in field ${vector.field}`;
    expect(refusal.message).toContain(`: ${vector.reason}${where}.`);
  });

  test.each(accepted.map((vector) => [vector.name, vector] as const))('accepted: %s', async (_, vector) => {
    expect(canonicalTransaction(vector.fields)).toBe(vector.canonical);
    expect(await transactionHash(vector.fields)).toBe(vector.sha256);
    expect(await hashOf(vector.sha256)).toBe(vector.sha256);
  });

  test('what is neither fields nor a hash is refused, and never taken for nothing', async () => {
    for (const nothing of ['', 'x'.repeat(64), 'A'.repeat(64), null, {}, 42]) {
      expect((await refusalOf(hashOf(nothing as string))).code).toBe('TRANSACTION_INVALID');
    }
  });
});
