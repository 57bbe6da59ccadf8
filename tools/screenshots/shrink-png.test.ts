import { decode, encode, type ImageData } from 'fast-png';
import { expect, test } from 'vitest';
import { shrinkPng } from './shrink-png.ts';

const RED = [200, 30, 40];
const PAPER = [246, 241, 230];

test('keeps every pixel of a small picture', () => {
  const pixels = [RED, PAPER, PAPER, RED];
  expect(pixelsOf(shrinkPng(picture(2, 2, pixels)))).toEqual(pixels);
});

test('keeps the most used of more than 256 colours, and replaces others by the nearest', () => {
  const used = Array.from({ length: 240 }, (_, i) => [(i % 16) * 16, Math.floor(i / 16) * 16, 0]);
  const rare = used.map(([red = 0, green = 0]) => [red, green, 4]);
  const row = [...used, ...used, ...rare];
  const shrunk = pixelsOf(shrinkPng(picture(row.length, 1, row)));
  expect(shrunk.slice(0, 240)).toEqual(used);
  expect(new Set(shrunk.map(String)).size).toBe(256);
  expect(shrunk.slice(480).map(([red, green]) => [red, green])).toEqual(used.map(([red, green]) => [red, green]));
});

test.each<[string, Omit<ImageData, 'width' | 'height'>]>([
  ['grey', { channels: 1, depth: 8, data: new Uint8Array(1) }],
  ['transparent', { channels: 4, depth: 8, data: new Uint8Array(4) }],
  ['deep', { channels: 3, depth: 16, data: new Uint16Array(3) }],
  ['with a palette', { channels: 1, depth: 8, data: new Uint8Array(1), palette: [RED] }],
])('rejects what is not a screenshot: %s', (_name, image) => {
  expect(() => shrinkPng(encode({ width: 1, height: 1, ...image }))).toThrow('no plain PNG');
});

function picture(width: number, height: number, pixels: number[][]): Uint8Array {
  return encode({ width, height, channels: 3, depth: 8, data: Uint8Array.from(pixels.flat()) });
}

/** Decodes row by row a PNG with a palette. */
function pixelsOf(png: Uint8Array): number[][] {
  const { data, palette = [] } = decode(png);
  return Array.from(data, (index) => palette[index] ?? []);
}
