import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../kernel/ids.ts';
import { isRefusal } from '../kernel/result.ts';
import { eraseUser } from '../operations/personal-data/erase-user.ts';
import { authenticate, createUser, operatorContext, updateUser } from '../testing/as-operator.ts';
import { addUser, birth, createFixture, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { deleteUser } from '../user-management/delete-user.ts';
import { listUsers } from '../user-management/list-users.ts';
import { nameClaimDocument, userDocument } from './documents.ts';
import { findByExternalId, findUser } from './find-user.ts';
import { markExternalId } from './user-names.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('external-ids');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const make = (account: AccountId, login: string, externalId: string) =>
  createUser(ports, birth(ports, 'usr'), account, { login, externalId });
const claimOf = async (account: AccountId, externalId: string) => {
  const [claim] = await ports.store.getMany(
    [nameClaimDocument.key(account, markExternalId(externalId))],
    ports.clock.now(),
  );
  return claim?.value.user;
};

describe('an external id', () => {
  test('belongs to one user of the account, however many ask for it at once', async () => {
    const { account } = await createFixture(ports);
    const made = await Promise.all(Array.from({ length: 20 }, (_, at) => make(account, `racer-${at}`, 'c-1')));
    const users = made.flatMap((one) => (isRefusal(one) ? [] : [one.user]));
    expect(users).toHaveLength(1);
    expect(made.filter(isRefusal)).toEqual(
      Array.from({ length: 19 }, () => ({ refused: 'NAME_TAKEN', field: 'externalId' })),
    );
    expect((await findByExternalId(ports, account, 'c-1'))?.id).toBe(users[0]?.id);
    // The others are gone, with their names.
    expect(await make(account, users[0]?.login === 'racer-0' ? 'racer-1' : 'racer-0', 'c-2')).toHaveProperty('user');
  });

  test('may be the same in two accounts, and differ by case alone in one', async () => {
    const [one, other] = [await createFixture(ports), await createFixture(ports)];
    unwrap(await make(one.account, 'bob', 'c-1'));
    unwrap(await make(other.account, 'bob', 'c-1'));
    unwrap(await make(one.account, 'carol', 'C-1'));
  });

  test('changes hands only once it was given up, and is free after a deletion', async () => {
    const { account, user } = await createFixture(ports, { user: { externalId: 'c-1' } });
    const bob = unwrap(await make(account, 'bob', 'c-2')).user;
    expect(await updateUser(ports, account, bob.id, { externalId: 'c-1', firstName: 'Bob' })).toEqual({
      refused: 'NAME_TAKEN',
      field: 'externalId',
    });
    expect(await read(ports, userDocument.key(bob.id))).toEqual(bob);
    unwrap(await updateUser(ports, account, user.id, { externalId: 'c-3' }));
    unwrap(await updateUser(ports, account, bob.id, { externalId: 'c-1' }));
    expect((await findByExternalId(ports, account, 'c-1'))?.id).toBe(bob.id);
    expect(await findByExternalId(ports, account, 'c-2')).toBeUndefined();
    unwrap(await updateUser(ports, account, user.id, { externalId: null }));
    expect(await claimOf(account, 'c-3')).toBeUndefined();
    unwrap(await deleteUser(ports, operatorContext(account), bob.id));
    expect(await claimOf(account, 'c-1')).toBeUndefined();
    unwrap(await make(account, 'carol', 'c-1'));
  });

  test('is erased with the user', async () => {
    const { account, user } = await createFixture(ports, { user: { externalId: 'c-1', metadata: { plan: 'gold' } } });
    unwrap(await eraseUser(ports, operatorContext(account), user.id));
    expect(await claimOf(account, 'c-1')).toBeUndefined();
    expect(await findByExternalId(ports, account, 'c-1')).toBeUndefined();
  });

  // The attack: the id of a customer is printed on invoices. It must be no name to sign in with, nor free a name.
  test('signs no user in, and is no name', async () => {
    const scene = await createFixture(ports, { user: { externalId: 'c-1' } });
    const { account, resource } = scene;
    for (const user of ['c-1', markExternalId('c-1')]) {
      expect(await findUser(ports, account, user)).toBeUndefined();
      expect(
        await authenticate(ports, { account, resource: resource.id, user, method: 'password', password: PASSWORD }),
      ).toEqual({ refused: 'INVALID_CREDENTIALS' });
    }
    const other = await addUser(ports, account, resource, { user: { login: 'c-1' } });
    expect((await findUser(ports, account, 'c-1'))?.id).toBe(other.user.id);
    expect((await findByExternalId(ports, account, 'c-1'))?.id).toBe(scene.user.id);
  });

  test('finds its user in lists, whole or by its beginning', async () => {
    const { account, user } = await createFixture(ports, { user: { externalId: 'Customer-7' } });
    const list = async (query: object) =>
      unwrap(await listUsers(ports, operatorContext(account), { limit: 10, ...query })).items.map(({ id }) => id);
    expect(await list({ externalId: 'Customer-7' })).toEqual([user.id]);
    expect(await list({ externalId: 'customer-7' })).toEqual([]);
    expect(await list({ externalId: 'Customer-7', blocked: true })).toEqual([]);
    expect(await list({ search: 'custom' })).toEqual([user.id]);
  });

  test('that a crash left claimed is taken over', async () => {
    const { account, user } = await createFixture(ports);
    let claims = 0;
    ports.store.intercept = {
      async commit(change, go) {
        const isClaim = change.anchor.startsWith('external/');
        const outcome = await go();
        if (isClaim && claims++ === 0) throw new Error('killed');
        return outcome;
      },
    };
    await expect(updateUser(ports, account, user.id, { externalId: 'c-1' })).rejects.toThrow('killed');
    ports.store.intercept = {};
    expect(await findByExternalId(ports, account, 'c-1')).toBeUndefined();
    expect(await make(account, 'bob', 'c-1')).toMatchObject({ refused: 'NAME_TAKEN' });
    ports.clock.advance(61_000);
    unwrap(await make(account, 'bob', 'c-1'));
  });
});
