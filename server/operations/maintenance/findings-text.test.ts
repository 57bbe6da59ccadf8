import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findingsText } from './findings-text.ts';

async function* each(findings: readonly object[]) {
  yield* findings;
}

test('is one JSON object, however many findings there are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ id: fc.string(), kind: fc.string() })), async (findings) => {
      let text = '';
      for await (const piece of findingsText(each(findings), () => ({ age: 7 }))) text += piece;
      expect(JSON.parse(text)).toEqual({ items: findings, age: 7 });
    }),
  );
});

test('comes in pieces', async () => {
  const pieces: string[] = [];
  const findings = Array.from({ length: 5000 }, (_, id) => ({ id, kind: 'x'.repeat(40) }));
  for await (const piece of findingsText(each(findings), () => ({ age: 7 }))) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(3);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  expect(JSON.parse(pieces.join(''))).toEqual({ items: findings, age: 7 });
});
