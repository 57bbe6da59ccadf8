import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** How many passwords a process may hash at once: one per core, shared with the other workers. */
export function hashingConcurrency(workers = 1): number {
  return Math.max(1, Math.floor(usableCores() / workers));
}

/** Cores that this process may use. */
export function usableCores(): number {
  return Math.min(availableParallelism(), quotaCores());
}

/** Whole cores within the quota of the control group, which `availableParallelism` leaves out on Node 20. */
function quotaCores(): number {
  try {
    const path = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
    return parseQuota(readFileSync(join('/sys/fs/cgroup', path, 'cpu.max'), 'utf8'));
  } catch {
    // Not Linux, or without such a group.
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * Parses `cpu.max`: microseconds and period, or `max`.
 *
 * @returns whole cores, at least one
 */
export function parseQuota(text: string): number {
  const [, quota, period] = /^(\d+) (\d+)\s*$/.exec(text) ?? [];
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) ? Math.max(1, Math.floor(cores)) : Number.POSITIVE_INFINITY;
}
