import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountId } from '../kernel/ids.ts';
import type { Change, CommitOutcome } from '../kernel/ports/store.ts';
import { buildIndexes } from '../operations/maintenance/build-indexes.ts';
import { type Registration, registerProcess } from '../operations/processes/register-process.ts';
import { INDEX_VERSION } from '../store/index-build.ts';
import { createUser, operatorContext } from '../testing/as-operator.ts';
import { birth, createFixture, unwrap } from '../testing/fixtures.ts';
import { InterceptedStore } from '../testing/intercepted-store.ts';
import { openTemporaryRedisStore } from '../testing/temporary-redis-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { listUsers } from '../user-management/list-users.ts';
import { userIndexes } from '../users/documents.ts';

/** As a version saw it that did not have the index of main names: it neither adds nor removes its entries. */
class OlderStore extends InterceptedStore {
  override commit(change: Change): Promise<CommitOutcome> {
    const known = change.index?.filter(({ index }) => index !== userIndexes.sorted(account));
    return super.commit({ ...change, ...(known && { index: known }) });
  }
}

let account: AccountId;
let newer: TestPorts;
let older: TestPorts;
beforeAll(async () => {
  const redis = await openTemporaryRedisStore();
  newer = await openTestPorts('rolling-upgrade', redis);
  account = (await createFixture(newer)).account;
  older = { ...newer.replica(), store: new OlderStore(redis.store) };
});
afterAll(() => newer.close());

const start = (ports: TestPorts, indexes: number): Promise<Registration> =>
  registerProcess(
    ports,
    {
      version: `0.${indexes}.0`,
      shape: 1,
      compatibleShape: 1,
      indexes,
      masterKeys: [ports.secrets.keyId],
      startedAt: ports.clock.now(),
    },
    ports.clock.now.bind(ports.clock),
    { pause: async () => undefined, monotonicMs: () => 0 },
  );
const startOlder = () => start(older, INDEX_VERSION - 1);
const add = async (ports: TestPorts, login: string) =>
  unwrap(await createUser(ports, birth(ports, 'usr'), account, { login }));
const listed = async () => {
  const { items } = unwrap(await listUsers(newer, operatorContext(account), { limit: 100, sort: 'name' }));
  return items.map(({ login }) => login);
};
const isIndexed = async (login: string) => {
  const entries = await newer.store.range(userIndexes.sorted(account), { limit: 100 });
  return entries.some(({ sort }) => sort.startsWith(login));
};

// The attack is an upgrade without downtime: a user that the older process adds is in no list of the newer one, so that
// an administrator cannot find them to block them.
test('what an older version writes during a rolling upgrade, or after a return to it, is in the lists of the newer one', async () => {
  const before = await startOlder();
  await add(older, 'bob');
  const first = await start(newer, INDEX_VERSION);
  await buildIndexes(newer);
  await add(older, 'carol');
  await add(newer, 'dave');
  expect(await listed()).toEqual(['alice', 'bob', 'carol', 'dave']);
  expect(await isIndexed('bob'), 'nothing is built beside the older process').toBe(false);

  await before.leave();
  await buildIndexes(newer);
  expect([await isIndexed('bob'), await isIndexed('carol')]).toEqual([true, true]);
  expect(await listed()).toEqual(['alice', 'bob', 'carol', 'dave']);

  const returned = await startOlder();
  await add(older, 'erin');
  await buildIndexes(newer);
  expect(await listed()).toEqual(['alice', 'bob', 'carol', 'dave', 'erin']);
  await returned.leave();
  await buildIndexes(newer);
  expect(await isIndexed('erin')).toBe(true);
  expect(await listed()).toEqual(['alice', 'bob', 'carol', 'dave', 'erin']);
  await first.leave();
});
