import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { shrinkPng } from './shrink-png.ts';

const RED = [200, 30, 40];
const PAPER = [246, 241, 230];

// PNG 9.2: the same two rows of two pixels, the second row written in each of the five filters.
test.each([
  ['none', [0, ...PAPER, ...RED]],
  ['sub', [1, ...PAPER, ...minus(RED, PAPER)]],
  ['up', [2, ...minus(PAPER, RED), ...minus(RED, PAPER)]],
  ['average', [3, ...minus(PAPER, half(RED)), ...minus(RED, half(PAPER, PAPER))]],
  ['paeth', [4, ...minus(PAPER, RED), ...minus(RED, PAPER)]],
])('a small picture keeps every pixel, filter %s', (_name, row) => {
  const png = picture(2, 2, [0, ...RED, ...PAPER, ...row]);
  expect(pixelsOf(shrinkPng(png), 2)).toEqual([RED, PAPER, PAPER, RED]);
});

test('of more than 256 colours the most used stay, and the others become the nearest of them', () => {
  const used = Array.from({ length: 240 }, (_, i) => [(i % 16) * 16, Math.floor(i / 16) * 16, 0]);
  const rare = used.map(([red = 0, green = 0]) => [red, green, 4]);
  const row = [...used, ...used, ...rare];
  const shrunk = pixelsOf(shrinkPng(picture(row.length, 1, [0, ...row.flat()])), row.length);
  expect(shrunk.slice(0, 240)).toEqual(used);
  expect(new Set(shrunk.map(String)).size).toBe(256);
  expect(shrunk.slice(480).map(([red, green]) => [red, green])).toEqual(used.map(([red, green]) => [red, green]));
});

test('what is no screenshot is refused', () => {
  const png = picture(1, 1, [0, 1, 2, 3]);
  png[8 + 8 + 9] = 6;
  expect(() => shrinkPng(png)).toThrow('no plain PNG');
});

function minus(one: number[], other: number[]): number[] {
  return one.map((value, i) => (value - (other[i] ?? 0)) & 255);
}

function half(one: number[], other: number[] = [0, 0, 0]): number[] {
  return one.map((value, i) => (value + (other[i] ?? 0)) >> 1);
}

function picture(width: number, height: number, rows: number[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const chunks = [
    ['IHDR', header],
    ['IDAT', deflateSync(Buffer.from(rows))],
    ['IEND', Buffer.alloc(0)],
  ] as const;
  const written = chunks.map(([type, data]) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  });
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...written]);
}

/** Row by row, from a PNG with a palette and no filters. */
function pixelsOf(png: Buffer, width: number): number[][] {
  const part = (type: string) => {
    const at = png.indexOf(type);
    return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
  };
  const palette = part('PLTE');
  const rows = inflateSync(part('IDAT'));
  return [...rows]
    .filter((_, i) => i % (width + 1) !== 0)
    .map((index) => [...palette.subarray(index * 3, index * 3 + 3)]);
}
