import { afterEach, beforeEach, expect, test } from 'vitest';
import { consumeEvents } from '../events/consume-events.ts';
import { consumerDocument } from '../events/documents.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { idFromBytes, type ResourceId } from '../kernel/ids.ts';
import { DAY_MS } from '../kernel/time.ts';
import { eraseUser } from '../operations/personal-data/erase-user.ts';
import { readUserData } from '../operations/personal-data/read-user-data.ts';
import { authenticate, operatorContext } from '../testing/as-operator.ts';
import { consumeAll } from '../testing/consuming.ts';
import { append } from '../testing/event-stream.ts';
import { addResource, addUser, createFixture, type Fixture, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { backupOf } from '../testing/restore-fixture.ts';
import { accountId } from '../testing/samples.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { lastSignInsDocument } from '../users/documents.ts';
import { deleteUser } from './delete-user.ts';
import { createSignInKeeper } from './keep-last-sign-ins.ts';
import { listUsers } from './list-users.ts';
import { readLastSignIns } from './read-last-sign-ins.ts';

let ports: TestPorts;
let home: Fixture;
beforeEach(async () => {
  ports = await openTestPorts('last sign-ins');
  home = await createFixture(ports, { user: { login: 'alice' } });
});
afterEach(() => ports.close());

const today = () => new Date(ports.clock.now()).toISOString().slice(0, 10);
const keeper = () => createSignInKeeper(ports);
const stored = async (user = home.user) =>
  (await ports.store.getMany([lastSignInsDocument.key(user.id)], ports.clock.now()))[0];
const granted = (more: Partial<AccountEvent> = {}): AccountEvent => ({
  type: 'authentication',
  at: ports.clock.now(),
  account: home.account,
  actor: { kind: 'user', id: home.user.id },
  subject: home.user.id,
  resource: home.resource.id,
  outcome: 'granted',
  ...more,
});
const happen = async (...events: AccountEvent[]) => {
  await append(ports, home.user.id, events);
  await consumeEvents(ports, [keeper()]);
};
const administrator = (resources: ResourceId[]) => {
  const id = idFromBytes('adm', new Uint8Array(7));
  return { actor: { kind: 'administrator', role: 'administrator', resources, id, account: home.account } as const };
};
const list = async (signedIn: boolean, more: object = {}, act = operatorContext(home.account)) =>
  unwrap(await listUsers(ports, act, { limit: 50, sort: 'name', signedIn, ...more })).items.map(({ login }) => login);

test('a sign-in is kept as a day, by a commit a day', async () => {
  await addUser(ports, home.account, home.resource, { user: { login: 'bob' } });
  const signIn = () =>
    authenticate(ports, {
      account: home.account,
      resource: home.resource.id,
      user: home.user.login,
      password: PASSWORD,
      method: 'password',
    });
  expect([await list(false), await list(true)]).toEqual([['alice', 'bob'], []]);
  unwrap(await signIn());
  await consumeAll(ports);
  expect([await list(false), await list(true)]).toEqual([['bob'], ['alice']]);
  const first = await stored();
  expect(first?.value).toEqual({ account: home.account, days: { [home.resource.id]: today() } });
  unwrap(await signIn());
  await consumeAll(ports);
  expect((await stored())?.version).toBe(first?.version);
  ports.clock.advance(DAY_MS);
  unwrap(await signIn());
  await consumeAll(ports);
  expect((await stored())?.value.days).toEqual({ [home.resource.id]: today() });
});

test('only what was granted to a user on a resource counts', async () => {
  await happen(
    granted({ outcome: 'refused', reason: 'OTP_WRONG' }),
    granted({ type: 'authentication.test' }),
    granted({ type: 'transaction' }),
    granted({ subject: 'tok_01k8dq9z2mp' }),
  );
  expect(await stored()).toBeUndefined();
});

test('events that come again or late change nothing', async () => {
  const day = today();
  await happen(granted());
  const first = await stored();
  await happen(granted({ at: ports.clock.now() - 3 * DAY_MS }));
  // As after a kill between the commits and the position of the consumer, or a restore.
  const key = consumerDocument.key('last-sign-ins');
  await ports.store.commit({
    anchor: key.anchor,
    operation: 'again',
    now: ports.clock.now(),
    expect: [],
    put: [{ key, value: { cursors: {} } }],
  });
  expect(await consumeEvents(ports, [keeper()])).toBeGreaterThan(0);
  expect(await stored()).toEqual(first);
  expect(first?.value.days).toEqual({ [home.resource.id]: day });
});

test('an event of another account is not taken for one of the user', async () => {
  await happen(granted({ account: accountId(7) }));
  expect(await stored()).toBeUndefined();
});

test('SR-67: an administrator sees nothing of sign-ins to other resources', async () => {
  const hidden = await addResource(ports, home.account, { name: 'Hidden' });
  await happen(granted({ resource: hidden.id }));
  const act = administrator([home.resource.id]);
  expect(await readLastSignIns(ports, act, [home.user])).toEqual(new Map());
  expect([await list(false, {}, act), await list(true, {}, act)]).toEqual([['alice'], []]);
  expect(await list(true)).toEqual(['alice']);
  expect([await list(true, { resource: hidden.id }), await list(false, { resource: home.resource.id })]).toEqual([
    [],
    ['alice'],
  ]);
});

test('nothing of it stays of a user who is deleted, also if the event comes later', async () => {
  await happen(granted());
  unwrap(await deleteUser(ports, operatorContext(home.account), home.user.id));
  expect(await stored()).toBeUndefined();
  await happen(granted());
  expect(await stored()).toBeUndefined();
});

test('an erasure ends it, an export shows it, and a backup holds it', async () => {
  await happen(granted());
  const act = operatorContext(home.account);
  expect(unwrap(await readUserData(ports, act, home.user.id)).lastSignIns).toEqual({ [home.resource.id]: today() });
  expect((await backupOf(ports)).some((line) => line.includes('"last-sign-ins"'))).toBe(true);
  unwrap(await eraseUser(ports, act, home.user.id));
  expect(await stored()).toBeUndefined();
});
