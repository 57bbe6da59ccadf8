import { setTimeout as pause } from 'node:timers/promises';
import type { Dataset } from '../dataset/members.ts';
import type { LoadJob, Target } from '../load/jobs.ts';
import { CLIENTS, ORDINARY_POPULATION } from '../plan.ts';
import { type Memory, memoryOf } from '../processes/usage.ts';
import { STORES, type StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';
import { startBareRoute, startEqualWork } from './start-baseline.ts';

export interface OtpMeasurement {
  /** TOTP codes, which most users have, with 32 clients. */
  totp: {
    bare: RunSummary;
    stores: Record<StoreKind, Comparison>;
    /** Equal work without the service. */
    floors: Record<StoreKind, Comparison>;
  };
  /** HOTP codes. */
  byClients: { clients: number; bare: RunSummary; stores: Record<StoreKind, Comparison> }[];
  /** Log level `warn` compared with the default in the same rounds; on Redis, with 32 clients. */
  quietLog: Comparison;
  memory: Record<StoreKind, { idle: Memory | undefined; loaded: Memory | undefined }>;
}

const TOTP_CLIENTS = 32;

/** One-time code checks through `POST /v1/authentications` compared with a bare Hono route, on both stores. */
export async function measureOtp(bench: Bench): Promise<OtpMeasurement> {
  const { plan, generator } = bench;
  const population = { size: ORDINARY_POPULATION + plan.totpUsers, totp: plan.totpUsers };
  const members = {
    totp: { from: 0, to: plan.totpUsers },
    hotp: { from: plan.totpUsers, to: population.size },
  };
  const sites = await eachStore((store) => bench.openSite({ store, population }));
  const running = await eachStore((store) => bench.start(sites[store]));
  await pause(plan.idleMs);
  const idle = await eachStore(async (store) => memoryOf(running[store].service.pid));
  const route = await startBareRoute(bench, 'route.ts', running.redis.target);

  type Factor = keyof typeof members;
  const job = (target: Target, clients: number, factor: Factor = 'hotp', durationMs = plan.otpMs): LoadJob => {
    const rehearsal = target === route.target;
    return { kind: 'otp', factor, members: members[factor], target, clients, durationMs, rehearsal };
  };
  const side = ({ target, service }: RunningService, clients: number, factor: Factor = 'hotp') => ({
    take: () => generator.ask(job(target, clients, factor)),
    pid: () => service.pid,
  });
  const bare = (clients: number) => ({ take: () => generator.ask(job(route.target, clients)), pid: () => route.pid });
  for (const target of [route.target, running.embedded.target, running.redis.target]) {
    await generator.ask(job(target, 8, 'hotp', plan.warmUpMs));
  }
  const floors = await eachStore((store) =>
    startEqualWork(bench, { site: sites[store], population, like: running[store].target }),
  );
  const floor = (store: StoreKind) => ({
    take: () => generator.ask(job(floors[store].target, TOTP_CLIENTS, 'totp')),
    pid: () => floors[store].pid,
  });
  for (const { target } of Object.values(floors)) await generator.ask(job(target, 8, 'hotp', plan.warmUpMs));
  const steps = await runInPairs(plan.rounds, {
    bare: bare(TOTP_CLIENTS),
    embedded: side(running.embedded, TOTP_CLIENTS, 'totp'),
    redis: side(running.redis, TOTP_CLIENTS, 'totp'),
    embeddedFloor: floor('embedded'),
    redisFloor: floor('redis'),
  });
  const totp = {
    bare: steps.bare,
    stores: await eachStore(async (store) => compare(steps[store], steps.bare)),
    floors: await eachStore(async (store) => compare(steps[`${store}Floor`], steps.bare)),
  };
  const byClients: OtpMeasurement['byClients'] = [];
  for (const clients of CLIENTS) {
    const sides = await runInPairs(plan.rounds, {
      bare: bare(clients),
      embedded: side(running.embedded, clients),
      redis: side(running.redis, clients),
    });
    const stores = await eachStore(async (store) => compare(sides[store], sides.bare));
    byClients.push({ clients, bare: sides.bare, stores });
  }
  const loaded = await eachStore(async (store) => memoryOf(running[store].service.pid));

  const quiet = await bench.start(sites.redis, { logLevel: 'warn' });
  await generator.ask(job(quiet.target, 8, 'hotp', plan.warmUpMs));
  const logging = await runInPairs(plan.rounds, {
    usual: side(running.redis, 32),
    quiet: side(quiet, 32),
  });
  return {
    totp,
    byClients,
    quietLog: compare(logging.quiet, logging.usual),
    memory: await eachStore(async (store) => ({ idle: idle[store], loaded: loaded[store] })),
  };
}

type RunningService = Awaited<ReturnType<Bench['start']>>;

/** Starts the service on each store, and beside its data the floor of a check. */
export async function startWithFloors(bench: Bench, population: Dataset) {
  const sites = await eachStore((store) => bench.openSite({ store, population }));
  const running = await eachStore((store) => bench.start(sites[store]));
  const floors = await eachStore((store) =>
    startEqualWork(bench, { site: sites[store], population, like: running[store].target }),
  );
  return { running, floors };
}

/** One after the other. */
export async function eachStore<T>(make: (store: StoreKind) => Promise<T>): Promise<Record<StoreKind, T>> {
  const created: Partial<Record<StoreKind, T>> = {};
  for (const store of STORES) created[store] = await make(store);
  return created as Record<StoreKind, T>;
}
