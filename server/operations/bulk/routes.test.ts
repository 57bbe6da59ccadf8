import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import { IDEMPOTENCY_LEASE_MS } from '../../store/records/idempotency-record.ts';
import { assign } from '../../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  overwrite,
  PASSWORD,
} from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { resourceId } from '../../testing/samples.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { MAX_RESOURCES_ASSIGNED, MAX_TOKENS_ASSIGNED } from '../../users/assignments.ts';
import { userDocument } from '../../users/documents.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('bulk');
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account);
});
afterEach(() => {
  service.ports.store.intercept = {};
  service.ports.hasher.during = undefined;
});
afterAll(() => service.ports.close());

interface Row {
  key?: string;
  status: number;
  id?: string;
  code?: string;
  errors?: { path: string }[];
  secret?: string;
  recoveryCodes?: string[];
}
async function send(kind: string, rows: unknown[], headers: Record<string, string> = {}): Promise<Row[]> {
  const response = await service.call(`POST /v1/bulk/${kind}`, { key, body: { rows }, headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { rows: Row[] }).rows;
}
const readUser = async (id: string) => (await service.call(`GET /v1/users/${id}`, { key })).json();

describe('users', () => {
  test('each row has an outcome of its own, in the order of the rows', async () => {
    const rows = await send('users', [
      { login: 'one', key: 'k1', password: PASSWORD },
      { login: 'ALICE' },
      { login: 'two', role: 'superuser' },
      { login: 'a b', email: 7 },
      { login: 'three', password: 'short' },
      { login: 'four' },
    ]);
    expect(rows).toMatchObject([
      { status: 201, key: 'k1' },
      { status: 409, code: 'NAME_TAKEN', errors: [{ path: 'login' }] },
      { status: 422, code: 'INPUT_INVALID', errors: [{ path: 'role' }] },
      { status: 422, code: 'INPUT_INVALID', errors: [{ path: 'login' }, { path: 'email' }] },
      { status: 422, code: 'PASSWORD_TOO_SHORT' },
      { status: 201 },
    ]);
    expect(await readUser(rows[0]?.id ?? '')).toMatchObject({ login: 'one', hasPassword: true });
    expect(await readUser(rows[5]?.id ?? '')).toMatchObject({ login: 'four', hasPassword: false });
    expect((await service.call('GET /v1/users/two', { key })).status).toBe(404);
  });

  test('five hundred at once, and not one more', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ login: `many-${at}` }));
    const rows = await send('users', many(500));
    expect(rows.every(({ status }) => status === 201)).toBe(true);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(500);
    expect(await readUser('many-7')).toMatchObject({ id: rows[7]?.id });
    for (const body of [{ rows: many(501) }, { rows: [] }, { rows: ['x'] }, { rows: [null] }]) {
      const response = await service.call('POST /v1/bulk/users', { key, body });
      expect(await refusalOf(response)).toEqual({ status: 422, code: 'INPUT_INVALID' });
    }
  });

  test('two rows that want the same name: one has it', async () => {
    const rows = await send(
      'users',
      Array.from({ length: 50 }, () => ({ login: 'wanted' })),
    );
    expect(rows.map(({ status }) => status).sort()).toEqual([201, ...Array(49).fill(409)]);
  });

  // SR-59
  test('SR-59: a row with a key is made once, however often it is sent; with other content the key is refused', async () => {
    const rows = [
      { login: 'keyed-1', key: 'a' },
      { login: 'keyed-2', key: 'b' },
    ];
    const first = await send('users', rows);
    expect(await send('users', rows)).toEqual(first);
    expect(await send('users', [{ login: 'other', key: 'a' }])).toEqual([
      { key: 'a', status: 422, code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
    const twice = await send('users', [
      { login: 'twin-1', key: 'twin' },
      { login: 'twin-2', key: 'twin' },
    ]);
    expect(twice).toMatchObject([{ status: 201 }, { status: 422, code: 'IDEMPOTENCY_KEY_REUSED' }]);
    expect(await send('users', [{ login: 'bad-key', key: 'not ascii ä' }])).toMatchObject([
      { status: 400, code: 'IDEMPOTENCY_KEY_INVALID' },
    ]);
  });

  test('the key of the request serves every row: what broke off is made by the repetition, the rest is answered again', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => ({ login: `resumed-${at}` }));
    let commits = 0;
    service.ports.store.intercept = {
      commit: (_, go) => (commits++ > 150 ? Promise.reject(new Error('the process is killed')) : go()),
    };
    const headers = { 'idempotency-key': 'resume' };
    const first = await send('users', rows, headers);
    service.ports.store.intercept = {};
    const created = first.filter(({ status }) => status === 201);
    expect(created.length).toBeGreaterThan(0);
    expect(created.length).toBeLessThan(60);
    expect(first.filter(({ status }) => status !== 201).every(({ code }) => code === 'INTERNAL')).toBe(true);
    // The rows that were at work then are taken for it still, for as long as a request may last.
    service.ports.clock.advance(IDEMPOTENCY_LEASE_MS);
    const second = await send('users', rows, headers);
    expect(second.every(({ status }) => status === 201)).toBe(true);
    for (const { id } of created) expect(second.map((row) => row.id)).toContain(id);
    expect((await service.call('GET /v1/users?search=resumed-&limit=200', { key })).status).toBe(200);
    const listed = (await (await service.call('GET /v1/users?search=resumed-&limit=200', { key })).json()) as {
      items: object[];
    };
    expect(listed.items).toHaveLength(60);
  });

  test('a row that finds the hasher full says so, and no other', async () => {
    service.ports.hasher.during = async () => {
      throw new Overloaded(1500);
    };
    expect(await send('users', [{ login: 'hashed', password: PASSWORD }, { login: 'unhashed' }])).toMatchObject([
      { status: 503, code: 'OVERLOADED', retryAfterMs: 1500 },
      { status: 201 },
    ]);
  });

  // SR-19. The attack: an import of digests, each of which costs an argon2id, fills the queue, and no one can sign in.
  test('rows with digests are hashed no more at once than rows with passwords', async () => {
    let [running, peak] = [0, 0];
    service.ports.hasher.during = async () => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const text = `{SHA}${Buffer.alloc(20).toString('base64')}`;
    const rows = Array.from({ length: 60 }, (_, at) => ({
      login: `digest-${at}`,
      passwordHash: { format: 'text', text },
    }));
    expect((await send('users', rows)).every(({ status }) => status === 201)).toBe(true);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThanOrEqual(8);
  });

  test('SR-56: a body of more than a mebibyte is too large, and elsewhere one of more than 64 KiB', async () => {
    const padding = (bytes: number) => ({ rows: [{ login: 'x'.repeat(bytes) }] });
    const large = await service.call('POST /v1/bulk/users', { key, body: padding(100_000) });
    expect(large.status).toBe(200);
    const huge = await service.call('POST /v1/bulk/users', { key, body: padding(1024 * 1024) });
    expect(await refusalOf(huge)).toEqual({ status: 413, code: 'BODY_TOO_LARGE' });
    const single = await service.call('POST /v1/users', { key, body: padding(100_000) });
    expect(await refusalOf(single)).toEqual({ status: 413, code: 'BODY_TOO_LARGE' });
  });
});

