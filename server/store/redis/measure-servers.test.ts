import { expect, test } from 'vitest';
import { readMemory } from './measure-servers.ts';

const info = (fields: Record<string, number>) =>
  ['# Memory', ...Object.entries(fields).map(([name, value]) => `${name}:${value}`), 'used_memory_human:1K'].join(
    '\r\n',
  );

test.each([
  ['a limit counts', { maxmemory: 1000, total_system_memory: 9000 }, 900],
  ['a limit that is exceeded leaves nothing', { maxmemory: 50, total_system_memory: 9000 }, 0],
  ['without a limit, the memory of the machine counts', { maxmemory: 0, total_system_memory: 9000 }, 8850],
  ['a server that pages out leaves nothing', { maxmemory: 0, total_system_memory: 120 }, 0],
  ['a server that hides its machine says nothing', { maxmemory: 0 }, undefined],
])('%s', (_, fields, free) => {
  const read = readMemory(info({ used_memory: 100, used_memory_rss: 150, ...fields }));
  expect(read).toEqual({ used: 100, free });
});
