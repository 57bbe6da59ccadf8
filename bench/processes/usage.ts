import { readFileSync } from 'node:fs';

/** Processor time and memory of a process, from /proc; undefined if there is none. */

/** All threads since the start, in ms, in steps of 10. */
export function cpuMsOf(pid: number | undefined): number | undefined {
  const stat = readProc(pid, 'stat');
  // The second field is the program's name in parentheses and may contain anything; utime and stime are the 14th and
  // 15th.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields?.[11]) + Number(fields?.[12]);
  return Number.isNaN(ticks) ? undefined : ticks * 10;
}

/** A process and its workers. */
export function withChildren(pid: number | undefined): (number | undefined)[] {
  const children = readProc(pid, `task/${pid}/children`) ?? '';
  return [pid, ...children.split(' ').filter(Boolean).map(Number)];
}

export interface Memory {
  /** Resident, in MiB: the total, and the part that is not mapped files (LMDB maps its data). */
  residentMiB: number;
  anonymousMiB: number;
}

export function memoryOf(pid: number | undefined): Memory | undefined {
  const status = readProc(pid, 'status') ?? '';
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  const [resident, anonymous] = [field('VmRSS'), field('RssAnon')];
  if (resident === undefined || anonymous === undefined) return undefined;
  return { residentMiB: Number(resident) / 1024, anonymousMiB: Number(anonymous) / 1024 };
}

function readProc(pid: number | undefined, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
