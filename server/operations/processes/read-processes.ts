import type { ReadPorts } from '../../kernel/ports/ports.ts';
import { processesDocument } from './documents.ts';
import { type LiveProcess, liveProcesses } from './process-registry.ts';
import { isOneSeenRunning, lookAt, type ProcessWatch, silentProcesses } from './process-watch.ts';
import { LOOK_MS, ProcessRefused, type ProcessWait } from './register-process.ts';

/** The processes of the store that run, the oldest first. */
export async function readProcesses(ports: ReadPorts): Promise<LiveProcess[]> {
  const now = ports.clock.now();
  return liveProcesses(await readRegistry(ports, now), now).sort((one, other) => one.startedAt - other.startedAt);
}

/**
 * For what needs the store for itself. Watches records that are there until one is renewed or all have ended.
 *
 * @throws ProcessRefused
 */
export async function refuseBesideOthers(ports: ReadPorts, { pause, monotonicMs }: ProcessWait): Promise<void> {
  // No other process opens an embedded store.
  if (ports.store.isOrdered) return;
  for (let watch: ProcessWatch | undefined; ; await pause(LOOK_MS)) {
    const now = ports.clock.now();
    const registry = await readRegistry(ports, now);
    watch = lookAt(registry, monotonicMs(), watch);
    const silent = silentProcesses(watch);
    const others = liveProcesses(registry, now).filter(({ id }) => !silent.has(id));
    if (others.length === 0) return;
    if (isOneSeenRunning(watch, others)) {
      throw new ProcessRefused('processes of this store run: stop them all first');
    }
  }
}

async function readRegistry({ store }: ReadPorts, now: number) {
  const [registry] = await store.getMany([processesDocument.key()], now);
  return registry?.value;
}
