import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreVersionRefused } from '../kernel/ports/store.ts';
import { indexBuildDocument } from '../store/documents.ts';
import { newOperation } from '../store/transact.ts';
import { InterceptedStore } from '../testing/intercepted-store.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { START, seededRandom } from '../testing/test-ports.ts';
import { processesDocument } from './documents.ts';
import { LEASE_MS, RENEWAL_MS } from './process-registry.ts';
import { ProcessRefused, registerProcess } from './register-process.ts';

/** As Redis: other processes have it open too. */
class SharedStore extends InterceptedStore {
  override get isOrdered(): boolean {
    return false;
  }
}

let opened: Awaited<ReturnType<typeof openTemporaryStore>>;
let store: SharedStore;
beforeAll(async () => {
  opened = await openTemporaryStore();
  store = new SharedStore(opened.store);
});
afterAll(() => opened.remove());

const random = seededRandom('processes');
const entrant = { version: '0.2.0', shape: 2, compatibleShape: 1, indexes: 3, masterKeys: ['key-1'], startedAt: START };
const former = { ...entrant, version: '0.1.0', shape: 1, indexes: 2 };
let now = START;
const start = (one = entrant) => registerProcess({ store, random }, one, () => now);
const running = async () => {
  const [stored] = await store.getMany([processesDocument.key()], 0);
  return Object.values(stored?.value.processes ?? {}).map(({ version }) => version);
};
const build = async () => (await store.getMany([indexBuildDocument.key()], 0))[0]?.value;
async function finishBuild(): Promise<void> {
  const key = indexBuildDocument.key();
  const value = { version: entrant.indexes, finishedAt: now };
  const change = { anchor: key.anchor, operation: newOperation({ clock: { now: () => now }, random }), now };
  await store.commit({ ...change, expect: [], put: [{ key, value }] });
}

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

// The attack is an upgrade: an older process writes users that lists of the newer one do not show.
test('the indexes of a newer version are void as soon as an older one starts, also one that was held up', async () => {
  const older = await start(former);
  const newer = await start();
  now += LEASE_MS - RENEWAL_MS;
  await newer.renew();
  now += RENEWAL_MS;
  await newer.renew();
  expect(await running()).toEqual(['0.2.0']);
  await finishBuild();
  await newer.renew();
  expect(await build()).toBeDefined();
  await older.renew();
  expect(await build()).toBeUndefined();
  await finishBuild();
  await older.renew();
  expect(await build(), 'its renewal leaves what is built meanwhile to the builder').toBeDefined();
  await start(former);
  expect(await build()).toBeUndefined();
  now += LEASE_MS;
});

test('SR-22: a process that was held up while the key was changed has to end', async () => {
  const old = await start({ ...entrant, masterKeys: ['old'] });
  now += LEASE_MS;
  const replaced = await start({ ...entrant, masterKeys: ['new'] });
  await expect(old.renew()).rejects.toThrow(ProcessRefused);
  await expect(start({ ...entrant, masterKeys: ['old'] })).rejects.toThrow(
    /new key as an old one first.*0\.2\.0 since/,
  );
  await replaced.leave();
});

test('an older version is refused, with words, after a newer one has written what it does not know', async () => {
  const breaking = await start({ ...entrant, version: '0.3.0', shape: 3, compatibleShape: 3 });
  await breaking.leave();
  await expect(start()).rejects.toThrow(StoreVersionRefused);
  await expect(start()).rejects.toThrow('used by version 0.3.0, and version 0.2.0 does not know its form');
});

test('an embedded store has one entrant, so that the record of a killed one holds up nothing', async () => {
  const embedded = await openTemporaryStore();
  const ports = { store: embedded.store, random };
  await registerProcess(ports, { ...entrant, masterKeys: ['old'] }, () => now);
  await expect(registerProcess(ports, { ...entrant, masterKeys: ['new'] }, () => now)).resolves.toBeDefined();
  await embedded.remove();
});
