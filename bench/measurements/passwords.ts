import { hashingConcurrency } from '../../server/platform/argon2/hashing-concurrency.ts';
import type { Argon2Job } from '../baseline/argon2.ts';
import type { LoadJob, Target } from '../load/jobs.ts';
import type { Tally } from '../load/tally.ts';
import { ORDINARY_POPULATION, PASSWORD_CLIENTS } from '../plan.ts';
import { Child } from '../processes/child.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore, startWithFloors } from './otp.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';
import { startBareRoute } from './start-baseline.ts';

export interface PasswordMeasurement {
  clients: number;
  bare: RunSummary;
  /** A bare Hono route with the service's argon2, compared with argon2id alone. */
  route: Comparison;
  stores: Record<StoreKind, LoginComparison>;
  /** Equal work without the service. */
  floors: Record<StoreKind, LoginComparison>;
}

/** Compared with argon2id alone. */
export interface LoginComparison extends Comparison {
  /** As `ratio`, to the bare route. */
  ofRoute: number;
}

/** Password logins through `POST /v1/authentications`, compared with argon2id alone and in a bare Hono route. */
export async function measurePasswords(bench: Bench): Promise<PasswordMeasurement> {
  const { plan, generator } = bench;
  const population = { size: ORDINARY_POPULATION, totp: 0 };
  const { running, floors } = await startWithFloors(bench, population);
  const argon2 = bench.open(
    // It hashes in libuv's pool, which has four threads otherwise.
    new Child<Argon2Job, Tally>(new URL('../baseline/argon2.ts', import.meta.url), {
      env: { UV_THREADPOOL_SIZE: String(hashingConcurrency() + 4) },
    }),
    (child) => child.close(),
  );
  const route = await startBareRoute(bench, 'password-route.ts', running.redis.target);
  const clients = PASSWORD_CLIENTS;
  const job = (target: Target, durationMs = plan.passwordMs): LoadJob => {
    return { kind: 'password', members: { from: 0, to: 20 * clients }, target, clients, durationMs };
  };
  const side = (target: Target, pid: number | undefined) => ({
    take: () => generator.ask(job(target)),
    pid: () => pid,
  });
  await argon2.ask({ clients, durationMs: plan.warmUpMs });
  await generator.ask(job(route.target, plan.warmUpMs));
  for (const { target } of [running.embedded, running.redis]) {
    // A warm-up has too few logins for the compiler, while a service runs for days. One-time codes use the same code
    // except for the hash, and are twenty times as frequent.
    await generator.ask({ ...otpJob(target, population.size), durationMs: 2 * plan.warmUpMs });
    await generator.ask(job(target, plan.warmUpMs));
  }
  for (const { target } of [floors.embedded, floors.redis]) {
    await generator.ask({ ...otpJob(target, population.size), durationMs: plan.warmUpMs / 2 });
    await generator.ask(job(target, plan.warmUpMs / 2));
  }
  const sides = await runInPairs(plan.rounds, {
    bare: { take: () => argon2.ask({ clients, durationMs: plan.passwordMs }), pid: () => argon2.pid },
    route: side(route.target, route.pid),
    embedded: side(running.embedded.target, running.embedded.service.pid),
    redis: side(running.redis.target, running.redis.service.pid),
    embeddedFloor: side(floors.embedded.target, floors.embedded.pid),
    redisFloor: side(floors.redis.target, floors.redis.pid),
  });
  const login = (one: RunSummary): LoginComparison => ({
    ...compare(one, sides.bare),
    ofRoute: compare(one, sides.route).ratio,
  });
  return {
    clients,
    bare: sides.bare,
    route: compare(sides.route, sides.bare),
    stores: await eachStore(async (store) => login(sides[store])),
    floors: await eachStore(async (store) => login(sides[`${store}Floor`])),
  };
}

function otpJob(target: Target, people: number): LoadJob {
  return { kind: 'otp', factor: 'hotp', members: { from: 0, to: people }, target, clients: 8, durationMs: 0 };
}
