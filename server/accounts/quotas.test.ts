import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { removeAdministrator } from '../administration/change-administrator.ts';
import { inviteAdministrator } from '../administration/invite-administrator.ts';
import { choosePlan } from '../billing/choose-plan.ts';
import { DEFAULT_CATALOGUE, type PlanCatalogue } from '../billing/plans.ts';
import type { AccountId } from '../kernel/ids.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { isRefusal } from '../kernel/result.ts';
import { createFilter, createResource, createUser, operatorContext } from '../testing/as-operator.ts';
import { birth, unwrap } from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { userIndexes } from '../users/documents.ts';
import { createAccount } from './create-account.ts';
import { usageDocument } from './documents.ts';
import { readUsage, recountUsage } from './quotas.ts';
import { type Quotas, SLOT_TTL_MS } from './usage.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('quotas');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

let serial = 0;
const plans = (quotas: Quotas): PlanCatalogue => ({
  currency: 'EUR',
  plans: [{ name: 'Tight', monthlyFee: 0, quotas }],
});
const accountWith = async (quotas: Quotas): Promise<AccountId> =>
  unwrap(await createAccount(ports, { name: 'Acme', plan: { name: 'Tight', active: true, quotas } })).account.id;
const addUser = (account: AccountId, over = ports, login = `user-${serial++}`) =>
  createUser(over, birth(ports, 'usr'), account, { login });
const usersOf = async (account: AccountId) =>
  (await ports.store.range(userIndexes.created(account), { limit: 1000 })).length;
const refusedWith = (answers: readonly object[]) => answers.filter(isRefusal).map(({ refused }) => refused);

describe('many concurrent creations', () => {
  test('no more succeed than the quota has slots, over two processes', async () => {
    const account = await accountWith({ users: 7 });
    const other = ports.replica();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => addUser(account, n % 2 ? ports : other)));
    expect(refusedWith(answers)).toEqual(Array(23).fill('QUOTA_EXCEEDED'));
    expect(await usersOf(account)).toBe(7);
    expect(await readUsage(ports, account, 'users')).toBe(7);
  });

  test('another process that is faster each time does not block a free slot', async () => {
    const account = await accountWith({ users: 20 });
    const other = ports.replica();
    let overtaken = 0;
    ports.store.intercept.commit = async (change, go) => {
      if (touches(change, 'usage/users') && overtaken++ < 8) unwrap(await addUser(account, other));
      return go();
    };
    unwrap(await addUser(account));
    ports.store.intercept = {};
    expect(await usersOf(account)).toBe(9);
    expect(await readUsage(ports, account, 'users')).toBe(9);
  });

  test('those of several bulk requests are all served', async () => {
    const account = await accountWith({ users: 90 });
    const answers = await Promise.all(Array.from({ length: 96 }, () => addUser(account)));
    expect(refusedWith(answers)).toEqual(Array(6).fill('QUOTA_EXCEEDED'));
    expect(await usersOf(account)).toBe(90);
  });

  test('those that lose their name release their slot', async () => {
    const account = await accountWith({ users: 3 });
    const answers = await Promise.all([1, 2, 3].map(() => addUser(account, ports, 'maria')));
    expect(refusedWith(answers)).toEqual(['NAME_TAKEN', 'NAME_TAKEN']);
    expect(await readUsage(ports, account, 'users')).toBe(1);
    unwrap(await addUser(account));
    unwrap(await addUser(account));
    expect(await addUser(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });

  test('each kind counts separately', async () => {
    const account = await accountWith({ resources: 1, filters: 1 });
    const settings = {
      name: 'Shop',
      enabled: true,
      failedAttemptsBeforeLock: 5,
      methodPolicy: 'auto',
      allowedOrigins: [],
      allowLocalhost: false,
      resultLifetimeMs: 60_000,
    } as const;
    const resource = () => createResource(ports, birth(ports, 'res'), account, { ...settings, allowedOrigins: [] });
    const filter = () =>
      createFilter(ports, birth(ports, 'flt'), account, {
        name: 'office',
        rule: { kind: 'ip', mode: 'allow', ranges: ['203.0.113.7'] },
      });
    for (const make of [resource, filter]) {
      unwrap(await make());
      expect(await make()).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
    }
    unwrap(await addUser(account));
  });
});

