import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AccountId } from '../../kernel/ids.ts';
import type { DocumentKey } from '../../kernel/ports/store.ts';
import { indexBuildDocument } from '../../store/documents.ts';
import { INDEX_VERSION } from '../../store/index-build.ts';
import { newOperation } from '../../store/transact.ts';
import { createUser, operatorContext, updateUser } from '../../testing/as-operator.ts';
import { birth, createFixture, unwrap } from '../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import { listTokens } from '../../tokens/list-tokens.ts';
import { listUsers } from '../../user-management/list-users.ts';
import { userDocument, userIndexes } from '../../users/documents.ts';
import { processesDocument } from '../processes/documents.ts';
import { LEASE_MS, type ProcessRegistry } from '../processes/process-registry.ts';
import { buildIndexes, restartIndexBuild } from './build-indexes.ts';

const USERS = 60;

let ports: TestPorts;
let account: AccountId;
beforeAll(async () => {
  ports = await openTestPorts('build-indexes');
  const scene = await createFixture(ports, { tokens: [{}] });
  account = scene.account;
  for (let number = 0; number < USERS; number++) {
    const names = {
      alias: `0-${number}`,
      email: `1-${number}@example.com`,
      phone: `+431${String(number).padStart(8, '0')}`,
    };
    unwrap(await createUser(ports, birth(ports, 'usr'), account, { login: `user-${number}`, ...names }));
  }
});
afterAll(() => ports.close());

const byName = async () => {
  const ranges = vi.spyOn(ports.store, 'range');
  const page = unwrap(await listUsers(ports, operatorContext(account), { limit: 25, sort: 'name' }));
  const read = ranges.mock.calls.map(([index]) => index);
  ranges.mockRestore();
  return { logins: page.items.map(({ login }) => login), read };
};

/** As a version that did not have these indexes left it. */
async function forget(document: typeof userDocument | typeof tokenDocument, index: string, limit = 1000) {
  for (const entry of await ports.store.range(index, { limit })) {
    const key: DocumentKey = document.key(entry.id as never);
    const change = { anchor: key.anchor, operation: newOperation(ports), now: ports.clock.now(), expect: [] };
    await ports.store.commit({ ...change, index: [{ index, remove: entry }] });
  }
}

const SORTED = ['alice', ...Array.from({ length: USERS }, (_, number) => `user-${number}`).sort()];

test('a list by name has a full first page before and after its index is built, then from one read', async () => {
  await forget(userDocument, userIndexes.sorted(account));
  await forget(tokenDocument, tokenIndexes.sorted(account));
  const before = await byName();
  expect(before.logins).toEqual(SORTED.slice(0, 25));
  expect(new Set(before.read)).toEqual(new Set([userIndexes.names(account)]));

  await buildIndexes(ports);
  const after = await byName();
  expect(after.logins).toEqual(SORTED.slice(0, 25));
  expect(after.read).toEqual([userIndexes.sorted(account)]);
  const tokens = unwrap(await listTokens(ports, operatorContext(account), { limit: 25, sort: 'name' }));
  expect(tokens.items).toHaveLength(1);
});

test('a user renamed since is listed once, by the new name', async () => {
  const [entry] = await ports.store.range(userIndexes.sorted(account), { limit: 1 });
  const renamed = entry?.id as never;
  unwrap(await updateUser(ports, account, renamed, { login: 'zoe' }));
  const { items } = unwrap(await listUsers(ports, operatorContext(account), { limit: 200, sort: 'name' }));
  expect(items.map(({ login }) => login)).toEqual([...SORTED.slice(1), 'zoe']);
});

test('a stopped build continues where it was', async () => {
  await forget(userDocument, userIndexes.sorted(account));
  const key = indexBuildDocument.key();
  const change = { anchor: key.anchor, operation: newOperation(ports), now: ports.clock.now(), expect: [] };
  await ports.store.commit({ ...change, delete: [key] });
  const scans = vi.spyOn(ports.store, 'scan');
  let pages = 0;
  await buildIndexes(ports, () => ++pages > 1);
  expect((await byName()).read[0]).toBe(userIndexes.names(account));
  await buildIndexes(ports);
  const cursors = scans.mock.calls.map(([after]) => after);
  scans.mockRestore();
  expect(new Set(cursors).size).toBe(cursors.length);
  expect((await byName()).read).toEqual([userIndexes.sorted(account)]);
});

