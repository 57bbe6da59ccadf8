import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { quotaCores } from './cpu-quota.ts';

/**
 * How many passwords a process may hash at once: an equal share of those of all workers, at least one.
 *
 * @param inAllWorkers Default: one per core
 */
export function hashingConcurrency(workers = 1, inAllWorkers = usableCores()): number {
  return Math.max(1, Math.floor(inAllWorkers / workers));
}

/** Cores that this process may use. Node knows the quota of its control group only from version 22 on, and not in each case. */
export function usableCores(): number {
  return Math.min(availableParallelism(), quotaCores(readIfAny));
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, or no such control group.
    return undefined;
  }
}
