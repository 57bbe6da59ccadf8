import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { SharedStore } from '../../testing/intercepted-store.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { START, seededRandom } from '../../testing/test-ports.ts';
import { processesDocument } from './documents.ts';
import { LEASE_MS } from './process-registry.ts';
import { MAX_GAP_MS, SILENCE_MS } from './process-watch.ts';
import { refuseBesideOthers } from './read-processes.ts';
import { leaveOnFailure, ProcessRefused, type ProcessWait, registerProcess } from './register-process.ts';

let opened: Awaited<ReturnType<typeof openTemporaryStore>>;
let store: SharedStore;
beforeAll(async () => {
  opened = await openTemporaryStore();
  store = new SharedStore(opened.store);
});
afterAll(() => opened.remove());

const random = seededRandom('processes');
const entrant = { version: '0.2.0', shape: 2, compatibleShape: 1, masterKeys: ['key-1'], startedAt: START };
const former = { ...entrant, version: '0.1.0', shape: 1 };
let now = START;
/** The monotonic clock of every process. Each pause of one that waits lets the others do this. */
let monotonicMs = 0;
let meanwhile = async (): Promise<unknown> => undefined;
const wait = {
  monotonicMs: () => monotonicMs,
  async pause(ms: number) {
    monotonicMs += ms;
    now += ms;
    await meanwhile();
  },
};
const start = (one = entrant, options: ProcessWait = wait) =>
  registerProcess({ store, random }, one, () => now, options);
afterEach(() => {
  meanwhile = async () => undefined;
});
const running = async () => {
  const [stored] = await store.getMany([processesDocument.key()], 0);
  return Object.values(stored?.value.processes ?? {}).map(({ version }) => version);
};

test('the workers of a large machine start at once', async () => {
  const all = await Promise.all(Array.from({ length: 24 }, () => start()));
  expect(await running()).toHaveLength(24);
  await Promise.all(all.map((one) => one.leave()));
  expect(await running()).toEqual([]);
});

test('processes that start at once are all there, and one that ends in order is gone at once', async () => {
  const all = await Promise.all([start(), start(), start(former)]);
  expect((await running()).sort()).toEqual(['0.1.0', '0.2.0', '0.2.0']);
  await Promise.all(all.map((one) => one.leave()));
  await all[0]?.leave();
  expect(await running()).toEqual([]);
});

test('SR-22: a process that was held up while the key was changed has to end', async () => {
  const old = await start({ ...entrant, masterKeys: ['old'] });
  now += LEASE_MS;
  const replaced = await start({ ...entrant, masterKeys: ['new'] });
  await expect(old.renew()).rejects.toThrow(ProcessRefused);
  meanwhile = () => replaced.renew();
  await expect(start({ ...entrant, masterKeys: ['old'] })).rejects.toThrow(
    /new key as an old one first.*0\.2\.0 since/,
  );
  await replaced.leave();
});

// The attack is an accident: after a kill -9, the start with the new key is refused again and again.
test('a start waits for the end of one that was killed, also if its clock was ahead, and not for its lease', async () => {
  now += 3_600_000;
  await start({ ...entrant, masterKeys: ['old'] });
  now -= 3_600_000;
  const startedMs = monotonicMs;
  const onWait = vi.fn<NonNullable<ProcessWait['onWait']>>();
  const next = await start({ ...entrant, masterKeys: ['new'] }, { ...wait, onWait });
  expect(monotonicMs - startedMs).toBeLessThan(SILENCE_MS + 1000);
  expect(onWait.mock.calls).toMatchObject([[[{ masterKeys: ['old'] }]]]);
  expect(await running()).toHaveLength(1);
  await next.leave();
});

test('a process that others may watch gives up those that were killed', async () => {
  await start();
  const alive = await start();
  for (let passedMs = 0; passedMs < SILENCE_MS; passedMs += MAX_GAP_MS / 2) {
    expect(await running()).toHaveLength(2);
    monotonicMs += MAX_GAP_MS / 2;
    await alive.renew();
  }
  expect(await running()).toHaveLength(1);
  await alive.leave();
});

test('a start ends, although processes with other keys start and are killed all the time', async () => {
  meanwhile = () => start({ ...entrant, masterKeys: ['old'] }, { ...wait, pause: async () => undefined });
  await meanwhile();
  await expect(start({ ...entrant, masterKeys: ['new'] })).rejects.toThrow(ProcessRefused);
  now += LEASE_MS;
});

test('what needs the store for itself is refused beside a process that runs, and waits for the end of a killed one', async () => {
  const one = await start();
  const refuse = () => refuseBesideOthers({ store, clock: { now: () => now } }, wait);
  meanwhile = () => one.renew();
  await expect(refuse()).rejects.toThrow(ProcessRefused);
  meanwhile = async () => undefined;
  await expect(refuse()).resolves.toBeUndefined();
  await one.leave();
});

test('a start that fails leaves no record, and its own error', async () => {
  const registration = await start();
  const failing = leaveOnFailure(registration, () => Promise.reject(new Error('the port is taken')));
  await expect(failing).rejects.toThrow('the port is taken');
  expect(await running()).toEqual([]);
  const onNotLeft = vi.fn();
  const lost = await start(entrant, { ...wait, onNotLeft });
  store.intercept = {
    read: () => {
      throw new Error('the store is gone');
    },
  };
  await expect(leaveOnFailure(lost, () => Promise.reject(new Error('both')))).rejects.toThrow('both');
  store.intercept = {};
  expect(onNotLeft).toHaveBeenCalledWith(expect.objectContaining({ message: 'the store is gone' }));
  await lost.leave();
});

test('an older version is refused, with words, after a newer one has written what it does not know', async () => {
  const breaking = await start({ ...entrant, version: '0.3.0', shape: 3, compatibleShape: 3 });
  await breaking.leave();
  await expect(start()).rejects.toThrow(StoreVersionRefused);
  await expect(start()).rejects.toThrow('used by version 0.3.0, and version 0.2.0 cannot read its format');
});

test('an embedded store has one entrant, so that the record of a killed one holds up nothing', async () => {
  const embedded = await openTemporaryStore();
  const ports = { store: embedded.store, random };
  await registerProcess(ports, { ...entrant, masterKeys: ['old'] }, () => now, wait);
  const startedMs = monotonicMs;
  await expect(registerProcess(ports, { ...entrant, masterKeys: ['new'] }, () => now, wait)).resolves.toBeDefined();
  expect(monotonicMs).toBe(startedMs);
  await embedded.remove();
});
