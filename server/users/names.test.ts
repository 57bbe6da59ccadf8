import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import type { AccountId } from '../kernel/ids.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { isRefusal } from '../kernel/result.ts';
import { createUser, idempotently } from '../testing/as-operator.ts';
import { birth, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import type { NewUser } from '../user-management/create-user.ts';
import { nameClaimDocument, userIndexes } from './documents.ts';
import { findUser } from './find-user.ts';

let ports: TestPorts;
let replica: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('names');
  replica = ports.replica();
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const anAccount = async () => unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
const make = (account: AccountId, input: NewUser, over = ports) =>
  createUser(over, birth(ports, 'usr'), account, input);
const created = (outcomes: object[]) => outcomes.filter((outcome) => !isRefusal(outcome));

describe('one namespace for all names of an account', () => {
  test.each([
    ['the same login in another case', { login: 'ALICE' }, 'login'],
    ['a login that is the alias of another user', { login: 'Al' }, 'login'],
    ['an alias that is the login of another user', { login: 'x', alias: 'alice' }, 'alias'],
    ['a login that is the email of another user', { login: 'alice@example.com' }, 'login'],
    ['an email in another case', { login: 'x', email: 'Alice@Example.COM' }, 'email'],
    ['a phone number without its plus', { login: 'x', phone: '491234567890' }, 'phone'],
    ['a login that is the phone number of another user', { login: '+491234567890' }, 'login'],
    ['full-width letters', { login: 'ａｌｉｃｅ' }, 'login'],
  ])('refuses %s, and says which name it is', async (_, input, field) => {
    const account = await anAccount();
    const names = { login: 'alice', alias: 'al', email: 'alice@example.com', phone: '+491234567890' };
    unwrap(await make(account, names));
    expect(await make(account, input)).toEqual({ refused: 'NAME_TAKEN', field });
    // The names that the loser had claimed are free again.
    unwrap(await make(account, { login: 'x' }));
  });

  test('is not shared by two accounts', async () => {
    const [one, two] = [await anAccount(), await anAccount()];
    const { user } = unwrap(await make(one, { login: 'alice' }));
    unwrap(await make(two, { login: 'alice' }));
    expect((await findUser(ports, one, 'alice'))?.id).toBe(user.id);
    expect(await findUser(ports, two, user.id)).toBeUndefined();
  });

  test('a user is found by id and by each name, and by nothing else', async () => {
    const account = await anAccount();
    const names = { login: 'Alice', alias: 'al', email: 'alice@example.com', phone: '+491234567890' };
    const { user } = unwrap(await make(account, { ...names, firstName: 'Alicia', secondName: 'Smith' }));
    for (const name of [user.id, 'ALICE', ' al ', 'Alice@example.com', '491234567890', '+491234567890']) {
      expect((await findUser(ports, account, name))?.id, name).toBe(user.id);
    }
    for (const name of ['Alicia', 'Smith', 'Alicia Smith', '', 'alice@', '1234567890', `${user.id} `]) {
      expect(await findUser(ports, account, name), name).toBeUndefined();
    }
  });

  test('refuses a login that has the form of an id, because ids are looked up first', async () => {
    const account = await anAccount();
    const { user } = unwrap(await make(account, { login: 'victim' }));
    for (const login of [user.id, user.id.toUpperCase(), 'usr_01k8dq9z2mp']) {
      expect(await make(account, { login })).toMatchObject({ refused: 'INPUT_INVALID' });
      expect(await make(account, { login: 'other', alias: login })).toMatchObject({ refused: 'INPUT_INVALID' });
    }
  });

  test('a user cannot have the same name twice', async () => {
    const account = await anAccount();
    expect(await make(account, { login: 'alice', alias: 'ALICE' })).toEqual({
      refused: 'NAME_AMBIGUOUS',
      field: 'alias',
    });
    unwrap(await make(account, { login: 'alice@example.com', email: 'alice@example.com' }));
  });
});

describe('a race for names', () => {
  test('of twenty concurrent claims of one login, over two processes, one wins', async () => {
    const account = await anAccount();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => make(account, { login: 'alice' }, at % 2 ? ports : replica)),
    );
    expect(created(outcomes)).toHaveLength(1);
    expect(outcomes.filter((outcome) => isRefusal(outcome) && outcome.refused === 'NAME_TAKEN')).toHaveLength(19);
    const listed = await ports.store.range(userIndexes.created(account), { limit: 100 });
    expect(listed).toHaveLength(1);
    expect((await findUser(ports, account, 'alice'))?.id).toBe(listed[0]?.id);
  });

  test('of two users who want the same names in opposite order one gets both, whatever the order of their steps', async () => {
    for (let round = 0; round < 10; round++) {
      const account = await anAccount();
      const [one, two] = await Promise.all([
        make(account, { login: 'a', alias: 'b' }, ports),
        make(account, { login: 'b', alias: 'a' }, replica),
      ]);
      expect(created([one, two])).toHaveLength(1);
      const winner = isRefusal(one) ? two : one;
      if (isRefusal(winner)) throw new Error('no winner');
      for (const name of ['a', 'b']) expect((await findUser(ports, account, name))?.id).toBe(winner.user.id);
    }
  });

  test('in a ring of three who each want two names, no name has two owners, and a loser leaves no claims', async () => {
    for (let round = 0; round < 10; round++) {
      const account = await anAccount();
      const wants = [
        { login: 'a', alias: 'b' },
        { login: 'b', alias: 'c' },
        { login: 'c', alias: 'a' },
      ];
      const outcomes = await Promise.all(wants.map((input, at) => make(account, input, at % 2 ? ports : replica)));
      expect(created(outcomes).length).toBeGreaterThanOrEqual(1);
      expect(created(outcomes).length).toBeLessThanOrEqual(1);
      // Every name without a winner can be claimed again.
      const held = new Set(outcomes.flatMap((one) => (isRefusal(one) ? [] : [one.user.login, one.user.alias])));
      for (const name of ['a', 'b', 'c'].filter((name) => !held.has(name)))
        unwrap(await make(account, { login: name }));
    }
  });
});

