import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { Contention } from '../store/transact.ts';
import { authenticate, operatorContext, updateUser } from '../testing/as-operator.ts';
import { addUser, birth, createFixture, type Fixture, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { createUser } from '../user-management/create-user.ts';
import { deleteUser } from '../user-management/delete-user.ts';
import { nameClaimDocument, userDocument, userIndexes } from './documents.ts';
import { findUser } from './find-user.ts';
import type { User } from './user.ts';
import { CLAIM_ABANDONED_MS, CLAIM_TTL_MS, userNames } from './user-names.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('names-change');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const DOWN = new StoreUnavailable('no answer');
const stored = (user: User) => read(ports, userDocument.key(user.id));
async function holderOf(account: AccountId, name: string) {
  const [claim] = await ports.store.getMany([nameClaimDocument.key(account, normaliseName(name))], ports.clock.now());
  return claim?.value.user;
}
function signIn({ account, resource }: Fixture, user: string) {
  return authenticate(ports, { account, resource: resource.id, user, method: 'password', password: PASSWORD });
}

describe('a user’s names', () => {
  test('can be changed, added and removed: the user is found by the new names, and the old ones are free', async () => {
    const scene = await createFixture(ports, { user: { alias: 'al', email: 'alice@example.com' } });
    const { account, user } = scene;
    const changes = { login: 'Alison', alias: null, phone: '+431234567890', blocked: false, firstName: 'Alison' };
    const changed = unwrap(await updateUser(ports, account, user.id, changes)).object;
    expect(changed).toMatchObject({ login: 'Alison', phone: '+431234567890', firstName: 'Alison' });
    expect(changed).not.toHaveProperty('alias');
    expect(changed).not.toHaveProperty('claiming');
    expect(await stored(user)).toEqual(changed);
    for (const name of ['alison', 'ALICE@example.com', '431234567890']) {
      expect((await findUser(ports, account, name))?.id, name).toBe(user.id);
      expect(await signIn(scene, name), name).toMatchObject({ user: { login: 'Alison' } });
    }
    for (const name of ['alice', 'al']) {
      expect(await holderOf(account, name), name).toBeUndefined();
      expect(await signIn(scene, name), name).toEqual({ refused: 'INVALID_CREDENTIALS' });
    }
    const sorted = await ports.store.range(userIndexes.names(account), { limit: 10 });
    expect(sorted.map(({ sort }) => sort.slice(0, -2))).toEqual(['431234567890', 'alice@example.com', 'alison']);
  });

  test('may change in spelling alone, and swap fields', async () => {
    const { account, user } = await createFixture(ports, { user: { email: 'a@example.com' } });
    expect(unwrap(await updateUser(ports, account, user.id, { login: 'ALICE' })).object.login).toBe('ALICE');
    unwrap(await updateUser(ports, account, user.id, { login: 'a@example.com', email: null, alias: 'alice' }));
    expect((await findUser(ports, account, 'alice'))?.login).toBe('a@example.com');
    expect(await holderOf(account, 'a@example.com')).toBe(user.id);
  });

  test('SR-34: a change writes one event, without the names', async () => {
    const { account, user } = await createFixture(ports);
    const before = ports.store.commits.length;
    unwrap(await updateUser(ports, account, user.id, { login: 'alison', firstName: 'A' }));
    const events = ports.store.commits.slice(before).flatMap(({ change }) => change.append ?? []);
    expect(events).toMatchObject([{ type: 'user.updated', subject: user.id, changed: ['firstName', 'login'] }]);
    expect(JSON.stringify(events)).not.toContain('alison');
  });

  test.each([
    [{ login: 'bob' }, 'NAME_TAKEN', 'login'],
    [{ email: 'BOB@example.com' }, 'NAME_TAKEN', 'email'],
    // A free name, and an alias that is the login of another user.
    [{ email: 'alice@elsewhere.example', alias: 'Bob' }, 'NAME_TAKEN', 'alias'],
    [{ alias: 'alice' }, 'NAME_AMBIGUOUS', 'alias'],
    [{ alias: 'usr_01k8dq9z2mp' }, 'INPUT_INVALID', 'alias'],
  ])('%j is refused, and nothing changes', async (changes, refused, field) => {
    const scene = await createFixture(ports);
    const { account, user } = scene;
    const bob = await addUser(ports, account, scene.resource, { user: { login: 'bob', email: 'bob@example.com' } });
    const before = await stored(user);
    const answer = await updateUser(ports, account, user.id, { phone: '4312345678', ...changes });
    expect(answer).toMatchObject({ refused, field });
    expect(await stored(user)).toEqual(before);
    expect(await holderOf(account, '4312345678')).toBeUndefined();
    expect(await signIn(scene, 'alice')).toMatchObject({ method: 'password' });
    expect((await findUser(ports, account, 'bob'))?.id).toBe(bob.user.id);
  });

  test('of an interrupted change are not the user’s, and are free for other users a minute later', async () => {
    for (let at = 0; ; at++) {
      const scene = await createFixture(ports);
      const { account, user } = scene;
      let commits = 0;
      ports.store.intercept = { commit: (_, go) => (commits++ === at ? Promise.reject(DOWN) : go()) };
      const outcome = await updateUser(ports, account, user.id, { login: 'new', email: 'n@example.com' }).catch(
        (error: unknown) => error,
      );
      ports.store.intercept = {};
      if (outcome !== DOWN) break;
      const now = await stored(user);
      expect(['alice', 'new']).toContain(now.login);
      expect(await signIn(scene, now.login)).toMatchObject({ method: 'password' });
      ports.clock.advance(CLAIM_TTL_MS);
      const taken = now.login === 'alice' ? { login: 'new', email: 'n@example.com' } : { login: 'alice' };
      unwrap(await createUser(ports, operatorContext(account), birth(ports, 'usr'), taken));
      expect(await signIn(scene, now.login)).toMatchObject({ method: 'password' });
      const again = unwrap(await updateUser(ports, account, user.id, { login: 'third' })).object;
      expect(again).not.toHaveProperty('claiming');
    }
  });

  test('are given up before the mark expires if the claims take too long', async () => {
    const { account, user } = await createFixture(ports);
    let commits = 0;
    ports.store.intercept = {
      commit(_, go) {
        if (commits++ === 1) ports.clock.advance(CLAIM_ABANDONED_MS);
        return go();
      },
    };
    expect(await updateUser(ports, account, user.id, { login: 'slow' })).toMatchObject({ refused: 'CONTENTION' });
    expect(await stored(user)).toEqual(user);
    expect(await holderOf(account, 'slow')).toBeUndefined();
  });

  test('of a user deleted meanwhile leave no claim', async () => {
    const { account, user } = await createFixture(ports);
    ports.store.intercept = {
      async commit(change, go) {
        const outcome = await go();
        if (change.anchor.endsWith('/gone')) {
          ports.store.intercept = {};
          unwrap(await deleteUser(ports, operatorContext(account), user.id));
        }
        return outcome;
      },
    };
    expect(await updateUser(ports, account, user.id, { login: 'gone' })).toEqual({ refused: 'USER_NOT_FOUND' });
    for (const name of ['gone', 'alice']) expect(await holderOf(account, name)).toBeUndefined();
  });
});

describe('two users who want each other’s names', () => {
  test('at the same time: both are refused, and both keep their names', async () => {
    const scene = await createFixture(ports);
    const { account, user: alice } = scene;
    const { user: bob } = await addUser(ports, account, scene.resource, { user: { login: 'bob' } });
    const both = [ports, ports.replica()];
    const [one, other] = await Promise.all([
      updateUser(both[0] ?? ports, account, alice.id, { login: 'bob' }),
      updateUser(both[1] ?? ports, account, bob.id, { login: 'alice' }),
    ]);
    const taken = { refused: 'NAME_TAKEN', field: 'login' };
    expect([one, other]).toEqual([taken, taken]);
    expect(await signIn(scene, 'alice')).toMatchObject({ user: { id: alice.id } });
    expect(await signIn(scene, 'bob')).toMatchObject({ user: { id: bob.id } });
  });

  test('under racing changes, creations and deletions each live user has all their names, and each name one user', async () => {
    const names = ['n1', 'n2', 'n3', 'n4'];
    const move = fc.record({
      who: fc.nat(2),
      kind: fc.constantFrom('login', 'alias', 'none', 'create', 'delete'),
      name: fc.constantFrom(...names),
      hops: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 10 }), async (moves) => {
        const scene = await createFixture(ports);
        const { account, resource } = scene;
        const people: User[] = [];
        for (const at of [0, 1, 2]) {
          people.push((await addUser(ports, account, resource, { user: { login: `p${at}` } })).user);
        }
        const made: User[] = [];
        const act = operatorContext(account);
        await Promise.all(
          moves.map(async ({ who, kind, name, hops }) => {
            const own = ports.replica();
            for (let hop = 0; hop < hops; hop++) await own.store.getMany([accountDocument.key(account)], 0);
            const { id } = people[who] ?? scene.user;
            const work =
              kind === 'create'
                ? createUser(own, act, birth(ports, 'usr'), { login: name })
                : kind === 'delete'
                  ? deleteUser(own, act, id)
                  : updateUser(own, account, id, kind === 'none' ? { alias: null } : { [kind]: name });
            // A refusal for contention is fine here; a lost or shared name is not.
            const outcome = await work.catch((error: unknown) => {
              if (!(error instanceof Contention)) throw error;
              return {};
            });
            if ('user' in outcome) made.push(outcome.user);
          }),
        );
        const holders = new Map<string, string>();
        for (const { id } of [...people, ...made]) {
          const [one] = await ports.store.getMany([userDocument.key(id)], ports.clock.now());
          if (!one) continue;
          for (const name of userNames(one.value)) {
            expect(holders.get(name) ?? id, name).toBe(id);
            holders.set(name, id);
            expect(await holderOf(account, name), name).toBe(id);
          }
          expect((await findUser(ports, account, one.value.login))?.id).toBe(id);
        }
        for (const name of [...names, 'p0', 'p1', 'p2']) {
          if (!holders.has(name)) expect(await holderOf(account, name), name).toBeUndefined();
        }
      }),
      { numRuns: 60 },
    );
  });
});
