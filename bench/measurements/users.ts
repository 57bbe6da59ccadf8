import type { LoadJob, Target } from '../load/jobs.ts';
import { SMALL_POPULATION } from '../plan.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore } from './otp.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';
import { startEqualWork } from './start-baseline.ts';

export interface UsersMeasurement {
  few: number;
  many: number;
  clients: number;
  stores: Record<StoreKind, UsersComparison>;
}

interface UsersComparison {
  few: RunSummary;
  many: Comparison;
  totp: RunSummary;
  /** Equal work without the service for many users, compared with few. */
  floor: Comparison;
}

const CLIENTS = 8;
const TOTP = { kind: 'otp', factor: 'totp', clients: CLIENTS } as const;

/**
 * The same one-time code checks in a store of ten users and in a very large one; and TOTP codes, which need many users
 * because each code is used once per time step.
 */
export async function measureUsers(bench: Bench): Promise<UsersMeasurement> {
  const { plan, generator } = bench;
  const totp = Math.floor(plan.many / 2);
  const stores = await eachStore(async (store) => {
    const populations = { few: { size: SMALL_POPULATION, totp: 0 }, many: { size: plan.many, totp } };
    const sites = {
      few: await bench.openSite({ store, population: populations.few }),
      many: await bench.openSite({ store, population: populations.many }),
    };
    const few = await bench.start(sites.few);
    const many = await bench.start(sites.many);
    const floor = (name: keyof typeof sites) =>
      startEqualWork(bench, { site: sites[name], population: populations[name], like: few.target });
    const floors = { few: await floor('few'), many: await floor('many') };
    const job = (target: Target, from: number, to: number, durationMs = plan.otpMs): LoadJob => {
      return { kind: 'otp', factor: 'hotp', members: { from, to }, clients: CLIENTS, target, durationMs };
    };
    await generator.ask(job(few.target, 0, SMALL_POPULATION, plan.warmUpMs));
    await generator.ask(job(many.target, totp, plan.many, plan.warmUpMs));
    await generator.ask(job(floors.few.target, 0, SMALL_POPULATION, plan.warmUpMs));
    await generator.ask(job(floors.many.target, totp, plan.many, plan.warmUpMs));
    const side = (pid: number | undefined, load: LoadJob) => ({ take: () => generator.ask(load), pid: () => pid });
    const hotp = job(many.target, totp, plan.many);
    const sides = await runInPairs(plan.rounds, {
      few: side(few.service.pid, job(few.target, 0, SMALL_POPULATION)),
      many: side(many.service.pid, hotp),
      totp: side(many.service.pid, { ...hotp, ...TOTP, members: { from: 0, to: totp } }),
      fewFloor: side(floors.few.pid, job(floors.few.target, 0, SMALL_POPULATION)),
      manyFloor: side(floors.many.pid, job(floors.many.target, totp, plan.many)),
    });
    await few.service.stop();
    await many.service.stop();
    return {
      few: sides.few,
      many: compare(sides.many, sides.few),
      totp: sides.totp,
      floor: compare(sides.manyFloor, sides.fewFloor),
    };
  });
  return { few: SMALL_POPULATION, many: plan.many, clients: CLIENTS, stores };
}