describe('a crash while a user is created', () => {
  const DOWN = new StoreUnavailable('no answer');
  const names = { login: 'alice', alias: 'zoe', email: 'bob@example.com', password: PASSWORD };

  test.each([0, 1, 2, 3])('after %i commits leaves no user who could sign in', async (survived) => {
    const account = await anAccount();
    let commits = 0;
    ports.store.intercept = {
      async commit(_change, go) {
        if (commits++ >= survived) throw DOWN;
        return go();
      },
    };
    await expect(make(account, names)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    // The user's document, then the names in order: alice, bob@example.com, zoe.
    for (const name of ['alice', 'zoe', 'bob@example.com']) {
      const half = await findUser(ports, account, name);
      expect(half?.assignments ?? []).toEqual([]);
    }
  });

  test('that kept the user’s document alone leaves the names free', async () => {
    const account = await anAccount();
    ports.store.intercept = {
      async commit(change, go) {
        if (touches(change, 'claim')) throw DOWN;
        return go();
      },
    };
    await expect(make(account, names)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    expect(await findUser(ports, account, 'alice')).toBeUndefined();
    unwrap(await make(account, names));
  });

  test('is repaired by repeating the request with its Idempotency-Key', async () => {
    for (const survived of [2, 3, 4]) {
      const account = await anAccount();
      const request = { account, key: 'once', fingerprint: 'body', prefix: 'usr' } as const;
      const run = () =>
        idempotently(ports, request, async (made) => {
          const verdict = await createUser(ports, made, account, names);
          return isRefusal(verdict) ? verdict : { id: verdict.user.id };
        });
      let commits = 0;
      ports.store.intercept = {
        async commit(_change, go) {
          if (commits++ >= survived) throw DOWN;
          return go();
        },
      };
      await expect(run()).rejects.toThrow(DOWN);
      ports.store.intercept = {};
      ports.clock.advance(30_000);
      const { id } = unwrap(await run());
      for (const name of ['alice', 'zoe', 'bob@example.com']) {
        expect((await findUser(ports, account, name))?.id).toBe(id);
      }
      expect(await ports.store.range(userIndexes.created(account), { limit: 10 })).toHaveLength(1);
    }
  });

  test('takes over a claim of a missing user, and one whose user has another name', async () => {
    const account = await anAccount();
    const { user: other } = unwrap(await make(account, { login: 'other' }));
    for (const [name, holder] of [
      ['ghost', birth(ports, 'usr').id],
      ['borrowed', other.id],
    ] as const) {
      const key = nameClaimDocument.key(account, name);
      await ports.store.commit({
        anchor: key.anchor,
        operation: name,
        now: ports.clock.now(),
        expect: [],
        put: [{ key, value: { user: holder } }],
      });
      expect(await findUser(ports, account, name)).toBeUndefined();
      const { user } = unwrap(await make(account, { login: name }));
      expect((await findUser(ports, account, name))?.id).toBe(user.id);
    }
  });
});
