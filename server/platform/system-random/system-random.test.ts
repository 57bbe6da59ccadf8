import { describe, expect, test } from 'vitest';
import { systemRandom } from './system-random.ts';

describe('system random', () => {
  test('returns the requested number of bytes', () => {
    for (const length of [0, 1, 16, 64]) expect(systemRandom.bytes(length)).toHaveLength(length);
  });

  test('never repeats bytes, also when the pool ends within a request', () => {
    const lengths = [16, 7, 20, 64, 10];
    const pieces = Array.from({ length: 5000 }, (_, turn) => systemRandom.bytes(lengths[turn % lengths.length] ?? 16));
    const starts = new Set(pieces.map((piece) => Buffer.from(piece.subarray(0, 7)).toString('hex')));
    const ends = new Set(pieces.map((piece) => Buffer.from(piece.subarray(-7)).toString('hex')));
    expect([starts.size, ends.size]).toEqual([5000, 5000]);
  });

  test('never returns bytes that were not drawn', () => {
    const zeros = Array.from({ length: 1000 }, () => systemRandom.bytes(64)).filter((piece) =>
      Buffer.from(piece).toString('hex').includes('0'.repeat(16)),
    );
    expect(zeros).toEqual([]);
  });

  test('returns bytes that stay unchanged, and changing them changes nothing else', () => {
    const first = systemRandom.bytes(16);
    const kept = Buffer.from(first).toString('hex');
    const second = systemRandom.bytes(16);
    const keptSecond = Buffer.from(second).toString('hex');
    first.fill(0xff);
    for (let turn = 0; turn < 600; turn++) systemRandom.bytes(16);
    expect(Buffer.from(second).toString('hex')).toBe(keptSecond);
    expect(kept).not.toBe(keptSecond);
  });

  test('returns its own memory, not a view into a shared pool', () => {
    const bytes = systemRandom.bytes(16);
    expect(bytes.buffer.byteLength).toBe(16);
    expect(Buffer.isBuffer(bytes)).toBe(false);
  });
});
