import type { CommitJob } from '../baseline/commits.ts';
import type { Tally } from '../load/tally.ts';
import { Child } from '../processes/child.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore } from './otp.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';

export interface CommitMeasurement {
  clients: number;
  stores: Record<StoreKind, { bare: RunSummary; store: Comparison }>;
}

const CLIENTS = 32;

/** The store's commit of a code check against one durable write of the same bytes by the database's own client. */
export async function measureCommits(bench: Bench): Promise<CommitMeasurement> {
  const { plan } = bench;
  const redis = await bench.startRedis();
  const stores = await eachStore(async (kind) => {
    const child = bench.open(
      new Child<CommitJob, Tally>(new URL('../baseline/commits.ts', import.meta.url)),
      (opened) => opened.close(),
    );
    const job = (side: CommitJob['side'], durationMs = plan.otpMs): CommitJob => {
      return { side, store: kind === 'embedded' ? kind : redis.url, clients: CLIENTS, durationMs };
    };
    for (const side of ['bare', 'store'] as const) await child.ask(job(side, plan.warmUpMs));
    const side = (name: CommitJob['side']) => ({ take: () => child.ask(job(name)), pid: () => child.pid });
    const sides = await runInPairs(plan.rounds, { bare: side('bare'), store: side('store') });
    return { bare: sides.bare, store: compare(sides.store, sides.bare) };
  });
  return { clients: CLIENTS, stores };
}
