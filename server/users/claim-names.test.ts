import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import type { AccountId, UserId } from '../kernel/ids.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { isRefusal } from '../kernel/result.ts';
import { createUser } from '../testing/as-operator.ts';
import { birth, unwrap } from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { openTemporaryRedisStore } from '../testing/temporary-redis-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import type { NewUser } from '../user-management/create-user.ts';
import { nameClaimDocument } from './documents.ts';
import { findUser } from './find-user.ts';

// SR-57 The attack: users are created at once with names of each other, so that one name leads to two of them, and each
// signs in as the other. The embedded store gets all claims of a user in one turn, Redis one after the other.
describe.each(['embedded', 'redis'])('names claimed at once (%s)', (kind) => {
  let ports: TestPorts;
  let replica: TestPorts;
  let account: AccountId;
  beforeAll(async () => {
    ports = await openTestPorts(`claims ${kind}`, kind === 'redis' ? await openTemporaryRedisStore() : undefined);
    replica = ports.replica();
    account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
    expect(ports.store.isOrdered).toBe(kind === 'embedded');
  });
  afterAll(() => ports.close());

  const make = (input: NewUser, over = ports) => createUser(over, birth(ports, 'usr'), account, input);
  const holderOf = async (name: string): Promise<UserId | undefined> => {
    const [claim] = await ports.store.getMany([nameClaimDocument.key(account, name)], ports.clock.now());
    return claim?.value.user;
  };

  test.each([
    ['the same three names', ['a', 'b', 'c'], ['a', 'b', 'c']],
    ['the same three names in another order', ['a', 'b', 'c'], ['c', 'a', 'b']],
    ['two of three names', ['a', 'm', 'z'], ['b', 'z', 'm']],
    ['the last name', ['a', 'b', 'z'], ['c', 'd', 'z']],
  ])('of two who want %s one gets all, and the other leaves none', async (title, one, other) => {
    for (let round = 0; round < 10; round++) {
      const wants = [one, other, one, other].map((names) => {
        const [login = '', alias = '', email = ''] = names.map((name) => `${name}-${title.length}-${round}`);
        return { login, alias, email };
      });
      const made = await Promise.all(wants.map((want, at) => make(want, at % 2 ? replica : ports)));
      const winners = made.flatMap((outcome) => (isRefusal(outcome) ? [] : [outcome.user]));
      expect(winners).toHaveLength(1);
      const [{ id, login, alias, email } = {}] = winners;
      const held = new Set([login, alias, email]);
      for (const name of new Set(wants.flatMap((want) => Object.values(want)))) {
        const expected = held.has(name) ? id : undefined;
        expect(await holderOf(name), name).toBe(expected);
        expect((await findUser(ports, account, name))?.id, name).toBe(expected);
      }
    }
  });

  test.each([0, 1, 2])(
    'if the store fails after %i, these stay with a half-made user, and the others are free',
    async (survived) => {
      const names = [`x${survived}`, `y${survived}`, `z${survived}`];
      const [login = '', alias, email] = names;
      let claims = 0;
      ports.store.intercept = {
        async commit(change, go) {
          if (touches(change, 'claim') && claims++ >= survived) throw new StoreUnavailable('no answer');
          return go();
        },
      };
      await expect(make({ login, alias, email })).rejects.toThrow(StoreUnavailable);
      ports.store.intercept = {};
      const [first = '', ...others] = names.slice(survived);
      const { user } = unwrap(await make({ login: first, alias: others[0], email: others[1] }));
      const isFree = await Promise.all(names.map(async (name) => (await holderOf(name)) === user.id));
      expect(isFree).toEqual(names.map((_, at) => at >= survived));
    },
  );
});
