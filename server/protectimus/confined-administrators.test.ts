import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Resource } from '../resources/resource.ts';
import { assign, operatorContext } from '../testing/as-operator.ts';
import { addResource, addUser, birth, createFixture, type Fixture, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { findResource } from './find-named.ts';
import { countResources, listResourcePart } from './list-resource-part.ts';
import { selectTokens, selectUsers } from './select-objects.ts';

// SR-67: the dialect reveals as little about resources without a grant as the rest of the API.
let ports: TestPorts;
let shop: Fixture;
let bank: Resource;
let act: RequestContext;
beforeAll(async () => {
  ports = await openTestPorts('confined-administrators');
  shop = await createFixture(ports, { tokens: [{}], resource: { name: 'Shop' } });
  const { account } = shop;
  bank = await addResource(ports, account, { name: 'Bank' });
  await addUser(ports, account, bank, { user: { login: 'bob' }, tokens: [{}] });
  act = {
    actor: {
      kind: 'administrator',
      account,
      id: birth(ports, 'adm').id,
      role: 'administrator',
      resources: [shop.resource.id],
      through: birth(ports, 'key').id,
    },
  };
});
afterAll(() => ports.close());

test('SR-67: a limited administrator lists and counts only the granted resources', async () => {
  const names = async (as: RequestContext, start = 0) =>
    unwrap(await listResourcePart(ports, as, { start, limit: 10 })).items.map(({ name }) => name);
  expect(await names(act)).toEqual(['Shop']);
  expect(await names(act, 1)).toEqual([]);
  expect(await countResources(ports, act)).toBe(1);
  const operator = operatorContext(shop.account);
  expect((await names(operator)).sort()).toEqual(['Bank', 'Shop']);
  expect(await countResources(ports, operator)).toBe(2);
  const none = { actor: { ...act.actor, resources: [] } } as RequestContext;
  expect([await names(none), await countResources(ports, none)]).toEqual([[], 0]);
});

test('SR-67: a limited administrator finds no other resource, by number or by name', async () => {
  for (const named of [{ id: bank.id }, { name: 'Bank' }, { id: bank.id, name: 'Shop' }])
    expect(await findResource(ports, act, named)).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
  // If this were ambiguous, the name would reveal the other resource.
  await addResource(ports, shop.account, { name: 'Shop' });
  expect(unwrap(await findResource(ports, act, { name: 'Shop' })).resource.id).toBe(shop.resource.id);
});

test('SR-67: a limited administrator does not see what is assigned to another resource', async () => {
  const part = { start: 0, limit: 10 };
  const users = async (resources: Resource['id'][], more = {}) =>
    unwrap(await selectUsers(ports, act, { resources, ...more }, part)).items.map(({ login }) => login);
  expect(await users([bank.id])).toEqual([]);
  expect(await users([bank.id], { login: 'bob' })).toEqual([]);
  expect(await users([bank.id, shop.resource.id])).toEqual(['alice']);
  expect((await users([])).sort()).toEqual(['alice', 'bob']);
  const tokens = async (resources: Resource['id'][], more = {}) =>
    unwrap(await selectTokens(ports, act, { resources, ...more }, part)).items.length;
  expect([await tokens([bank.id]), await tokens([bank.id], { name: 'phone' })]).toEqual([0, 0]);
  expect(await tokens([shop.resource.id])).toBe(1);
  unwrap(await assign(ports, { account: shop.account, resource: bank.id, token: shop.tokens[0]?.id }));
  expect(await tokens([bank.id])).toBe(0);
});
