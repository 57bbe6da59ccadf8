import { expect, test } from 'vitest';
import type { Fresh } from './harness.ts';

export function sizeBehaviour(fresh: Fresh): void {
  test('tells its size, and how far it can grow if there is a limit', async () => {
    const { usedBytes, freeBytes } = await (await fresh()).measure();
    expect(usedBytes).toBeGreaterThan(0);
    if (freeBytes !== undefined) expect(freeBytes).toBeGreaterThan(0);
  });
}
