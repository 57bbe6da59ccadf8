import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from './split-lines.ts';

async function linesOf(chunks: Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(chunks)) lines.push(line);
  return lines;
}
const bytes = (text: string) => new TextEncoder().encode(text);

test('lines are the same however the text arrives, and only a line feed ends one', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', '\u2028', '\ufeff', '"') });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
      const whole = bytes(lines.map((one) => `${one}\n`).join(''));
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
        whole.subarray(at * size, (at + 1) * size),
      );
      expect(await linesOf(chunks)).toEqual(lines);
    }),
  );
});

test('a last line without its line feed counts, an empty one does not', async () => {
  expect(await linesOf([bytes('a\nb')])).toEqual(['a', 'b']);
  expect(await linesOf([bytes('a\n\n')])).toEqual(['a', '']);
});

test('bytes that are no UTF-8 are an error, and not something else in their place', async () => {
  await expect(linesOf([Uint8Array.of(0x61, 0xff, 0x0a)])).rejects.toThrow(TypeError);
  await expect(linesOf([Uint8Array.of(0x61, 0xc3)])).rejects.toThrow(TypeError);
});
