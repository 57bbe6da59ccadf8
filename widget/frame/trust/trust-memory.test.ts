// SR-73
import { expect, test } from 'vitest';
import { createTrustMemory } from './trust-memory.ts';

const NOW = 1_800_000_000_000;
const secret = (letter: string) => letter.repeat(32);

function storage(entries: Record<string, string> = {}) {
  const map = new Map(Object.entries(entries));
  return {
    map,
    open: () =>
      ({
        getItem: (key: string) => map.get(key) ?? null,
        setItem: (key: string, value: string) => void map.set(key, value),
        removeItem: (key: string) => void map.delete(key),
      }) as Storage,
  };
}
const KEY = 'countersign|trust|res_1';

test('keeps the newest five of a resource, and no name', () => {
  const { map, open } = storage();
  const memory = createTrustMemory('res_1', open);
  for (const letter of 'abcdef') memory.keep({ secret: secret(letter), expiresAt: NOW + 1 }, NOW);
  expect(memory.recall(NOW)).toEqual([...'fedcb'].map(secret));
  expect([...map.keys()]).toEqual([KEY]);
  expect(createTrustMemory('res_2', open).recall(NOW)).toEqual([]);
});

test('shows none whose time is over, and leaves none of them behind', () => {
  const { map, open } = storage();
  const memory = createTrustMemory('res_1', open);
  memory.keep({ secret: secret('a'), expiresAt: NOW + 5 }, NOW);
  memory.keep({ secret: secret('b'), expiresAt: NOW + 9 }, NOW);
  expect(memory.recall(NOW + 4)).toEqual([secret('b'), secret('a')]);
  expect(memory.recall(NOW + 5)).toEqual([secret('b')]);
  expect(map.get(KEY)).not.toContain(secret('a'));
  expect(memory.recall(NOW + 9)).toEqual([]);
  expect(map.size).toBe(0);
});

test.each(['', 'null', '7', '{"secret":"x"}', '[null,1,{"secret":"short","expiresAt":9e15},{"secret":7}]'])(
  'reads nothing from %j',
  (text) => {
    const { map, open } = storage({ [KEY]: text });
    const memory = createTrustMemory('res_1', open);
    expect(memory.recall(NOW)).toEqual([]);
    expect(memory.canKeep()).toBe(true);
    expect(map.size).toBe(0);
  },
);

test('blocked storage keeps nothing, offers nothing and breaks nothing', () => {
  const memory = createTrustMemory('res_1', () => {
    throw new DOMException('blocked', 'SecurityError');
  });
  expect(memory.canKeep()).toBe(false);
  expect(memory.recall(NOW)).toEqual([]);
  memory.keep({ secret: secret('a'), expiresAt: NOW + 1 }, NOW);
});
