import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import { roleOf } from '../administrators/administrator.ts';
import { administratorDocument, administratorIndexes } from '../administrators/documents.ts';
import type { Actor } from '../kernel/actor.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { assign } from '../resources/assign.ts';
import {
  addActive,
  addAdministrator,
  type FixtureAdministrator,
  invite,
  proofBy,
  selfServiceContext,
} from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { beforeCommitOf } from '../testing/before-commit.ts';
import { createFixture, type Fixture, overwrite, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { updateToken } from '../tokens/update-token.ts';
import { removeAdministrator, transferSuperuser, updateAdministrator } from './change-administrator.ts';
import { authenticateSession, writeSession } from './login/authenticate-session.ts';
import { handOverSuperuser } from './update-profile.ts';

let ports: TestPorts;
let scene: Fixture;
let superuser: FixtureAdministrator;
let administrator: FixtureAdministrator;
beforeEach(async () => {
  ports = await openTestPorts('superuser');
  scene = await createFixture(ports);
  superuser = await addAdministrator(ports, scene.account, { email: 'su@acme.example', superuser: true });
  administrator = await addAdministrator(ports, scene.account, { email: 'ad@acme.example' });
});
afterEach(() => ports.close());

const alive = async (who: FixtureAdministrator) =>
  'session' in (await authenticateSession(ports, writeSession(who.opened)));
async function superusers(): Promise<number> {
  const account = await read(ports, accountDocument.key(scene.account));
  const entries = await ports.store.range(administratorIndexes.created(scene.account), { limit: 100 });
  const role = 'administrator';
  return entries.filter(({ id }) => roleOf(account, { id: id as FixtureAdministrator['id'], role }) === 'superuser')
    .length;
}

test('the role moves to an active administrator, both are notified, and the sessions of both end', async () => {
  unwrap(await handOverSuperuser(ports, selfServiceContext(superuser), proofBy(ports, superuser), administrator.id));
  expect((await read(ports, accountDocument.key(scene.account))).superuser).toBe(administrator.id);
  expect(await Promise.all([alive(superuser), alive(administrator)])).toEqual([false, false]);
  const recorded = () => ports.courier.sent.filter(({ kind }) => kind === 'security-notice').map(({ to }) => to);
  await expect.poll(() => recorded().slice(-2).sort()).toEqual(['ad@acme.example', 'su@acme.example']);
});

test('of fifty transfers at once, one superuser results', async () => {
  const others = await Promise.all(
    Array.from({ length: 10 }, (_, i) => addActive(ports, scene.account, { email: `x${i}@acme.example` })),
  );
  const act = selfServiceContext(superuser);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      transferSuperuser(ports.replica(), act, others[i % others.length]?.id ?? administrator.id).catch(() => ({})),
    ),
  );
  expect(answers.filter((answer) => 'to' in answer)).toHaveLength(1);
  expect(await superusers()).toBe(1);
});

test('refuses a transfer by an administrator who is not superuser, and by the superuser without both factors', async () => {
  const { id } = administrator;
  expect(
    await handOverSuperuser(ports, selfServiceContext(administrator), proofBy(ports, administrator), id),
  ).toMatchObject({
    refused: 'FORBIDDEN',
  });
  // The request has the rights of the role, which was transferred meanwhile.
  const pretending = {
    ...selfServiceContext(administrator),
    actor: { ...selfServiceContext(administrator).actor, role: 'superuser' as const },
  };
  expect(await transferSuperuser(ports, pretending, superuser.id)).toMatchObject({ refused: 'FORBIDDEN' });
  for (const proof of [
    { password: superuser.password },
    { ...proofBy(ports, superuser), password: 'wrong password' },
  ]) {
    expect(await handOverSuperuser(ports, selfServiceContext(superuser), proof, id)).toHaveProperty('refused');
  }
  expect((await read(ports, accountDocument.key(scene.account))).superuser).toBe(superuser.id);
});

// The attack: both factors were shown in a stolen session, which its owner ends before the commit.
test('SR-38: a session that ends after both factors were confirmed transfers nothing', async () => {
  const act = selfServiceContext(superuser);
  const key = administratorDocument.key(superuser.account, superuser.id);
  beforeCommitOf(ports, 'account', async (replica) => {
    const { sessionEpoch } = await read(replica, key);
    await overwrite(replica, key, { sessionEpoch: sessionEpoch + 1 });
  });
  expect(await transferSuperuser(ports, act, administrator.id)).toEqual({ refused: 'SESSION_ENDED' });
  expect((await read(ports, accountDocument.key(scene.account))).superuser).toBe(superuser.id);
});

