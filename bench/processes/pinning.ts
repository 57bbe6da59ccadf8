import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What runs beside each other in a measurement. A floor takes the place of the service. */
export type Role = 'service' | 'store' | 'load';
type Pinning = Record<Role, readonly number[]>;

/** With fewer cores each part would have less than one. */
const MIN_CORES = 4;

/**
 * Cores apart for each part: half for the service, which hashes passwords on all that it may use, and a quarter each
 * for store and load. Neighbours stay together, as they may be threads of one core.
 *
 * @returns undefined where nothing is pinned
 */
export function divideCores(cores: readonly number[]): Pinning | undefined {
  if (cores.length < MIN_CORES) return undefined;
  const quarter = Math.floor(cores.length / 4);
  const [store, load] = [cores.length - 2 * quarter, cores.length - quarter];
  return { service: cores.slice(0, store), store: cores.slice(store, load), load: cores.slice(load) };
}

/** Parses a list of cores as Linux writes it: `0-2,5`. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

/** Of this machine; undefined if it has too few cores or cannot pin. */
export const pinning = readPinning();

/** What to put before a command, so that it runs on the cores of its role. */
export function pinTo(role: Role): string[] {
  return pinning ? ['taskset', '-c', pinning[role].join(',')] : [];
}

function readPinning(): Pinning | undefined {
  try {
    const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    const divided = divideCores(parseCores(list));
    if (divided) execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return divided;
  } catch {
    // Not Linux, or without taskset.
    return undefined;
  }
}
