import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import { idFromBytes } from '../kernel/ids.ts';
import type { ResourceSettings } from '../resources/resource-settings.ts';
import { operatorContext, updateToken, updateUser } from '../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  overwrite,
  read,
  unwrap,
} from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { userDocument } from '../users/documents.ts';
import { countPasswordAlone } from './count-password-alone.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('count-password-alone');
});
afterAll(() => ports.close());

let scene: Fixture;
beforeEach(async () => {
  scene = await createFixture(ports);
});

const counted = (limit = 20, actor?: Actor) => {
  const context = operatorContext(scene.account);
  return countPasswordAlone(ports, actor ? { ...context, actor } : context, limit);
};

/** A user of a resource of their own, whose tokens are all deactivated. */
async function addLost(login: string, settings: Partial<ResourceSettings> = {}, options = {}): Promise<Fixture> {
  const resource = await addResource(ports, scene.account, settings);
  return addUser(ports, scene.account, resource, { user: { login }, tokens: [{ state: 'deactivated' }], ...options });
}

test('no user is counted in an account without deactivated tokens, and one read tells so', async () => {
  const range = vi.spyOn(ports.store, 'range');
  const getMany = vi.spyOn(ports.store, 'getMany');
  expect(await counted()).toBe(0);
  expect([range.mock.calls.length, getMany.mock.calls.length]).toEqual([1, 0]);
  range.mockRestore();
  getMany.mockRestore();
});

test.each<[string, number, Partial<ResourceSettings>]>([
  ['the method is automatic', 1, { methodPolicy: 'auto' }],
  ['password and code are asked for', 1, { methodPolicy: 'password-otp' }],
  ['the password alone is meant', 0, { methodPolicy: 'password' }],
  ['the code alone is asked for', 0, { methodPolicy: 'otp' }],
  ['a token is required', 0, { enrolment: { kinds: ['totp'], required: true } }],
  ['a token is offered', 1, { enrolment: { kinds: ['totp'], required: false } }],
])('a user whose token is deactivated, where %s: %i', async (_, count, settings) => {
  await addLost('lost', settings);
  expect(await counted()).toBe(count);
});

test('a user is counted once for two tokens or two resources, and not if blocked', async () => {
  const { user } = await addLost('lost', {}, { tokens: [{ state: 'deactivated' }, { state: 'deactivated' }] });
  await addLost('other');
  expect(await counted()).toBe(2);
  unwrap(await updateUser(ports, scene.account, user.id, { blocked: true }));
  expect(await counted()).toBe(1);
});

test('one of the tokens is enough for a second factor, and no owner for none', async () => {
  const { tokens } = await addLost('both', {}, { tokens: [{ state: 'deactivated' }, {}] });
  await addToken(ports, scene.account, { state: 'deactivated' });
  expect(await counted()).toBe(0);
  const [, second] = tokens;
  if (!second) throw new Error('no token');
  unwrap(await updateToken(ports, scene.account, second.id, { enabled: false }));
  expect(await counted()).toBe(1);
});

test('resources that the administrator does not see are not looked at', async () => {
  const { resource } = await addLost('lost');
  const other = await addResource(ports, scene.account);
  const id = idFromBytes('adm', ports.random.bytes(7));
  const administrator = { kind: 'administrator', account: scene.account, id, role: 'administrator' } as const;
  expect(await counted(20, { ...administrator, resources: [resource.id] })).toBe(1);
  expect(await counted(20, { ...administrator, resources: [other.id] })).toBe(0);
});

test('a resource that is gone is passed over', async () => {
  const { user } = await addLost('lost');
  const { assignments } = await read(ports, userDocument.key(user.id));
  const gone = { resource: idFromBytes('res', ports.random.bytes(7)), alone: false, tokens: [] };
  await overwrite(ports, userDocument.key(user.id), { assignments: [gone, ...assignments] });
  expect(await counted()).toBe(1);
});

test('a token whose owner is gone is passed over', async () => {
  await addLost('lost');
  const { tokens } = await addLost('gone');
  for (const { id } of tokens) await overwrite(ports, tokenDocument.key(id), { owner: 'usr_00000000000' });
  expect(await counted()).toBe(1);
});

test('as many of the newest tokens are looked at as wanted', async () => {
  for (const login of ['first', 'second', 'third']) await addLost(login);
  expect(await counted(2)).toBe(2);
  expect(await counted(3)).toBe(3);
});
