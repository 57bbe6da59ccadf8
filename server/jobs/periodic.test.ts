import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_CATALOGUE } from '../billing/plans.ts';
import { StoreClosed, StoreUnavailable } from '../kernel/ports/store.ts';
import { DAY_MS } from '../kernel/time.ts';
import { ProcessRefused } from '../operations/processes/register-process.ts';
import { openEmbeddedStore } from '../store/lmdb/open-embedded-store.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { sealEvents } from '../testing/consuming.ts';
import { addResource, createFixture } from '../testing/fixtures.ts';
import { openTestPorts } from '../testing/test-ports.ts';
import { logEventLimit, periodicJobs, renewalJob } from './periodic.ts';

// SR-34: a flood of events that outruns the sealing leaves a gap in the audit log, and the operator has to know.
test('says which events were dropped before they were sealed', async () => {
  const path = await mkdtemp(join(tmpdir(), 'countersign-lost-'));
  const store = await openEmbeddedStore({ path, eventCap: 5 });
  const remove = async () => {
    await store.close();
    await rm(path, { recursive: true, force: true });
  };
  const ports = await openTestPorts('lost-events', { store, remove });
  const captured = capturedLog();
  try {
    const { account } = await createFixture(ports);
    for (let at = 0; at < 20; at++) await addResource(ports, account);
    const events = periodicJobs(ports, {
      config: { eventRetention: { keptDays: 30, mostEvents: 1000 }, statisticsKeptDays: 30 },
      plans: DEFAULT_CATALOGUE,
      settledClock: ports.clock,
      deliveries: { turn: async () => {}, consumer: { name: 'webhooks', take: async () => {} } },
      refreshSigningKeys: async () => {},
      hasOldMasterKeys: false,
      log: captured.log,
    }).find(({ name }) => name === 'events');
    await events?.run(() => false);
    const lost = captured.lines().filter(({ msg }) => String(msg).includes('before they were sealed'));
    expect(lost).toMatchObject([{ level: 'error', partition: 0, from: 1, to: expect.any(Number) }]);
    expect(Number(lost[0]?.to)).toBeGreaterThan(10);
  } finally {
    await ports.close();
  }
});

test('says soon after a start and then once a day that the maximum of events cuts the audit log', async () => {
  const ports = await openTestPorts('early-removal');
  const captured = capturedLog();
  const early: unknown[] = [];
  try {
    const { account } = await createFixture(ports);
    await addResource(ports, account);
    await sealEvents(ports);
    const retention = periodicJobs(ports, {
      config: { eventRetention: { keptDays: 30, mostEvents: 4 }, statisticsKeptDays: 30 },
      plans: DEFAULT_CATALOGUE,
      settledClock: ports.clock,
      deliveries: { turn: async () => {}, consumer: { name: 'webhooks', take: async () => {} } },
      refreshSigningKeys: async () => {},
      hasOldMasterKeys: false,
      log: captured.log,
      observer: {
        consumer: (consumer) => consumer,
        oldSecretsCounted: () => {},
        eventsRemoved: () => {},
        eventsKept: (log) => early.push(log.early?.account),
      },
    }).find(({ name }) => name === 'retention');
    ports.clock.advance(2 * DAY_MS);
    const warnings = async (afterMs: number) => {
      ports.clock.advance(afterMs);
      await retention?.run(() => false);
      return captured.lines().filter(({ msg }) => String(msg).includes('removes audit events before'));
    };
    expect(await warnings(0)).toMatchObject([{ level: 'warn', account, keptDays: 30, daysLeft: expect.any(Number) }]);
    expect(await warnings(DAY_MS - 1)).toHaveLength(1);
    expect(await warnings(1)).toHaveLength(2);
    expect(early).toEqual([account, account, account]);
  } finally {
    await ports.close();
  }
});

test('says at a start that events are kept up to a number, and nothing where they are kept by time', () => {
  const said = (mostEvents: number) => {
    const captured = capturedLog();
    logEventLimit({ keptDays: 365, mostEvents }, captured.log);
    return captured.lines();
  };
  expect(said(Number.POSITIVE_INFINITY)).toEqual([]);
  expect(said(1_000_000)).toMatchObject([{ level: 'info', keptDays: 365, mostEvents: 1_000_000 }]);
});

// SR-22. The attack is a process that hung while the master key was changed: it would seal what no other opens.
test('a process that others have replaced ends itself, and one whose store fails tries again', async () => {
  const ended: Error[] = [];
  const failing = (error: Error) => renewalJob({ renew: () => Promise.reject(error) }, (one) => ended.push(one));
  const replaced = new ProcessRefused('the master keys are not those of the others');
  await failing(replaced).run(() => false);
  expect(ended).toEqual([replaced]);
  await expect(failing(new StoreUnavailable('gone')).run(() => false)).rejects.toThrow('gone');
  expect(ended).toHaveLength(1);
});

// SR-69. The attack: a process that was not stopped answers from the old store, where a revoked session is still valid.
test('SR-69: a process whose store was moved ends itself, but not while that can still be given up', async () => {
  const ended: Error[] = [];
  const renew = (isFinished: boolean) => {
    const closed = new StoreClosed({ to: 'there' }, isFinished);
    return renewalJob({ renew: () => Promise.reject(closed) }, (one) => ended.push(one)).run(() => false);
  };
  await expect(renew(false)).rejects.toBeInstanceOf(StoreClosed);
  await renew(true);
  expect(ended).toMatchObject([{ isFinished: true }]);
});
