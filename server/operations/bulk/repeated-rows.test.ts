import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../../accounts/create-account.ts';
import { accountDocument } from '../../accounts/documents.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { IDEMPOTENCY_LEASE_MS, IDEMPOTENCY_TTL_MS } from '../../store/records/idempotency-record.ts';
import { unwrap } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { userIndexes } from '../../users/documents.ts';
import { findUser } from '../../users/find-user.ts';
import { checkLeftovers } from '../maintenance/doctor.ts';

// A row that made a user is answered again from the user, and no answer is stored. The attacks: a repetition makes a
// second user, brings a deleted one back, or takes a user without names, whom another user may replace, for made.
let service: Service;
let replica: Service;
let account: AccountId;
let key: string;
beforeAll(async () => {
  service = await openService('repeated rows');
  replica = await openService('repeated rows', service.ports.replica());
  account = unwrap(await createAccount(service.ports, { name: 'Acme' })).account.id;
  key = await service.keyFor(account);
});
afterEach(() => {
  service.ports.store.intercept = {};
});
afterAll(() => service.ports.close());

const ROW = { login: 'ada', alias: 'countess', email: 'ada@example.com', key: 'row' };

interface Outcome {
  status: number;
  id?: string;
  code?: string;
}
async function send(row: object, over = service): Promise<Outcome> {
  const response = await over.call('POST /v1/bulk/users', { key, body: { rows: [row] } });
  expect(response.status, await response.clone().text()).toBe(200);
  const [outcome] = ((await response.json()) as { rows: Outcome[] }).rows;
  if (!outcome) throw new Error('no outcome');
  return outcome;
}
/** Names and keys that no other test uses. */
let used = 0;
function newRow() {
  used += 1;
  return Object.fromEntries(Object.entries(ROW).map(([field, value]) => [field, `${used}-${value}`])) as typeof ROW;
}
const idOf = async (name: string) => (await findUser(service.ports, account, name))?.id;
const countUsers = async () => (await service.ports.store.range(userIndexes.created(account), { limit: 1000 })).length;
/** The process is killed: this commit and all later ones are lost. */
function killAt(isReached: (change: Parameters<typeof touches>[0]) => boolean) {
  let isKilled = false;
  service.ports.store.intercept = {
    async commit(change, go) {
      isKilled ||= isReached(change);
      if (isKilled) throw new Error('killed');
      return go();
    },
  };
}