describe('administrators', () => {
  const invited = (account: AccountId, over = ports, email = `ada-${serial++}@acme.example`) => {
    const input = { email, name: 'Ada', language: 'en' as const, grants: [] };
    return inviteAdministrator(over, operatorContext(account), birth(over, 'adm'), input);
  };
  const readThem = (account: AccountId) => readUsage(ports, account, 'administrators');

  test('of many concurrent invitations no more are sent than the quota has slots', async () => {
    const account = await accountWith({ administrators: 2 });
    const other = ports.replica();
    const mails = ports.courier.sent.length;
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => invited(account, n % 2 ? ports : other)));
    expect(refusedWith(answers)).toEqual(Array(6).fill('QUOTA_EXCEEDED'));
    expect(await readThem(account)).toBe(2);
    expect(ports.courier.sent.length - mails).toBe(4);
  });

  test('a removal, a withdrawn invitation and a taken address each release a slot', async () => {
    const account = await accountWith({ administrators: 2 });
    const email = 'twice@acme.example';
    const { administrator } = unwrap(await invited(account, ports, email));
    expect(await invited(account, ports, email)).toMatchObject({ refused: 'EMAIL_TAKEN' });
    expect(await readThem(account)).toBe(1);
    unwrap(await invited(account));
    expect(await invited(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
    unwrap(await removeAdministrator(ports, operatorContext(account), administrator.id, 'invited'));
    expect(await readThem(account)).toBe(1);
    unwrap(await invited(account));
    expect(await invited(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });

  test('those older than the plan’s limit count', async () => {
    const account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
    for (let n = 0; n < 3; n++) unwrap(await invited(account));
    const act = operatorContext(account);
    expect(await choosePlan(ports, act, plans({ administrators: 2 }), 'Tight')).toMatchObject({
      refused: 'QUOTA_EXCEEDED',
    });
    unwrap(await choosePlan(ports, act, plans({ administrators: 4 }), 'Tight'));
    unwrap(await invited(account));
    expect(await invited(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });
});

describe('a process that crashes half-way', () => {
  test('leaves its slot reserved until no creation can be using it', async () => {
    const account = await accountWith({ users: 1 });
    ports.store.intercept.commit = (change, go) => {
      if (touches(change, 'user')) throw new StoreUnavailable('killed');
      return go();
    };
    await expect(addUser(account)).rejects.toThrow(StoreUnavailable);
    ports.store.intercept = {};
    expect(await addUser(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
    ports.clock.advance(SLOT_TTL_MS);
    unwrap(await addUser(account));
    expect(await addUser(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });

  test('after its object was written has used its slot, without a confirmation', async () => {
    const account = await accountWith({ users: 1 });
    ports.store.intercept.commit = async (change, go) => {
      const outcome = await go();
      if (touches(change, 'user')) throw new StoreUnavailable('killed');
      return outcome;
    };
    await expect(addUser(account)).rejects.toThrow(StoreUnavailable);
    ports.store.intercept = {};
    ports.clock.advance(2 * SLOT_TTL_MS);
    expect(await addUser(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });

  test('and tries again with the same Idempotency-Key has one slot, not two', async () => {
    const account = await accountWith({ users: 2 });
    const again = { ...birth(ports, 'usr'), madeWith: 'key' };
    for (let n = 0; n < 3; n++) unwrap(await createUser(ports, again, account, { login: 'maria' }));
    expect(await readUsage(ports, account, 'users')).toBe(1);
  });

  test('with a count too high is repaired by a recount, while creations go on', async () => {
    const account = await accountWith({ users: 50 });
    unwrap(await addUser(account));
    const key = usageDocument.key(account, 'users');
    const damage = { key, value: { counted: 40, held: {} } };
    await ports.store.commit({
      anchor: key.anchor,
      operation: 'damage',
      now: ports.clock.now(),
      expect: [],
      put: [damage],
    });
    const recount = async (): Promise<void> => {
      if (!(await recountUsage(ports, account, 'users'))) await recount();
    };
    await Promise.all([recount(), addUser(account), addUser(account)]);
    expect(await readUsage(ports, account, 'users')).toBe(3);
  });
});

describe('a change of plan', () => {
  test('is refused while there is more than the new plan allows', async () => {
    const account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
    for (let n = 0; n < 3; n++) unwrap(await addUser(account));
    const act = operatorContext(account);
    expect(await choosePlan(ports, act, plans({ users: 2 }), 'Tight')).toMatchObject({
      refused: 'QUOTA_EXCEEDED',
      detail: 'users',
    });
    unwrap(await choosePlan(ports, act, plans({ users: 3 }), 'Tight'));
    expect(await addUser(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });

  test('includes the creations under way', async () => {
    const account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
    // The creation has read that there is no quota, and is about to write its user.
    let changed = false;
    ports.store.intercept.commit = async (change, go) => {
      if (touches(change, 'user') && !changed) {
        changed = true;
        unwrap(await choosePlan(ports, operatorContext(account), plans({ users: 1 }), 'Tight'));
      }
      return go();
    };
    unwrap(await addUser(account));
    ports.store.intercept = {};
    ports.clock.advance(SLOT_TTL_MS);
    expect(await addUser(account)).toMatchObject({ refused: 'QUOTA_EXCEEDED' });
  });

  test('to one without the limit discards the count, so that a later limit counts again', async () => {
    const account = await accountWith({ users: 1 });
    unwrap(await addUser(account));
    unwrap(await choosePlan(ports, operatorContext(account), DEFAULT_CATALOGUE, 'Free'));
    for (let n = 0; n < 3; n++) unwrap(await addUser(account));
    expect(await choosePlan(ports, operatorContext(account), plans({ users: 3 }), 'Tight')).toMatchObject({
      refused: 'QUOTA_EXCEEDED',
    });
  });
});

test('a plan without a quota for the kind costs a creation one read and no write', async () => {
  const limited = await accountWith({ filters: 3 });
  const before = { reads: ports.store.reads, commits: ports.store.commits.length };
  unwrap(await addUser(limited));
  const { length } = ports.store.commits;
  // The user and the claim of its name.
  expect(length - before.commits).toBe(2);
  expect(ports.store.reads - before.reads).toBe(1);
});
