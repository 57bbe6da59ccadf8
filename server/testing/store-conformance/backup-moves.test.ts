import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_CATALOGUE } from '../../billing/plans.ts';
import { postEntry } from '../../billing/post-entry.ts';
import { listLedger } from '../../billing/read-plan.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import { type ProcessStore, withMemory } from '../../kernel/process-memory.ts';
import { moveStore } from '../../operations/backup/move-store.ts';
import { restoreBackup } from '../../operations/backup/restore-backup.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { deleteUser } from '../../user-management/delete-user.ts';
import { userIndexes } from '../../users/documents.ts';
import { authenticate, createUser, operatorContext } from '../as-operator.ts';
import { birth, createFixture, type Fixture, PASSWORD, unwrap } from '../fixtures.ts';
import { contentOf, mergedReader, restoreAll, takeBackup } from '../increments-fixture.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { backupOf, backupReader, overStore } from '../restore-fixture.ts';
import { openTemporaryStore } from '../temporary-store.ts';
import { openTestPorts, type TestPorts } from '../test-ports.ts';

// SR-62
let server: RedisServer;
let ports: TestPorts;
let scene: Fixture;
const opened: (() => Promise<void>)[] = [];
beforeAll(async () => {
  server = await startRedisServer({ product: 'redis' });
  ports = await openTestPorts('moves');
  scene = await createFixture(ports, { tokens: [{}], alone: true });
  for (let n = 0; n < 120; n++)
    unwrap(await createUser(ports, birth(ports, 'usr'), scene.account, { login: `user-${n}` }));
  for (const reference of ['a', 'b']) {
    const input = { kind: 'credit', amount: 5, currency: 'EUR', reference, reason: 'payment' } as const;
    unwrap(await postEntry(ports, operatorContext(scene.account), DEFAULT_CATALOGUE, input));
  }
});
afterAll(async () => {
  for (const close of opened) await close();
  await ports.close();
  await server.stop();
});

async function redis(prefix: string, partitions = 64): Promise<ProcessStore<MovableStore>> {
  const given = { prefix, partitions, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };
  const store = withMemory(await openRedisStore({ url: server.url, ...given }));
  opened.push(() => store.close());
  return store;
}

async function expectSame(over: TestPorts): Promise<void> {
  const users = await over.store.range(userIndexes.created(scene.account), { limit: 1000 });
  expect(users).toEqual(await ports.store.range(userIndexes.created(scene.account), { limit: 1000 }));
  const request = { resource: scene.resource.id, method: 'password', user: 'alice', password: PASSWORD } as const;
  expect(unwrap(await authenticate(over, { account: scene.account, ...request })).user?.id).toBe(scene.user.id);
  expect(unwrap(await listLedger(over, operatorContext(scene.account), { limit: 10 })).items).toHaveLength(2);
}

test('moves a backup from the embedded store to Redis, to another Redis, and back', async () => {
  const first = overStore(ports, await redis('one'));
  await restoreBackup(first, backupReader(await backupOf(ports)));
  const second = overStore(ports, await redis('two'));
  await restoreBackup(second, backupReader(await backupOf(first)));
  const embedded = await openTemporaryStore();
  opened.push(embedded.remove);
  const third = overStore(ports, embedded.store);
  const back = await restoreBackup(third, backupReader(await backupOf(second)));
  expect(back.eventsLeft).toBeGreaterThan(100);

  for (const over of [first, second, third]) await expectSame(over);
  // An entry is on the anchor of its object's changes.
  const [user] = await first.store.range(userIndexes.created(scene.account), { limit: 1 });
  if (!user) throw new Error('no user');
  await first.store.commit({
    anchor: user.id,
    operation: 'away',
    now: 1,
    expect: [],
    index: [{ index: userIndexes.created(scene.account), remove: user }],
  });
  expect(await first.store.range(userIndexes.created(scene.account), { limit: 1000 })).not.toContainEqual(user);
  // Sequence numbers continue after the restored events, or after all earlier ones.
  const last = (await ports.store.readEvents(0, 0, 1000)).at(-1)?.sequence ?? 0;
  expect((await first.store.readEvents(0, 0, 1000)).at(-1)?.sequence).toBeGreaterThanOrEqual(last);
  await third.store.commit({ anchor: 'x', operation: 'x', now: 1, expect: [], append: ['new'] });
  expect((await third.store.readEvents(0, 0, 1000)).at(-1)?.sequence).toBeGreaterThan(last);
});

test('moves a backup between Redis stores with other numbers of partitions', async () => {
  const few = overStore(ports, await redis('few', 3));
  await restoreBackup(few, backupReader(await backupOf(ports)));
  const many = overStore(ports, await redis('many', 200));
  const more = await restoreBackup(many, backupReader(await backupOf(few)));
  expect(more.eventsLeft).toBe(0);
  const again = overStore(ports, await redis('again', 3));
  const fewer = await restoreBackup(again, backupReader(await backupOf(many)));
  expect(fewer.eventsLeft).toBe(more.events);
  for (const over of [few, many, again]) await expectSame(over);
});

/** Deletes users, which increments see as gone, and creates one. */
async function changeUsers(over: TestPorts, login: string): Promise<void> {
  const users = await over.store.range(userIndexes.created(scene.account), { limit: 5, reverse: true });
  for (const { id } of users) unwrap(await deleteUser(over, operatorContext(scene.account), id as UserId));
  unwrap(await createUser(over, birth(ports, 'usr'), scene.account, { login }));
}

test('an increment of a Redis with many partitions makes of the full backup what it is by then', async () => {
  const source = overStore(ports, await redis('source', 16));
  await restoreBackup(source, backupReader(await backupOf(ports)));
  const backups = [await takeBackup(source, 'full')];
  for (let round = 0; round < 2; round++) {
    await changeUsers(source, `late-${round}`);
    backups.push(await takeBackup(source, `increment ${round}`, backups.at(-1)));
  }
  const merged = await contentOf((await mergedReader(backups))());
  expect(merged).toEqual(await contentOf(backupReader(await backupOf(source))()));
  const target = overStore(ports, await redis('target', 4));
  await restoreAll(target, backups);
  const usersOf = ({ store }: TestPorts) => store.range(userIndexes.created(scene.account), { limit: 1000 });
  expect(await usersOf(target)).toEqual(await usersOf(source));
});

test('a backup before a move is followed by an increment after it, unless the partitions change', async () => {
  const store = await redis('moved', 4);
  const source = overStore(ports, store);
  await restoreBackup(source, backupReader(await backupOf(ports)));
  const full = await takeBackup(source, 'full');
  await changeUsers(source, 'before');
  const to = await redis('alike', 4);
  let turn = 0;
  for await (const { step } of moveStore({ ...source, from: store, to }, 'there')) {
    if (step === 'caught-up' && turn < 2) await changeUsers(source, `during-${turn++}`);
  }
  const target = overStore(ports, to);
  await changeUsers(target, 'after');
  const backups = [full, await takeBackup(target, 'increment', full)];
  const merged = await contentOf((await mergedReader(backups))());
  expect(merged).toEqual(await contentOf(backupReader(await backupOf(target))()));
  const wider = await redis('wider', 8);
  for await (const _ of moveStore({ ...target, from: to, to: wider }, 'there')) {
  }
  await expect(takeBackup(overStore(ports, wider), 'next', full)).rejects.toThrow('does not know the earlier backup');
});