// An update in which an old process still runs after the build.
test('a user without an entry is listed again as soon as the build is restarted, and then from its index', async () => {
  const all = (await byName()).logins;
  await forget(userDocument, userIndexes.sorted(account), 1);
  expect((await byName()).logins).not.toContain(all[0]);
  await restartIndexBuild(ports);
  expect((await byName()).logins).toEqual(all);
  await buildIndexes(ports);
  expect(await byName()).toEqual({ logins: all, read: [userIndexes.sorted(account)] });
});

test('a build that runs when another one is restarted does not finish it', async () => {
  await restartIndexBuild(ports);
  const scan = ports.store.scan.bind(ports.store);
  const scans = vi.spyOn(ports.store, 'scan');
  scans.mockImplementation(async (after, limit) => {
    if (after !== undefined) await restartIndexBuild(ports);
    return scan(after, limit);
  });
  await buildIndexes(ports);
  expect(scans).toHaveBeenCalledTimes(2);
  scans.mockRestore();
  expect((await byName()).read[0]).toBe(userIndexes.names(account));
  await buildIndexes(ports);
  expect((await byName()).read).toEqual([userIndexes.sorted(account)]);
});

test('a build that another one overtakes stops, and leaves it finished', async () => {
  await restartIndexBuild(ports);
  const scan = ports.store.scan.bind(ports.store);
  const scans = vi.spyOn(ports.store, 'scan');
  scans.mockImplementationOnce(async (after, limit) => {
    const page = await scan(after, limit);
    await buildIndexes(ports);
    scans.mockClear();
    return page;
  });
  await buildIndexes(ports);
  expect(scans).not.toHaveBeenCalled();
  scans.mockRestore();
  expect((await byName()).read).toEqual([userIndexes.sorted(account)]);
});

/** As a process of that version that starts, or renews its record, writes it. */
async function enter(indexes: number): Promise<void> {
  const key = processesDocument.key();
  const now = ports.clock.now();
  const record = { version: '0.0.9', shape: 1, indexes, masterKeys: ['key-1'], startedAt: now, renewedAt: now };
  const value: ProcessRegistry = { processes: { p1: record }, required: { shape: 1, version: '0.0.9' } };
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value }],
    ...(indexes < INDEX_VERSION && { delete: [indexBuildDocument.key()] }),
  });
}

// The attack is a rolling update: an older process writes a user behind the build, whom no list by name shows.
test('nothing is built while a process runs that does not write the indexes, and everything once it has ended', async () => {
  const all = (await byName()).logins;
  await enter(INDEX_VERSION - 1);
  await buildIndexes(ports);
  await forget(userDocument, userIndexes.sorted(account), 1);
  const meanwhile = await byName();
  expect([meanwhile.logins, meanwhile.read[0]]).toEqual([all, userIndexes.names(account)]);
  ports.clock.advance(LEASE_MS);
  await buildIndexes(ports);
  expect(await byName()).toEqual({ logins: all, read: [userIndexes.sorted(account)] });
});

test('one that starts during the last page of a build keeps it from being finished', async () => {
  await restartIndexBuild(ports);
  const scan = ports.store.scan.bind(ports.store);
  const scans = vi.spyOn(ports.store, 'scan');
  scans.mockImplementation(async (after, limit) => {
    const page = await scan(after, limit);
    if (page.next === undefined) await enter(INDEX_VERSION - 1);
    return page;
  });
  await buildIndexes(ports);
  scans.mockRestore();
  expect((await byName()).read[0]).toBe(userIndexes.names(account));
  await enter(INDEX_VERSION);
  await buildIndexes(ports);
  expect((await byName()).read).toEqual([userIndexes.sorted(account)]);
});

test('what a newer version builds is left to it', async () => {
  const key = indexBuildDocument.key();
  const change = { anchor: key.anchor, operation: newOperation(ports), now: ports.clock.now(), expect: [] };
  const value = { version: INDEX_VERSION + 1, after: 'there' };
  await ports.store.commit({ ...change, put: [{ key, value }] });
  await buildIndexes(ports);
  expect((await ports.store.getMany([key], ports.clock.now()))[0]?.value).toEqual(value);
});
