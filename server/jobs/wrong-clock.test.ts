import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument } from '../accounts/documents.ts';
import { choosePlan } from '../billing/choose-plan.ts';
import type { PlanCatalogue } from '../billing/plans.ts';
import { postEntry } from '../billing/post-entry.ts';
import { auditChainDocument } from '../events/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { MachineClocks } from '../kernel/ports/clock.ts';
import { DAY_MS } from '../kernel/time.ts';
import { type ClockGuard, openClockGuard } from '../operations/clock/clock-guard.ts';
import { machineClocks } from '../platform/system-clock/system-clock.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { type CapturedLog, capturedLog } from '../testing/captured-log.ts';
import { sealEvents } from '../testing/consuming.ts';
import { read, unwrap } from '../testing/fixtures.ts';
import { openTemporaryRedisStore } from '../testing/temporary-redis-store.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { clockJob, periodicJobs } from './periodic.ts';
import { startScheduler } from './scheduler.ts';

const PLANS: PlanCatalogue = { currency: 'EUR', plans: [{ name: 'Monthly', monthlyFee: 100, quotas: {} }] };
const KEPT_DAYS = 365;
const JUMP_MS = 800 * DAY_MS;

/** The clocks of this machine, of which the wall clock was set. */
const shifted = (ms: number): MachineClocks => ({ ...machineClocks, wall: () => Date.now() + ms });
/** The clocks of this machine after it has run for so long. */
const later = (ms: number): MachineClocks => ({ ...shifted(ms), uptime: () => machineClocks.uptime() + ms });

describe.each([
  ['the embedded store', openTemporaryStore],
  ['Redis', openTemporaryRedisStore],
])('SR-63: on %s', (_, openStore) => {
  let ports: TestPorts;
  let log: CapturedLog;
  let account: AccountId;
  beforeEach(async () => {
    log = capturedLog();
    ports = await openTestPorts('wrong-clock', await openStore(), Date.now());
    await open(machineClocks);
    account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
    const payment = { kind: 'credit', amount: 10_000, currency: 'EUR', reference: 'a', reason: 'payment' } as const;
    unwrap(await postEntry(ports, operatorContext(account), PLANS, payment));
    unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Monthly'));
    await sealEvents(ports);
  });
  afterEach(() => ports.close());

  async function open(machine: MachineClocks): Promise<ClockGuard> {
    const guard = await openClockGuard(ports, { machine, log: log.log });
    guard.finishOpening();
    return guard;
  }

  /** Lets a process run its jobs and compare its clock, several times. */
  async function runJobs(guard: ClockGuard): Promise<void> {
    const jobs = periodicJobs(
      { ...ports, clock: guard },
      {
        config: { eventRetention: { keptDays: KEPT_DAYS, mostEvents: 1000 }, statisticsKeptDays: 400 },
        plans: PLANS,
        settledClock: guard.settled,
        deliveries: { turn: async () => {}, consumer: { name: 'webhooks', consume: async () => {} } as never },
        refreshSigningKeys: async () => {},
        hasOldMasterKeys: false,
        log: log.log,
      },
    ).filter(({ name }) => name === 'plans' || name === 'retention');
    expect(jobs).toHaveLength(2);
    const runs = { plans: 0, retention: 0, clock: 0 };
    const often = [...jobs, clockJob(guard)].map((job) => ({
      ...job,
      everyMs: 1,
      processes: 'every' as const,
      run: async () => {
        await job.run(() => false);
        runs[job.name as keyof typeof runs] += 1;
      },
    }));
    const [plans, retention, clock] = often;
    const schedulers = [
      startScheduler(
        ports,
        [plans, retention].flatMap((job) => job ?? []),
        log.log,
        () => !guard.isTrusted(),
      ),
      startScheduler(ports, clock ? [clock] : [], log.log),
    ];
    await expect.poll(() => runs.clock).toBeGreaterThan(2);
    if (guard.isTrusted()) await expect.poll(() => Math.min(runs.plans, runs.retention)).toBeGreaterThan(1);
    else expect(runs).toMatchObject({ plans: 0, retention: 0 });
    for (const scheduler of schedulers) await scheduler.stop();
  }

  const state = async () => {
    const [{ plan, balance }, chain] = [
      await read(ports, accountDocument.key(account)),
      await read(ports, auditChainDocument.key(account)),
    ];
    return { plan, balance, chain };
  };

  test('a process that starts 800 days ahead drops and charges nothing', async () => {
    const before = await state();
    expect(before.chain.kept).toBe(4);
    const guard = await open(shifted(JUMP_MS));
    await runJobs(guard);
    expect(await state()).toEqual(before);
    expect(log.lines().filter(({ level }) => level === 'error')).toMatchObject([{ offMs: expect.any(Number) }]);
  });

  test('one that leaps by 800 days while it runs drops and charges nothing', async () => {
    const before = await state();
    let leap = 0;
    const guard = await open({ ...machineClocks, wall: () => Date.now() + leap });
    expect(guard.isTrusted()).toBe(true);
    leap = JUMP_MS;
    await runJobs(guard);
    expect(await state()).toEqual(before);
  });

  test('after 800 days off, nothing goes further than an hour past the mark until an operator says so', async () => {
    const before = await state();
    ports.store.intercept.clocks = () => [];
    const guard = await open(later(JUMP_MS));
    expect(guard.isTrusted()).toBe(true);
    await runJobs(guard);
    expect(await state()).toEqual(before);
    await guard.accept();
    await runJobs(guard);
    const after = await state();
    expect(after.chain).toMatchObject({ kept: 0, first: 2 });
    expect(after.balance?.amount).toBe(10_000 - 27 * 100);
    const dropped = log.lines().filter(({ segments }) => segments !== undefined);
    expect(dropped).toMatchObject([{ level: 'info', account, segments: 1, events: 4 }]);
  });
});
