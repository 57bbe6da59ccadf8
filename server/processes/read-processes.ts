import type { Ports } from '../kernel/ports/ports.ts';
import { processesDocument } from './documents.ts';
import { liveProcesses, type ProcessRecord } from './process-registry.ts';

/** The processes of the store that run, the oldest first. */
export async function readProcesses({
  store,
  clock,
}: Pick<Ports, 'store' | 'clock'>): Promise<(ProcessRecord & { id: string })[]> {
  const now = clock.now();
  const [registry] = await store.getMany([processesDocument.key()], now);
  return liveProcesses(registry?.value, now).sort((one, other) => one.startedAt - other.startedAt);
}
