import { median, type Tally } from '../load/tally.ts';
import { cpuMsOf } from '../processes/usage.ts';

/** One side of a measurement: the medians of its rounds, and the rounds. */
export interface RunSummary {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the measured process, all threads, per response. Less affected by other load. */
  cpuMicros: number | undefined;
  rounds: Round[];
}

interface Round extends Tally {
  cpuMicros: number | undefined;
}

type Pid = number | undefined | readonly (number | undefined)[];

/** The work of one round, and the process or processes that do it. */
interface Side {
  take: () => Promise<Tally>;
  pid: () => Pid;
  /** The status of every response. Default: 200. */
  status?: number | undefined;
}

/** A side compared with another, round by round. */
export interface Comparison extends RunSummary {
  /** Median of the rounds' ratios of responses per second; 1 is as fast as the other side. */
  ratio: number;
}

/**
 * Alternates the sides (A B C A B C ...), so that other load on the machine affects all of them.
 *
 * @throws if a response has another status: the measurement would not match its name
 */
export async function runInPairs<const Name extends string>(
  rounds: number,
  sides: Record<Name, Side>,
): Promise<Record<Name, RunSummary>> {
  const names = Object.keys(sides) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Round[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { take, pid, status: expected = 200 } = sides[name];
      const before = { pid: String(pid()), cpuMs: cpuOf(pid()) };
      const tally = await take();
      const others = Object.keys(tally.statuses).filter((status) => status !== String(expected));
      if (others.length > 0) throw new Error(`${name} answered ${JSON.stringify(tally.statuses)}`);
      // A side that starts a new process reports that process's own time.
      const usedMs = (cpuOf(pid()) ?? Number.NaN) - (String(pid()) === before.pid ? (before.cpuMs ?? Number.NaN) : 0);
      const cpuMicros = (usedMs * 1000) / (tally.statuses[expected] ?? 0);
      taken[name].push({ ...tally, cpuMicros: Number.isFinite(cpuMicros) ? cpuMicros : undefined });
    }
  }
  return Object.fromEntries(names.map((name) => [name, summarise(taken[name])])) as Record<Name, RunSummary>;
}

function cpuOf(pid: Pid): number | undefined {
  if (typeof pid !== 'object') return cpuMsOf(pid);
  return pid.reduce<number>((sum, one) => sum + (cpuMsOf(one) ?? Number.NaN), 0);
}

export function compare(side: RunSummary, against: RunSummary): Comparison {
  const ratios = side.rounds.map(
    ({ perSecond }, round) => perSecond / (against.rounds[round]?.perSecond ?? Number.NaN),
  );
  return { ...side, ratio: median(ratios) };
}

function summarise(rounds: Round[]): RunSummary {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuMicros: rounds.every(({ cpuMicros }) => cpuMicros === undefined)
      ? undefined
      : median(rounds.flatMap(({ cpuMicros }) => cpuMicros ?? [])),
    rounds,
  };
}
