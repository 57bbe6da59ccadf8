import { Cluster } from 'ioredis';
import type { StoreSize } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';

/** The memory of every primary. The space left is that of the fullest: a partition cannot move to another by itself. */
export async function measureServers(client: Client): Promise<StoreSize> {
  const primaries = client instanceof Cluster ? client.nodes('master') : [client];
  const memories = await Promise.all(primaries.map(async (node) => readMemory(await node.info('memory'))));
  const usedBytes = memories.reduce((sum, { used }) => sum + used, 0);
  const known = memories.map(({ free }) => free).filter((free) => free !== undefined);
  return { usedBytes, ...(known.length > 0 && { freeBytes: Math.min(...known) }) };
}

/**
 * Without a limit, what the server does not use of the memory of its machine. Other programs use some of that: it is the
 * most by which the store can grow. Undefined if the server does not show it.
 */
export function readMemory(info: string): { used: number; free: number | undefined } {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const [used, limit, machine] = [field('used_memory'), field('maxmemory'), field('total_system_memory')];
  if (limit > 0) return { used, free: Math.max(0, limit - used) };
  return { used, free: machine > 0 ? Math.max(0, machine - field('used_memory_rss')) : undefined };
}
