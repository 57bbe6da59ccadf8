import { execFileSync } from 'node:child_process';
import type { LoadJob, Target } from '../load/jobs.ts';
import { ORDINARY_POPULATION } from '../plan.ts';
import type { Bench } from './bench.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';
import { startEqualWork } from './start-baseline.ts';

export interface EnginesMeasurement {
  clients: number;
  /** Versions of Node. */
  own: string;
  other: string;
  usual: RunSummary;
  by: Comparison;
  /** Equal work without the service, by the other version compared with the usual one. */
  floor: Comparison;
}

const CLIENTS = 32;

/** The same one-time code checks on Redis by another version of Node. */
export async function measureEngines(bench: Bench): Promise<EnginesMeasurement | undefined> {
  const { plan, generator, otherNode } = bench;
  if (otherNode === undefined) return undefined;
  const population = { size: ORDINARY_POPULATION, totp: 0 };
  const site = await bench.openSite({ store: 'redis', population });
  const usual = await bench.start(site);
  const by = await bench.start(site, { node: otherNode });
  const job = (target: Target, durationMs = plan.otpMs): LoadJob => {
    const members = { from: 0, to: ORDINARY_POPULATION };
    return { kind: 'otp', factor: 'hotp', members, target, clients: CLIENTS, durationMs };
  };
  const floor = (node?: string) => startEqualWork(bench, { site, population, like: usual.target, node });
  const floors = { usual: await floor(), by: await floor(otherNode) };
  for (const { target } of [usual, by, floors.usual, floors.by]) await generator.ask(job(target, plan.warmUpMs));
  const side = (target: Target, pid: number | undefined) => ({
    take: () => generator.ask(job(target)),
    pid: () => pid,
  });
  const sides = await runInPairs(plan.rounds, {
    usual: side(usual.target, usual.service.pid),
    by: side(by.target, by.service.pid),
    usualFloor: side(floors.usual.target, floors.usual.pid),
    byFloor: side(floors.by.target, floors.by.pid),
  });
  return {
    clients: CLIENTS,
    own: process.versions.node,
    other: execFileSync(otherNode, ['--version'], { encoding: 'utf8' }).trim().slice(1),
    usual: sides.usual,
    by: compare(sides.by, sides.usual),
    floor: compare(sides.byFloor, sides.usualFloor),
  };
}
