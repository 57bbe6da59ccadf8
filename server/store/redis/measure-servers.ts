import { Cluster } from 'ioredis';
import type { StoreSize } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';

/** The memory of every primary. The space left is that of the fullest: a partition cannot move to another by itself. */
export async function measureServers(client: Client): Promise<StoreSize> {
  const primaries = client instanceof Cluster ? client.nodes('master') : [client];
  const memories = await Promise.all(primaries.map(async (node) => readMemory(await node.info('memory'))));
  const usedBytes = memories.reduce((sum, { used }) => sum + used, 0);
  const limited = memories.filter(({ limit }) => limit > 0);
  if (limited.length === 0) return { usedBytes };
  return { usedBytes, freeBytes: Math.min(...limited.map(({ used, limit }) => Math.max(0, limit - used))) };
}

function readMemory(info: string): { used: number; limit: number } {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: field('used_memory'), limit: field('maxmemory') };
}
