import type { LoadJob, Members, Target } from '../load/jobs.ts';
import type { Tally } from '../load/tally.ts';
import { ORDINARY_POPULATION } from '../plan.ts';
import { withChildren } from '../processes/usage.ts';
import type { Bench } from './bench.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';
import { startEqualWork } from './start-baseline.ts';

export interface ProcessesMeasurement {
  clients: number;
  one: RunSummary;
  two: Comparison;
  /** One service with two workers. */
  workers: Comparison;
  /** Equal work without the service, in one process and in two. */
  floor: { one: RunSummary; two: Comparison };
}

interface Side {
  target: Target;
}

const CLIENTS = 32;

/** One-time code checks by one process, by two on the same Redis, and by two workers of one service. */
export async function measureProcesses(bench: Bench): Promise<ProcessesMeasurement> {
  const { plan } = bench;
  const population = { size: 2 * ORDINARY_POPULATION, totp: 0 };
  const site = await bench.openSite({ store: 'redis', population });
  const alone = await bench.start(site);
  const left = await bench.start(site);
  const right = await bench.start(site);
  const working = await bench.start(site, { workers: 2 });
  const second = bench.newGenerator();
  const job = ({ target }: Side, members: Members, clients: number, durationMs = plan.otpMs): LoadJob => {
    return { kind: 'otp', factor: 'hotp', members, target, clients, durationMs };
  };
  const all = { from: 0, to: ORDINARY_POPULATION };
  // The generators take users of their own: each counts the codes that it used.
  const halves = [
    { from: ORDINARY_POPULATION, to: 1.5 * ORDINARY_POPULATION },
    { from: 1.5 * ORDINARY_POPULATION, to: 2 * ORDINARY_POPULATION },
  ] as const;
  const both = async (one: Side, other: Side, durationMs?: number): Promise<Tally> =>
    addTallies(
      await Promise.all([
        bench.generator.ask(job(one, halves[0], CLIENTS / 2, durationMs)),
        second.ask(job(other, halves[1], CLIENTS / 2, durationMs)),
      ]),
    );
  const floor = () => startEqualWork(bench, { site, population, like: alone.target });
  const floors = { alone: await floor(), left: await floor(), right: await floor() };
  for (const one of [alone, working, floors.alone]) await bench.generator.ask(job(one, all, CLIENTS, plan.warmUpMs));
  await both(left, right, plan.warmUpMs);
  await both(floors.left, floors.right, plan.warmUpMs);
  const sides = await runInPairs(plan.rounds, {
    one: { take: () => bench.generator.ask(job(alone, all, CLIENTS)), pid: () => alone.service.pid },
    two: { take: () => both(left, right), pid: () => [left.service.pid, right.service.pid] },
    workers: {
      take: () => bench.generator.ask(job(working, all, CLIENTS)),
      pid: () => withChildren(working.service.pid),
    },
    oneFloor: { take: () => bench.generator.ask(job(floors.alone, all, CLIENTS)), pid: () => floors.alone.pid },
    twoFloors: { take: () => both(floors.left, floors.right), pid: () => [floors.left.pid, floors.right.pid] },
  });
  const { one, oneFloor } = sides;
  return {
    clients: CLIENTS,
    one,
    two: compare(sides.two, one),
    workers: compare(sides.workers, one),
    floor: { one: oneFloor, two: compare(sides.twoFloors, oneFloor) },
  };
}

/** Loads that ran at the same time. The latencies are the worse ones, as those of both together are not known. */
function addTallies(tallies: readonly Tally[]): Tally {
  return {
    perSecond: tallies.reduce((sum, { perSecond }) => sum + perSecond, 0),
    p50Ms: Math.max(...tallies.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...tallies.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...tallies.map(({ maxMs }) => maxMs)),
    statuses: tallies.reduce<Record<string, number>>((sum, { statuses }) => {
      for (const [status, count] of Object.entries(statuses)) sum[status] = (sum[status] ?? 0) + count;
      return sum;
    }, {}),
  };
}
