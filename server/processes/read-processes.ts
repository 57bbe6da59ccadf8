import type { Ports } from '../kernel/ports/ports.ts';
import { processesDocument } from './documents.ts';
import { liveProcesses, type ProcessRecord } from './process-registry.ts';
import { ProcessRefused } from './register-process.ts';

/** The processes of the store that run, the oldest first. */
export async function readProcesses({
  store,
  clock,
}: Pick<Ports, 'store' | 'clock'>): Promise<(ProcessRecord & { id: string })[]> {
  const now = clock.now();
  const [registry] = await store.getMany([processesDocument.key()], now);
  return liveProcesses(registry?.value, now).sort((one, other) => one.startedAt - other.startedAt);
}

/**
 * For what needs the store for itself.
 *
 * @param own the record of this process, if it has one
 * @throws ProcessRefused
 */
export async function refuseBesideOthers(ports: Pick<Ports, 'store' | 'clock'>, own?: string): Promise<void> {
  // No other process opens an embedded store.
  if (ports.store.isOrdered) return;
  if ((await readProcesses(ports)).every(({ id }) => id === own)) return;
  throw new ProcessRefused(
    'processes of this store run: stop them all first; one that was killed counts for three minutes',
  );
}
