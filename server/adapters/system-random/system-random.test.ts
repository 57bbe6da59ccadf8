import { describe, expect, test } from 'vitest';
import { systemRandom } from './system-random.ts';

describe('system random', () => {
  test('gives as many bytes as asked for', () => {
    for (const length of [0, 1, 16, 64]) expect(systemRandom.bytes(length)).toHaveLength(length);
  });

  test('never repeats itself', () => {
    const seen = new Set(Array.from({ length: 1000 }, () => Buffer.from(systemRandom.bytes(16)).toString('hex')));
    expect(seen.size).toBe(1000);
  });

  test('hands out memory of its own, not a view into a shared pool', () => {
    const bytes = systemRandom.bytes(16);
    expect(bytes.buffer.byteLength).toBe(16);
    expect(Buffer.isBuffer(bytes)).toBe(false);
  });
});
