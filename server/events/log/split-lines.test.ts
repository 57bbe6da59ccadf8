import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from './split-lines.ts';

async function linesOf(chunks: Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(chunks)) lines.push(line);
  return lines;
}
const bytes = (text: string) => new TextEncoder().encode(text);

test('splits the same lines however the text is chunked, and only at a line feed', async () => {
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

test('counts a last line without its line feed, but not an empty one', async () => {
  expect(await linesOf([bytes('a\nb')])).toEqual(['a', 'b']);
  expect(await linesOf([bytes('a\n\n')])).toEqual(['a', '']);
});

test('rejects bytes that are not UTF-8 instead of replacing them', async () => {
  await expect(linesOf([Uint8Array.of(0x61, 0xff, 0x0a)])).rejects.toThrow(TypeError);
  await expect(linesOf([Uint8Array.of(0x61, 0xc3)])).rejects.toThrow(TypeError);
});
