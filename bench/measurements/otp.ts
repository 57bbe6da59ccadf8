import type { LoadJob, Target } from '../load/jobs.ts';
import { CLIENTS, ORDINARY_POPULATION } from '../plan.ts';
import { Child } from '../processes/child.ts';
import type { Memory } from '../processes/service.ts';
import { STORES, type StoreKind } from '../site.ts';
import type { Bench } from './bench.ts';
import { type Compared, compare, interleave, type Measured } from './interleave.ts';

export interface OtpMeasurement {
  byClients: { clients: number; bare: Measured; stores: Record<StoreKind, Compared> }[];
  /** With log level `warn`, against the default in the same rounds; at 32 clients. */
  quietLog: Record<StoreKind, Compared>;
  memory: Record<StoreKind, { idle: Memory | undefined; loaded: Memory | undefined }>;
}

const MEMBERS = { from: 0, to: ORDINARY_POPULATION };

/** One-time code checks through `POST /v1/authentications`, against a bare Hono route, on both stores. */
export async function measureOtp(bench: Bench): Promise<OtpMeasurement> {
  const { plan, generator } = bench;
  const population = { size: ORDINARY_POPULATION, totp: 0 };
  const sites = await eachStore((store) => bench.openSite({ store, population }));
  const running = await eachStore((store) => bench.start(sites[store]));
  const idle = await eachStore((store) => running[store].service.memory());
  const route = await startBareRoute(bench, running.redis.target);

  const job = (target: Target, clients: number, durationMs = plan.otpMs): LoadJob => {
    return { kind: 'otp', factor: 'hotp', members: MEMBERS, target, clients, durationMs, rehearsal: target === route };
  };
  for (const target of [route, running.embedded.target, running.redis.target]) {
    await generator.ask(job(target, 8, plan.warmUpMs));
  }
  const byClients: OtpMeasurement['byClients'] = [];
  for (const clients of CLIENTS) {
    const sides = await interleave(plan.rounds, {
      bare: () => generator.ask(job(route, clients)),
      embedded: () => generator.ask(job(running.embedded.target, clients)),
      redis: () => generator.ask(job(running.redis.target, clients)),
    });
    const stores = await eachStore(async (store) => compare(sides[store], sides.bare));
    byClients.push({ clients, bare: sides.bare, stores });
  }
  const loaded = await eachStore((store) => running[store].service.memory());

  const quietLog = await eachStore(async (store) => {
    // The embedded store serves one process at a time, so its two sides cannot stand beside each other.
    const { before, after } = await quietAgainst(bench, sites[store], running[store], (target) => job(target, 32));
    return compare(after, before);
  });
  return {
    byClients,
    quietLog,
    memory: await eachStore(async (store) => ({ idle: idle[store], loaded: loaded[store] })),
  };
}

type Running = Awaited<ReturnType<Bench['start']>>;

/** Default and quiet log in turn, restarting the service between. */
async function quietAgainst(
  bench: Bench,
  site: Awaited<ReturnType<Bench['openSite']>>,
  first: Running,
  job: (target: Target) => LoadJob,
) {
  let running = first;
  const restarted = async (logLevel: 'info' | 'warn') => {
    await running.service.stop();
    running = await bench.start(site, { logLevel });
    const warmUp = job(running.target);
    await bench.generator.ask({ ...warmUp, durationMs: bench.plan.warmUpMs });
    return bench.generator.ask(job(running.target));
  };
  const sides = await interleave(bench.plan.rounds, {
    before: () => restarted('info'),
    after: () => restarted('warn'),
  });
  await running.service.stop();
  return sides;
}

async function startBareRoute(bench: Bench, like: Target): Promise<Target> {
  const route = bench.open(
    new Child<{ listen: true }, { port: number }>(new URL('../bare/route.ts', import.meta.url)),
    (child) => child.close(),
  );
  return { ...like, ...(await route.ask({ listen: true })) };
}

/** One after the other. */
export async function eachStore<T>(make: (store: StoreKind) => Promise<T>): Promise<Record<StoreKind, T>> {
  const made: Partial<Record<StoreKind, T>> = {};
  for (const store of STORES) made[store] = await make(store);
  return made as Record<StoreKind, T>;
}