describe('tokens', () => {
  // SR-23
  test('SR-23: the seed is in the answer to the row, and in the repetition with its key', async () => {
    const rows = [
      { name: 'phone', kind: 'totp', owner: scene.user.id, key: 'seed' },
      { name: 'phone', kind: 'totp', owner: 'usr_00000000000' },
      { name: 'phone', kind: 'oath' },
      { name: 'own', kind: 'totp', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
    ];
    const created = await send('tokens', rows);
    expect(created).toMatchObject([
      { status: 201, otpauthUri: expect.stringContaining('alice') },
      { status: 404, code: 'USER_NOT_FOUND' },
      { status: 422, code: 'INPUT_INVALID' },
      { status: 201, secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
    ]);
    expect((await send('tokens', rows))[0]).toEqual(created[0]);
    const view = await (await service.call(`GET /v1/tokens/${created[0]?.id}`, { key })).text();
    expect(view).not.toContain(created[0]?.secret ?? 'x');
  });

  test('returns recovery codes with the row, since they cannot be read later', async () => {
    const rows = [{ name: 'paper', kind: 'recovery', owner: scene.user.id, key: 'paper' }];
    const creation = await send('tokens', rows);
    expect(creation).toMatchObject([
      { status: 201, recoveryCodes: Array.from({ length: 10 }, () => expect.any(String)) },
    ]);
    expect(await send('tokens', rows)).toEqual(creation);
  });
});

describe('assignments', () => {
  test('of many to one person at once are all there', async () => {
    const tokens = [];
    for (let at = 0; at < 20; at++) {
      tokens.push(await addToken(service.ports, scene.account, { owner: scene.user.id }));
    }
    const resource = scene.resource.id;
    const rows = await send('assignments', [
      ...tokens.map(({ id }) => ({ resource, user: scene.user.id, token: id, key: id })),
      { resource, user: 'usr_00000000000' },
      { resource },
    ]);
    expect(rows.slice(0, 20).every(({ status }) => status === 201)).toBe(true);
    expect(rows.slice(20)).toMatchObject([
      { status: 404, code: 'USER_NOT_FOUND' },
      { status: 422, code: 'INPUT_INVALID' },
    ]);
    const user = (await readUser(scene.user.id)) as { assignments: { tokens: string[] }[] };
    expect([...(user.assignments[0]?.tokens ?? [])].sort()).toEqual(tokens.map(({ id }) => id).sort());
  });

  test('tried out are judged as they would be, and change nothing', async () => {
    const other = await createFixture(service.ports);
    const nobodys = await addToken(service.ports, scene.account, {});
    const resource = scene.resource.id;
    const rows = [
      { resource, user: scene.user.id },
      { resource: other.resource.id, user: scene.user.id },
      { resource, user: other.user.id },
      { resource, user: scene.user.id, token: nobodys.id },
      { resource, token: 'tok_00000000000' },
      { resource, token: nobodys.id },
    ];
    const before = service.ports.store.commits.length;
    const tried = await service.call('POST /v1/bulk/assignments', { key, body: { rows, dryRun: true } });
    expect(service.ports.store.commits.length).toBe(before);
    const { rows: judged } = (await tried.json()) as { rows: Row[] };
    expect(judged).toMatchObject([
      { status: 200 },
      { status: 404, code: 'RESOURCE_NOT_FOUND' },
      { status: 404, code: 'USER_NOT_FOUND' },
      { status: 409, code: 'TOKEN_NOT_OWNED' },
      { status: 404, code: 'TOKEN_NOT_FOUND' },
      { status: 200 },
    ]);
    const created = await send('assignments', rows);
    expect(created.map(({ code }) => code)).toEqual(judged.map(({ code }) => code));
  });

  // SR-59
  test('SR-59: one with an Idempotency-Key is made once: repeated after it was undone it does not come back', async () => {
    const { id } = await addToken(service.ports, scene.account, {});
    const body = { resource: scene.resource.id, token: id };
    const headers = { 'idempotency-key': 'assigned once' };
    const first = { key, body, headers: { 'idempotency-key': 'assigned-once' } };
    expect((await service.call('POST /v1/assignments', first)).status).toBe(201);
    const query = `resource=${body.resource}&token=${id}`;
    expect((await service.call(`DELETE /v1/assignments?${query}`, { key })).status).toBe(204);
    const again = await service.call('POST /v1/assignments', first);
    expect(again.status).toBe(201);
    expect(await again.json()).toEqual(body);
    const token = await (await service.call(`GET /v1/tokens/${id}`, { key })).json();
    expect(token).toMatchObject({ directResources: [] });
    expect(await refusalOf(await service.call('POST /v1/assignments', { key, body, headers }))).toEqual({
      status: 400,
      code: 'IDEMPOTENCY_KEY_INVALID',
    });
    const other = { ...first, body: { ...body, user: scene.user.id } };
    expect(await refusalOf(await service.call('POST /v1/assignments', other))).toEqual({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('of a person or a token are bounded', async () => {
    const { ports } = service;
    const { account, user } = scene;
    const { id: resource } = await addResource(ports, account);
    const assigned: object[] = [];
    for (let at = 0; at <= MAX_TOKENS_ASSIGNED; at++) {
      const { id: token } = await addToken(ports, account, { owner: user.id });
      assigned.push(await assign(ports, { account, resource, user: user.id, token }));
    }
    expect(assigned.slice(0, -1)).toEqual(Array(MAX_TOKENS_ASSIGNED).fill({ assigned: true }));
    expect(assigned.at(-1)).toMatchObject({ refused: 'ASSIGNMENT_LIMIT' });
    const on = Array.from({ length: MAX_RESOURCES_ASSIGNED }, (_, n) => resourceId(n));
    const full = on.map((one) => ({ resource: one, alone: true, tokens: [] }));
    const { user: crowded } = await addUser(ports, account, scene.resource, { user: { login: 'crowded' } });
    await overwrite(ports, userDocument.key(crowded.id), { assignments: full });
    const { id: token } = await addToken(ports, account, {});
    await overwrite(ports, tokenDocument.key(token), { directResources: on });
    for (const request of [{ user: crowded.id }, { token }]) {
      expect(await assign(ports, { account, resource, ...request })).toMatchObject({ refused: 'ASSIGNMENT_LIMIT' });
    }
  });
});
