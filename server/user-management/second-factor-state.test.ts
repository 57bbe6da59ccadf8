import type { TokenState } from '@countersign/protocol/tokens';
import { SECOND_FACTOR_STATES, type SecondFactorState } from '@countersign/protocol/users';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { idFromBytes } from '../kernel/ids.ts';
import { addResource, addUser, createFixture, type Fixture, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { listUsers } from './list-users.ts';

let ports: TestPorts;
let home: Fixture;
beforeEach(async () => {
  ports = await openTestPorts('second factor states');
  home = await createFixture(ports, { user: { login: 'with-token' }, tokens: [{}] });
});
afterEach(() => ports.close());

const add = (login: string, states: TokenState[], resource = home.resource) =>
  addUser(ports, home.account, resource, { user: { login }, tokens: states.map((state) => ({ state })) });
const actor = {
  kind: 'administrator',
  role: 'superuser',
  resources: [],
  id: idFromBytes('adm', new Uint8Array(7)),
} as const;
const list = async (secondFactor: SecondFactorState, more: object = {}) => {
  const context = { actor: { ...actor, account: home.account } };
  const page = unwrap(await listUsers(ports, context, { limit: 50, sort: 'name', secondFactor, ...more }));
  return page.items.map(({ login }) => login);
};

test('finds users without a token, with locked ones alone, and with deactivated ones alone', async () => {
  await add('alone', []);
  await add('deactivated', ['deactivated', 'deactivated']);
  await add('expired', ['expired']);
  await add('locked', ['locked', 'deactivated']);
  await add('one-of-two', ['locked', 'active']);
  expect(await Promise.all(SECOND_FACTOR_STATES.map((state) => list(state)))).toEqual([
    ['alone'],
    ['locked'],
    ['deactivated'],
  ]);
});

test('asks about the resource that is named', async () => {
  const other = await addResource(ports, home.account, { name: 'Other' });
  await add('elsewhere', ['locked'], other);
  expect(await list('locked', { resource: home.resource.id })).toEqual([]);
  expect(await list('locked', { resource: other.id })).toEqual(['elsewhere']);
});

test('SR-67: says nothing of a resource that the administrator cannot see', async () => {
  const hidden = await addResource(ports, home.account, { name: 'Hidden' });
  await add('theirs', ['locked'], hidden);
  const context = {
    actor: { ...actor, role: 'administrator', resources: [home.resource.id], account: home.account } as const,
  };
  const page = unwrap(await listUsers(ports, context, { limit: 50, secondFactor: 'locked' }));
  expect(page.items).toEqual([]);
});

test('reads the tokens of a page at once', async () => {
  for (let nr = 0; nr < 20; nr++) await add(`user-${nr}`, ['locked']);
  const reads = vi.spyOn(ports.store, 'getMany');
  expect(await list('locked', { sort: undefined })).toHaveLength(20);
  expect(reads.mock.calls.length).toBeLessThanOrEqual(3);
});
