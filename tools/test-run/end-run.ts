import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

type ProcessTable = readonly (readonly [pid: number, parent: number])[];

/** The signals of a terminal, a supervisor and a closed terminal. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * On a signal, ends all that this process started, calls `tidy` and exits as a shell expects. The runner alone would
 * finish its tests first, and leave behind what has a process group of its own, such as a browser or a service.
 */
export function endOnSignal(tidy: () => void): void {
  for (const signal of ENDING) {
    process.on(signal, () => {
      killDescendants();
      tidy();
      process.exit(128 + constants.signals[signal]);
    });
  }
}

function killDescendants(): void {
  const stopped = new Set<number>();
  for (;;) {
    const found = descendantsOf(process.pid, processTable()).filter((pid) => !stopped.has(pid));
    if (found.length === 0) break;
    for (const pid of found) {
      // A stopped process starts no other one that would be missed.
      send(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
  for (const pid of stopped) send(pid, 'SIGKILL');
}

/** The processes that this one started, and all that they started. */
export function descendantsOf(root: number, table: ProcessTable): number[] {
  const found = [root];
  for (const pid of found) found.push(...table.filter(([, parent]) => parent === pid).map(([child]) => child));
  return found.slice(1);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** All processes of this machine. */
function processTable(): ProcessTable {
  if (!existsSync('/proc/self/stat')) return parsePs(execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm=']).toString());
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [Number(pid), parentOf(pid)] as const);
}

function parentOf(pid: string): number {
  try {
    // The name before may have blanks and brackets (proc(5)).
    return Number(/.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** Without `ps` itself, which each look would find again. */
export function parsePs(output: string): ProcessTable {
  const lines = [...output.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)];
  return lines
    .filter(([, , , name]) => !/(?:^|\/)ps$/.test(name ?? ''))
    .map(([, pid, parent]) => [Number(pid), Number(parent)]);
}
