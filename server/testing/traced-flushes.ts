import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { waitUntil } from './wait-until.ts';

const FLUSHES = ['fdatasync', 'fsync', 'msync'];
const WRITES = ['write', 'writev', 'pwrite64', 'pwritev', 'sendto', 'sendmsg'];
const HELD_US = 10_000;

/** What happened to the data file between two acknowledgements. */
export interface Acknowledgement {
  /** Flushes that began after the last write to the file: without one, an acknowledged write is not on disk. */
  readonly flushes: number;
  /** Writes through a descriptor that flushes each of them (O_DSYNC). */
  readonly synchronousWrites: number;
}

/** Patterns to find in the lines of a trace. */
interface TracePatterns {
  /** In the path of the data file. */
  readonly file: RegExp;
  /** The system call that sends an acknowledgement. */
  readonly acknowledgement: RegExp;
}

/**
 * A command to put in front of a program, which stays the child (`-D`): its flushes and writes go to `trace`.
 *
 * @throws Error that names what is missing if tracing is not possible
 */
export function underStrace(trace: string): string[] {
  const tried = spawnSync('strace', ['-D', '-f', '-o', '/dev/null', 'true'], { encoding: 'utf8', timeout: 30_000 });
  if (tried.error) throw new Error('strace is not on the PATH: install the Debian package strace');
  if (tried.status !== 0) {
    throw new Error(
      `strace may not trace here. Run the tests as root, in a container with --cap-add=SYS_PTRACE: ${tried.stderr}`,
    );
  }
  const calls = [...FLUSHES, ...WRITES, 'openat'].join(',');
  // An acknowledgement that does not wait for the flush overtakes a delayed one.
  const held = `inject=${FLUSHES.join(',')}:delay_enter=${HELD_US}`;
  return ['strace', '-D', '-f', '-y', '-s', '32', '-e', `trace=${calls}`, '-e', held, '-o', trace];
}

/** The acknowledgements in the trace of an ended process. */
export async function readTrace(
  trace: string,
  pid: number | undefined,
  patterns: TracePatterns,
): Promise<Acknowledgement[]> {
  await waitUntil('the trace is whole', async () =>
    new RegExp(`^${pid} +\\+\\+\\+ `, 'm').test(await readFile(trace, 'utf8')),
  );
  return acknowledgementsIn(await readFile(trace, 'utf8'), patterns);
}

/** Threads interleave: a call may begin in one line (`<unfinished ...>`) and end in another (`<... name resumed>`). */
function acknowledgementsIn(text: string, { file, acknowledgement }: TracePatterns): Acknowledgement[] {
  const found: Acknowledgement[] = [];
  const begun = new Map<string, { call: string; at: number }>();
  const synchronous = new Set<string>();
  let lastWriteAt = -1;
  let [flushes, synchronousWrites] = [0, 0];
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const { call, at: beganAt } = (resumed && begun.get(thread)) ?? { call: rest, at };
    const [, name = '', target = ''] = /^(\w+)\((\d+<[^>]*>)?/.exec(call) ?? [];
    const ended = !call.endsWith('<unfinished ...>') || resumed !== null;
    if (!ended) begun.set(thread, { call, at });

    const result = / = (.*)$/.exec(resumed?.[1] ?? rest)?.[1] ?? '';
    if (name === 'openat' && ended && file.test(result) && call.includes('O_DSYNC')) synchronous.add(result);
    if (acknowledgement.test(call) && beganAt === at) {
      found.push({ flushes, synchronousWrites });
      [flushes, synchronousWrites] = [0, 0];
    }
    if (!file.test(target)) continue;
    if (FLUSHES.includes(name) && /^0( |$)/.test(result) && beganAt > lastWriteAt) flushes += 1;
    if (!WRITES.includes(name)) continue;
    if (!synchronous.has(target)) [lastWriteAt, flushes] = [at, 0];
    else if (ended) synchronousWrites += 1;
  }
  return found;
}