describe('SR-59: a row that is repeated', () => {
  test('is answered with the same user by every process, also when all send it at once', async () => {
    const row = newRow();
    const before = await countUsers();
    const racing = await Promise.all(Array.from({ length: 20 }, (_, at) => send(row, at % 2 ? service : replica)));
    const { id } = await send(row, replica);
    expect(await countUsers()).toBe(before + 1);
    for (const outcome of racing) {
      expect(outcome).toMatchObject(outcome.status === 201 ? { id } : { status: 409, code: 'IDEMPOTENCY_KEY_IN_USE' });
    }
    for (const name of [row.login, row.alias, row.email]) expect(await idOf(name)).toBe(id);
  });

  test('writes nothing if the user is complete', async () => {
    const row = newRow();
    const { id } = await send(row);
    const { length } = service.ports.store.commits;
    expect(await send(row)).toMatchObject({ status: 201, id });
    const written = service.ports.store.commits.slice(length);
    expect(written.filter(({ outcome }) => outcome === 'committed')).toEqual([]);
  });

  test('with other content is refused, also while the user is half-made', async () => {
    const row = newRow();
    killAt((change) => touches(change, 'claim'));
    expect(await send(row)).toMatchObject({ status: 500 });
    service.ports.store.intercept = {};
    expect(await send({ ...row, login: `${row.login}-2` })).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('does not bring back a user who was deleted since', async () => {
    const row = newRow();
    const { id } = await send(row);
    expect((await service.call(`DELETE /v1/users/${id}`, { key })).status).toBe(204);
    expect(await send(row)).toMatchObject({ status: 201, id });
    expect(await idOf(row.login)).toBeUndefined();
    // Not even if another user has the names by then.
    const other = await send({ ...row, key: `${row.key}-2` });
    expect(await send(row)).toMatchObject({ status: 201, id });
    expect(await idOf(row.login)).toBe(other.id);
  });

  test('does not bring back a user who is deleted while it looks for their names', async () => {
    const row = newRow();
    const { id } = await send(row);
    service.ports.clock.advance(IDEMPOTENCY_LEASE_MS);
    let isDeleted = false;
    service.ports.store.intercept = {
      // The claims of the names are read after the user.
      read: async (keys) => {
        if (isDeleted || !keys?.some(({ name }) => name === 'claim')) return;
        isDeleted = true;
        expect((await replica.call(`DELETE /v1/users/${id}`, { key })).status).toBe(204);
      },
    };
    expect(await send(row)).toMatchObject({ status: 201, id });
    expect(isDeleted).toBe(true);
    expect(await idOf(row.login)).toBeUndefined();
    expect((await service.call(`GET /v1/users/${id}`, { key })).status).toBe(404);
  });

  test('is answered with a user who was renamed since, whose old names are others’ by now', async () => {
    const row = newRow();
    const { id } = await send(row);
    const renamed = { login: `${row.login}-2`, alias: null, email: null };
    expect((await service.call(`PATCH /v1/users/${id}`, { key, body: renamed })).status).toBe(200);
    const other = await send({ ...row, key: `${row.key}-2` });
    expect(other.id).not.toBe(id);
    expect(await send(row)).toMatchObject({ status: 201, id });
    expect(await idOf(row.login)).toBe(other.id);
  });

  test('is a new row a day later', async () => {
    const row = newRow();
    const { id } = await send(row);
    service.ports.clock.advance(IDEMPOTENCY_TTL_MS);
    expect(await send(row)).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    const { id: other } = await send({ ...newRow(), key: row.key });
    expect(other).not.toBe(id);
  });
});

describe('SR-59: a row whose process is killed', () => {
  test.each([0, 1, 2, 3])(
    'after the record, the user and %i names is not answered as made, and then completed',
    async (names) => {
      const row = newRow();
      let claims = 0;
      killAt((change) => touches(change, 'claim') && claims++ >= names);
      if (names < 3) expect(await send(row)).toMatchObject({ status: 500 });
      else expect(await send(row)).toMatchObject({ status: 201 });
      service.ports.store.intercept = {};
      // Only the end of the lease shows that no process is working on it.
      if (names < 3) expect(await send(row, replica)).toMatchObject({ status: 409, code: 'IDEMPOTENCY_KEY_IN_USE' });
      service.ports.clock.advance(IDEMPOTENCY_LEASE_MS);
      const before = await countUsers();
      const { status, id } = await send(row, replica);
      expect(status).toBe(201);
      expect(await countUsers()).toBe(before);
      for (const name of [row.login, row.alias, row.email]) expect(await idOf(name)).toBe(id);
      expect(await send(row)).toMatchObject({ status: 201, id });
    },
  );

  test('and whose name another user takes meanwhile is refused, and not answered as made', async () => {
    const row = newRow();
    killAt((change) => touches(change, 'claim'));
    expect(await send(row)).toMatchObject({ status: 500 });
    service.ports.store.intercept = {};
    const other = await send({ login: row.alias, key: `${row.key}-2` });
    expect(other.status).toBe(201);
    service.ports.clock.advance(IDEMPOTENCY_LEASE_MS);
    expect(await send(row)).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    expect(await idOf(row.alias)).toBe(other.id);
    expect(await idOf(row.login)).toBeUndefined();
    // What was withdrawn was never made: once the name is free the row makes its user.
    expect((await service.call(`DELETE /v1/users/${other.id}`, { key })).status).toBe(204);
    const made = await send(row);
    expect(made.status).toBe(201);
    expect(await idOf(row.alias)).toBe(made.id);
  });

  test('while it withdraws its user, for a taken name, is refused again', async () => {
    const row = newRow();
    const other = await send({ login: row.email, key: `${row.key}-2` });
    let isWithdrawn = false;
    killAt((change) => {
      const wasWithdrawn = isWithdrawn;
      isWithdrawn ||= (change.delete ?? []).some(({ name }) => name === 'user');
      return wasWithdrawn;
    });
    expect((await send(row)).status).not.toBe(201);
    service.ports.store.intercept = {};
    service.ports.clock.advance(IDEMPOTENCY_LEASE_MS);
    expect(await send(row)).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    expect(await idOf(row.email)).toBe(other.id);
  });

  test('and whose half-made user the doctor removes is made by the repetition', async () => {
    const { ports } = service;
    const row = newRow();
    killAt((change) => touches(change, 'claim'));
    expect(await send(row)).toMatchObject({ status: 500 });
    ports.store.intercept = {};
    ports.clock.advance(IDEMPOTENCY_LEASE_MS * 30);
    const [stored] = await ports.store.getMany([accountDocument.key(account)], ports.clock.now());
    if (!stored) throw new Error('no account');
    const found: unknown[] = [];
    for await (const leftover of checkLeftovers(ports, stored.value, true)) found.push(leftover);
    expect(found).toContainEqual(expect.objectContaining({ kind: 'half-made-user', mended: true }));
    const made = await send(row);
    expect(made.status).toBe(201);
    expect(await idOf(row.login)).toBe(made.id);
  });
});
