import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordsOf } from './csv-records.ts';
import { readFile } from './read-file.ts';
import { NOW } from './testing/read-whole.ts';

const SIZE = 2 * 1024 * 1024;

/** The number of pauses while a file is read, and the result. */
function pausesOf(content: string, format: 'csv' | 'otpauth'): { pauses: number; end: unknown } {
  const reading = readFile(Buffer.from(content), { format }, NOW);
  let pauses = 0;
  let step = reading.next();
  for (; !step.done; step = reading.next()) pauses += 1;
  return { pauses, end: 'flaw' in step.value ? step.value.flaw : step.value.rows.length };
}

// SR-20. The attack: two mebibytes of nearly empty records. Parsed in one go, they block every sign-in meanwhile.
describe('pauses for other requests at every point', () => {
  test.each([
    ['rows without values', ',\n', 'FILE_EMPTY'],
    ['empty lines', '\n', 'FILE_EMPTY'],
    ['comments', '#\n', 'FILE_EMPTY'],
    ['comments with a quote', ' #"\n', 'FILE_EMPTY'],
    ['lines of another time', ',\r', 'FILE_EMPTY'],
    ['columns', `${','.repeat(8000)}\n`, 'FILE_EMPTY'],
  ])('of %s', (_, line, end) => {
    const read = pausesOf(line.repeat(SIZE / line.length), 'csv');
    expect(read.end).toBe(end);
    expect(read.pauses).toBeGreaterThan(SIZE / 65_536);
  });

  // Its values may all be empty, so that no limit of a record ends it.
  test.each([',', ' ', '\t'])('of a single line of %j nothing is parsed', (part) => {
    expect(pausesOf(part.repeat(SIZE), 'csv')).toEqual({ pauses: 0, end: 'CSV_MALFORMED' });
  });

  test('and a list that is too long ends at its limit', () => {
    expect(pausesOf('a\n'.repeat(SIZE / 2), 'csv').end).toBe('TOO_MANY_ROWS');
    // Later rows are not read: they are malformed.
    expect(pausesOf(`${'a\n'.repeat(100_000)}"b"c\n`, 'csv').end).toBe('TOO_MANY_ROWS');
  });

  test('of unclosed quotes nothing is read beyond the limit of a record', () => {
    for (const begin of ['"', 'a\n"', 'a,b\n# "\n"']) {
      const read = pausesOf(`${begin}${'a\n'.repeat(SIZE / 4)}`, 'csv');
      expect(read).toEqual({ pauses: expect.any(Number), end: 'CSV_MALFORMED' });
      expect(read.pauses).toBeLessThan(5);
    }
  });

  test('of an empty list', () => {
    expect(pausesOf('\n'.repeat(SIZE), 'otpauth').pauses).toBeGreaterThan(1000);
  });
});

const end = fc.constantFrom('\n', '\r\n');
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '1', ' ', '#', 'ä'), minLength: 1, maxLength: 40 }).map((text) => ({
    raw: `x${text}x`,
    value: `x${text}x`,
    lines: 0,
  })),
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '#', ' '), maxLength: 400 }).map((text) => ({
    raw: `"x${text.replaceAll('"', '""')}"`,
    value: `x${text}`,
    lines: text.split('\n').length - 1,
  })),
);
const line = fc.oneof(
  { weight: 6, arbitrary: fc.record({ cells: fc.array(cell, { minLength: 2, maxLength: 4 }), end }) },
  { weight: 1, arbitrary: fc.record({ comment: fc.constantFrom('# "', ' # a "b', '#', '', '  '), end }) },
);

test('cut into pieces, a file reads the same', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 50, maxLength: 200 }), (lines) => {
      let at = 0;
      const expected: { record: string[]; line: number }[] = [];
      let text = '';
      for (const one of lines) {
        at += 1;
        if ('comment' in one) {
          text += one.comment + one.end;
          continue;
        }
        text += one.cells.map(({ raw }) => raw).join(',') + one.end;
        at += one.cells.reduce((sum, { lines: more }) => sum + more, 0);
        expected.push({ record: one.cells.map(({ value }) => value), line: at });
      }
      expect([...recordsOf(`a,b\n${text}`)].filter((found) => found !== undefined).slice(1)).toEqual(
        expected.map((one) => ({ ...one, line: one.line + 1 })),
      );
    }),
    { numRuns: 60 },
  );
});
