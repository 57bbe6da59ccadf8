import type { LoadJob, Target } from '../load/jobs.ts';
import { SMALL_POPULATION } from '../plan.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore } from './otp.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';

export interface UsersMeasurement {
  few: number;
  many: number;
  clients: number;
  stores: Record<StoreKind, { few: RunSummary; many: Comparison; totp: RunSummary }>;
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
    const few = await bench.start(await bench.openSite({ store, population: { size: SMALL_POPULATION, totp: 0 } }));
    const many = await bench.start(await bench.openSite({ store, population: { size: plan.many, totp } }));
    const job = (target: Target, from: number, to: number, durationMs = plan.otpMs): LoadJob => {
      return { kind: 'otp', factor: 'hotp', members: { from, to }, clients: CLIENTS, target, durationMs };
    };
    await generator.ask(job(few.target, 0, SMALL_POPULATION, plan.warmUpMs));
    await generator.ask(job(many.target, totp, plan.many, plan.warmUpMs));
    const side = (who: typeof few, load: LoadJob) => ({
      take: () => generator.ask(load),
      pid: () => who.service.pid,
    });
    const hotp = job(many.target, totp, plan.many);
    const sides = await runInPairs(plan.rounds, {
      few: side(few, job(few.target, 0, SMALL_POPULATION)),
      many: side(many, hotp),
      totp: side(many, { ...hotp, ...TOTP, members: { from: 0, to: totp } }),
    });
    await few.service.stop();
    await many.service.stop();
    return { few: sides.few, many: compare(sides.many, sides.few), totp: sides.totp };
  });
  return { few: SMALL_POPULATION, many: plan.many, clients: CLIENTS, stores };
}