test('refuses a transfer to an administrator who is invited, removed, of another account, or superuser already', async () => {
  const { administrator: invited } = await invite(ports, scene.account, { email: 'in@acme.example' });
  const other = await createFixture(ports);
  const foreign = await addActive(ports, other.account, { email: 'ot@acme.example' });
  const act = selfServiceContext(superuser);
  expect(await transferSuperuser(ports, act, invited.id)).toEqual({ refused: 'ADMINISTRATOR_INACTIVE' });
  expect(await transferSuperuser(ports, act, foreign.id)).toEqual({ refused: 'ADMINISTRATOR_NOT_FOUND' });
  expect(await transferSuperuser(ports, act, superuser.id)).toMatchObject({ refused: 'INPUT_INVALID' });
});

test('no removal removes the superuser; a transfer to an administrator who is being removed leaves an existing one', async () => {
  expect(await removeAdministrator(ports, operatorContext(scene.account), superuser.id)).toEqual({
    refused: 'SUPERUSER_STAYS',
  });
  await Promise.all([
    removeAdministrator(ports, operatorContext(scene.account), administrator.id),
    transferSuperuser(ports.replica(), selfServiceContext(superuser), administrator.id),
  ]);
  expect(await superusers()).toBe(1);
});

test('SR-39: a removed administrator loses access within one request: session, token and address go, with one event', async () => {
  const token = (await read(ports, administratorDocument.key(scene.account, administrator.id))).token;
  expect(await alive(administrator)).toBe(true);
  const before = ports.store.commits.length;
  unwrap(await removeAdministrator(ports, selfServiceContext(superuser), administrator.id));
  expect(await alive(administrator)).toBe(false);
  expect(
    (await ports.store.getMany([tokenDocument.key(token ?? 'tok_00000000000')], ports.clock.now()))[0],
  ).toBeUndefined();
  const recorded = ports.store.commits
    .slice(before)
    .flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
  expect(recorded.map(({ type, subject, actor }) => [type, subject, actor])).toEqual([
    ['administrator.removed', administrator.id, { kind: 'administrator', id: superuser.id }],
    ['token.deleted', token, { kind: 'administrator', id: superuser.id }],
  ]);
  await invite(ports, scene.account, { email: administrator.email });
});

test('a removed administrator leaves no index entry of their token', async () => {
  const { token } = await read(ports, administratorDocument.key(scene.account, administrator.id));
  const indexed = async () => {
    const names = [tokenIndexes.created(scene.account), tokenIndexes.names(scene.account)];
    const all = [...names, tokenIndexes.ofKind(scene.account, 'totp')];
    const entries = await Promise.all(all.map((index) => ports.store.range(index, { limit: 100 })));
    return entries.map((found) => found.some(({ id }) => id === token));
  };
  expect(await indexed()).toEqual([true, true, true]);
  unwrap(await removeAdministrator(ports, selfServiceContext(superuser), administrator.id));
  expect(await indexed()).toEqual([false, false, false]);
});

test('a change of grants takes effect with the administrator’s next request', async () => {
  const rights = async (): Promise<Actor> => {
    const opened = unwrap(await authenticateSession(ports, writeSession(administrator.opened)));
    return selfServiceContext(administrator, opened).actor;
  };
  expect(await rights()).toMatchObject({ role: 'administrator' });
  const grants = [{ resource: scene.resource.id, allowed: true }];
  unwrap(await updateAdministrator(ports, selfServiceContext(superuser), administrator.id, { grants }));
  const opened = unwrap(await authenticateSession(ports, writeSession(administrator.opened)));
  expect(opened.administrator.grants).toEqual(grants);
});

test('the sign-in token of an administrator is changed by no other administrator, and accepted nowhere else', async () => {
  const { token } = await read(ports, administratorDocument.key(scene.account, administrator.id));
  if (!token) throw new Error('no token');
  for (const act of [selfServiceContext(superuser), operatorContext(scene.account)]) {
    expect(await updateToken(ports, act, token, { name: 'mine' })).toEqual({ refused: 'FORBIDDEN' });
  }
  const own = selfServiceContext(administrator);
  for (const changes of [{ enabled: false }, { locked: true }, { owner: scene.user.id }, { expiresAt: 1 }]) {
    expect(await updateToken(ports, own, token, changes)).toMatchObject({ refused: 'FORBIDDEN' });
  }
  unwrap(await updateToken(ports, own, token, { name: 'Ada’s phone' }));
  const direct = { resource: scene.resource.id, token };
  expect(await assign(ports, operatorContext(scene.account), direct)).toEqual({ refused: 'FORBIDDEN' });
});
