import { type LoadJob, STEPS, type Step, type Target } from '../load/jobs.ts';
import { ORDINARY_POPULATION } from '../plan.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore, startWithFloors } from './otp.ts';
import { type Comparison, compare, type RunSummary, runInPairs } from './paired-runs.ts';
import { startBareRoute } from './start-baseline.ts';

/** What a HOTP check costs up to each step. Each step includes those before it. */
export interface StepsMeasurement {
  clients: number;
  bare: RunSummary;
  /** Headers, request id, address. */
  live: Comparison;
  /** Body, strict JSON, log line, refusal; nothing is read. */
  malformedKey: Comparison;
  stores: Record<
    StoreKind,
    {
      /** Key hash, one trip for all documents, validation. */
      malformedCode: Comparison;
      /** Rules, decryption, commit, event. */
      check: Comparison;
      /** Equal work without the service. */
      floor: Comparison;
    }
  >;
}

const CLIENTS = 32;
const MEMBERS = { from: 0, to: ORDINARY_POPULATION };

/** Requests that the service answers after more and more steps, up to a HOTP check of a name that it remembers. */
export async function measureSteps(bench: Bench): Promise<StepsMeasurement> {
  const { plan, generator } = bench;
  const population = { size: ORDINARY_POPULATION, totp: 0 };
  const { running, floors } = await startWithFloors(bench, population);
  const route = await startBareRoute(bench, 'route.ts', running.redis.target);

  const check = (target: Target, durationMs = plan.otpMs): LoadJob => {
    const rehearsal = target === route.target;
    return { kind: 'otp', factor: 'hotp', members: MEMBERS, clients: CLIENTS, target, durationMs, rehearsal };
  };
  const checks = (target: Target, pid: number | undefined) => ({
    take: () => generator.ask(check(target)),
    pid: () => pid,
  });
  const step = (store: StoreKind, name: Step) => {
    const { target, service } = running[store];
    return {
      take: () =>
        generator.ask({
          kind: 'step',
          step: name,
          members: MEMBERS,
          clients: CLIENTS,
          target,
          durationMs: plan.otpMs,
        }),
      pid: () => service.pid,
      status: STEPS[name],
    };
  };
  for (const { target } of [route, running.embedded, running.redis, floors.embedded, floors.redis]) {
    await generator.ask(check(target, plan.warmUpMs));
  }
  // The checks are followed by other processes, so that reading their events is not counted for another step.
  const sides = await runInPairs(plan.rounds, {
    live: step('redis', 'live'),
    malformedKey: step('redis', 'malformed-key'),
    redisCode: step('redis', 'malformed-code'),
    embeddedCode: step('embedded', 'malformed-code'),
    redisCheck: checks(running.redis.target, running.redis.service.pid),
    embeddedCheck: checks(running.embedded.target, running.embedded.service.pid),
    redisFloor: checks(floors.redis.target, floors.redis.pid),
    embeddedFloor: checks(floors.embedded.target, floors.embedded.pid),
    bare: checks(route.target, route.pid),
  });
  return {
    clients: CLIENTS,
    bare: sides.bare,
    live: compare(sides.live, sides.bare),
    malformedKey: compare(sides.malformedKey, sides.bare),
    stores: await eachStore(async (store) => ({
      malformedCode: compare(sides[`${store}Code`], sides.bare),
      check: compare(sides[`${store}Check`], sides.bare),
      floor: compare(sides[`${store}Floor`], sides.bare),
    })),
  };
}
