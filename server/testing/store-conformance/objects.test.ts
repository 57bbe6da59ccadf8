import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountId, FilterId } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import { deleteResource } from '../../resources/delete-resource.ts';
import { deleteFilter } from '../../resources/filters/delete-filter.ts';
import { listTokens } from '../../tokens/list-tokens.ts';
import { deleteUser } from '../../user-management/delete-user.ts';
import { listUsers } from '../../user-management/list-users.ts';
import { userIndexes } from '../../users/documents.ts';
import { findUser } from '../../users/find-user.ts';
import { createFilter, operatorContext, updateResource, updateUser } from '../as-operator.ts';
import { addUser, birth, createFixture, unwrap } from '../fixtures.ts';
import { InterceptedStore } from '../intercepted-store.ts';
import { openTestPorts, type TestPorts } from '../test-ports.ts';
import type { StoreHarness } from './harness.ts';
import { startRedisHarness } from './redis-harness.ts';

// The suite of the stores covers the basis of lists, names and deletions; this test covers all of it over many
// partitions.
let harness: StoreHarness;
let own: TestPorts;
let ports: TestPorts;
beforeAll(async () => {
  [harness, own] = await Promise.all([startRedisHarness('redis'), openTestPorts('objects-on-redis')]);
  ports = { ...own, store: new InterceptedStore(await harness.fresh()) };
});
afterAll(async () => {
  await own.close();
  await harness.stop();
});

/** Every page of a list, by each item's sort key. */
async function all(account: AccountId, query: Omit<Parameters<typeof listUsers>[2], 'limit' | 'after'>) {
  const logins: string[] = [];
  let after: string | undefined;
  do {
    const page = unwrap(
      await listUsers(ports, operatorContext(account), { ...query, limit: 7, ...(after && { after }) }),
    );
    logins.push(...page.items.map(({ login }) => login));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return logins;
}

test('lists cover all partitions once, by name, by creation and by search', async () => {
  const scene = await createFixture(ports, { user: { login: 'zz' } });
  const { account, resource } = scene;
  const logins = Array.from({ length: 60 }, (_, at) => `user-${String(at).padStart(2, '0')}`);
  for (const [at, login] of logins.entries()) {
    ports.clock.advance(1);
    const { user } = await addUser(ports, account, resource, {
      user: { login, alias: `also-${at}` },
      tokens: at % 20 === 0 ? [{ state: 'locked' }] : [],
      alone: at % 2 === 0,
      password: false,
    });
    if (at % 10 === 0) unwrap(await updateUser(ports, account, user.id, { blocked: true }));
  }
  expect(await all(account, { search: 'USER-' })).toEqual(logins);
  expect(await all(account, { search: 'user-3' })).toEqual(logins.slice(30, 40));
  expect(await all(account, { search: 'also-5' })).toEqual(['user-05', ...logins.slice(50, 60)]);
  expect(await all(account, { sort: 'name', order: 'desc' })).toEqual(['zz', ...[...logins].reverse()]);
  expect(await all(account, {})).toEqual([...[...logins].reverse(), 'zz']);
  expect(await all(account, { blocked: true, order: 'asc' })).toEqual(logins.filter((_, at) => at % 10 === 0));
  expect(await all(account, { resource: resource.id, order: 'asc' })).toEqual([
    'zz',
    ...logins.filter((_, at) => at % 2 === 0),
  ]);
  expect(unwrap(await listTokens(ports, operatorContext(account), { state: 'locked', limit: 50 })).items).toHaveLength(
    3,
  );

  unwrap(await deleteResource(ports, operatorContext(account), resource.id));
  expect(await ports.store.range(userIndexes.onResource(account, resource.id), { limit: 10 })).toEqual([]);
});

test('names and filters behave as on one partition', async () => {
  const scene = await createFixture(ports);
  const { account, resource, user } = scene;
  const { user: bob } = await addUser(ports, account, resource, { user: { login: 'bob' } });
  const replica: TestPorts = { ...ports, store: new InterceptedStore(ports.store) };
  const swapped = await Promise.all([
    updateUser(ports, account, user.id, { login: 'bob' }),
    updateUser(replica, account, bob.id, { login: 'alice' }),
  ]);
  expect(swapped).toEqual([
    { refused: 'NAME_TAKEN', field: 'login' },
    { refused: 'NAME_TAKEN', field: 'login' },
  ]);
  const wanted = await mapConcurrent([user.id, bob.id], 2, (id) => updateUser(ports, account, id, { alias: 'wanted' }));
  expect(wanted.filter((outcome) => 'refused' in outcome)).toHaveLength(1);
  unwrap(await deleteUser(ports, operatorContext(account), bob.id));
  expect(await findUser(ports, account, 'bob')).toBeUndefined();

  const rule = { kind: 'ip' as const, mode: 'allow' as const, ranges: ['10.0.0.1'] };
  const made = await createFilter(ports, birth(ports, 'flt'), account, { name: 'office', rule });
  const filter: FilterId = unwrap(made).filter.id;
  const attach = updateResource(ports, account, resource.id, { ipFilter: filter });
  const outcomes = await Promise.all([attach, deleteFilter(replica, operatorContext(account), filter)]);
  expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(1);
});
