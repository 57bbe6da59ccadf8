import { API_SCOPES, type ApiScope } from '@countersign/protocol/api-keys';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addResource, createFixture, type Fixture } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { KEY_USE_STEP_MS, MAX_KEY_LIFETIME_MS, MAX_OVERLAP_MS } from './api-key.ts';
import { apiKeyUseDocument } from './documents.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('api-keys');
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account, [...API_SCOPES]);
});
afterAll(() => service.ports.close());

interface Shown {
  id: string;
  name: string;
  prefix: string;
  scopes: ApiScope[];
  lastUsedAt: number | null;
  formerUntil: number | null;
  expiresAt: number;
}
const call = (route: string, body?: unknown, as = key, headers: Record<string, string> = {}) =>
  service.call(route, { key: as, headers, ...(body !== undefined && { body }) });
async function make(input: object, as = key): Promise<{ key: Shown; text: string }> {
  const response = await call('POST /v1/api-keys', { name: 'shop', scopes: ['read'], ...input }, as);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as { key: Shown; text: string };
}
const works = async (text: string) => (await call('GET /v1/users', undefined, text)).status === 200;
const DEAD = { status: 401, code: 'API_KEY_INVALID' };

describe('SR-26: a key', () => {
  test('is shown once, and works; lists show its start and never the rest', async () => {
    const created = await make({ name: 'Warehouse' });
    expect(created.text.startsWith(`${created.key.prefix}_`)).toBe(true);
    expect(await works(created.text)).toBe(true);
    const secret = created.text.slice(created.key.prefix.length + 1);
    const logged = service.log.text();
    for (const route of ['GET /v1/api-keys', `GET /v1/api-keys/${created.key.id}`]) {
      const text = await (await call(route)).text();
      expect(text).toContain(created.key.prefix);
      expect(text).not.toContain(secret);
      expect(text).not.toMatch(/secretHash|former"/);
    }
    const changed = await call(`PATCH /v1/api-keys/${created.key.id}`, { name: 'Store' });
    expect(await changed.text()).not.toContain(secret);
    expect(logged).not.toContain(secret);
    expect(JSON.stringify(service.ports.store.commits)).not.toContain(secret);
    expect(created.key).toMatchObject({ name: 'Warehouse', createdBy: { kind: 'api-key' }, lastUsedAt: null });
    expect(created.key.expiresAt).toBe(service.ports.clock.now() + 365 * 24 * 3_600_000);
  });

  test('stops working with the next request once it is disabled, expired or deleted', async () => {
    const { key: one, text } = await make({});
    await call(`PATCH /v1/api-keys/${one.id}`, { enabled: false });
    expect(await refusalOf(await call('GET /v1/users', undefined, text))).toEqual(DEAD);
    await call(`PATCH /v1/api-keys/${one.id}`, { enabled: true });
    expect(await works(text)).toBe(true);
    await call(`PATCH /v1/api-keys/${one.id}`, { expiresAt: service.ports.clock.now() });
    expect(await refusalOf(await call('GET /v1/users', undefined, text))).toEqual(DEAD);
    const { key: other, text: otherText } = await make({});
    expect((await call(`DELETE /v1/api-keys/${other.id}`)).status).toBe(204);
    expect(await refusalOf(await call('GET /v1/users', undefined, otherText))).toEqual(DEAD);
    expect((await call(`GET /v1/api-keys/${other.id}`)).status).toBe(404);
  });

  test('loses a removed scope with the next request', async () => {
    const { key: one, text } = await make({ scopes: ['read', 'write'] });
    await call(`PATCH /v1/api-keys/${one.id}`, { scopes: ['write'] });
    expect(await refusalOf(await call('GET /v1/users', undefined, text))).toEqual({
      status: 403,
      code: 'SCOPE_MISSING',
    });
  });
});

describe('rotation', () => {
  test('gives a new secret; the former one stays valid for the overlap and no longer', async () => {
    const { key: one, text } = await make({});
    const response = await call(`POST /v1/api-keys/${one.id}/rotate`, { overlapMs: 60_000 });
    const rotated = (await response.json()) as { key: Shown; text: string };
    expect(rotated.text).not.toBe(text);
    expect(rotated.key.formerUntil).toBe(service.ports.clock.now() + 60_000);
    expect([await works(text), await works(rotated.text)]).toEqual([true, true]);
    service.ports.clock.advance(60_000);
    expect(await refusalOf(await call('GET /v1/users', undefined, text))).toEqual(DEAD);
    expect(await works(rotated.text)).toBe(true);
  });

  test('without overlap ends the secret at once, and a second rotation the one before the last', async () => {
    const { key: one, text } = await make({});
    const rotate = async (overlapMs: number) =>
      ((await (await call(`POST /v1/api-keys/${one.id}/rotate`, { overlapMs })).json()) as { text: string }).text;
    const second = await rotate(60_000);
    const third = await rotate(60_000);
    expect([await works(text), await works(second), await works(third)]).toEqual([false, true, true]);
    const fourth = await rotate(0);
    expect([await works(second), await works(third), await works(fourth)]).toEqual([false, false, true]);
    await call(`PATCH /v1/api-keys/${one.id}`, { enabled: false });
    expect(await works(fourth)).toBe(false);
  });

  test('overlaps a week at most', async () => {
    const { key: one } = await make({});
    for (const overlapMs of [MAX_OVERLAP_MS + 1, -1, 0.5, '1', null]) {
      expect((await call(`POST /v1/api-keys/${one.id}/rotate`, { overlapMs })).status).toBe(422);
    }
    expect((await call(`POST /v1/api-keys/${one.id}/rotate`, { overlapMs: MAX_OVERLAP_MS })).status).toBe(200);
  });
});

describe('SR-27: a key cannot grant rights that it does not have', () => {
  test('to a new key, to an old one, or by a new secret of a key that has them', async () => {
    const weak = await make({ scopes: ['administer', 'read'] });
    const strong = await make({ scopes: ['administer', 'read', 'write', 'authenticate'] });
    const forbidden = { status: 403, code: 'FORBIDDEN' };
    const attempts: [string, object][] = [
      ['POST /v1/api-keys', { name: 'x', scopes: ['write'] }],
      ['POST /v1/api-keys', { name: 'x', scopes: ['read', 'authenticate'] }],
      [`PATCH /v1/api-keys/${weak.key.id}`, { scopes: ['administer', 'read', 'write'] }],
      [`POST /v1/api-keys/${strong.key.id}/rotate`, { overlapMs: 0 }],
    ];
    for (const [route, body] of attempts) {
      expect(await refusalOf(await call(route, body, weak.text)), route).toEqual(forbidden);
    }
    const { key: confined } = await make({ scopes: ['authenticate'], resources: [scene.resource.id] });
    const freed = await call(`PATCH /v1/api-keys/${confined.id}`, { resources: null }, weak.text);
    expect(await refusalOf(freed)).toEqual(forbidden);
    // Nor by extending a key that has them to other resources or a longer life.
    const { id: elsewhere } = await addResource(service.ports, scene.account);
    const wider = { resources: [scene.resource.id, elsewhere] };
    expect(await refusalOf(await call(`PATCH /v1/api-keys/${confined.id}`, wider, weak.text))).toEqual(forbidden);
    await call(`PATCH /v1/api-keys/${confined.id}`, { enabled: false });
    for (const change of [{ enabled: true }, { expiresAt: confined.expiresAt + 1 }]) {
      const revived = await call(`PATCH /v1/api-keys/${confined.id}`, change, weak.text);
      expect(await refusalOf(revived), JSON.stringify(change)).toEqual(forbidden);
      expect((await call(`PATCH /v1/api-keys/${confined.id}`, change)).status).toBe(200);
    }
    const narrower = { resources: [scene.resource.id], expiresAt: confined.expiresAt - 1 };
    expect((await call(`PATCH /v1/api-keys/${confined.id}`, narrower, weak.text)).status).toBe(200);
    await make({ scopes: ['read'] }, weak.text);
    expect((await call(`PATCH /v1/api-keys/${strong.key.id}`, { enabled: false }, weak.text)).status).toBe(200);
  });

  test('and is limited to resources of its own account', async () => {
    const other = await createFixture(service.ports);
    const input = { name: 'x', scopes: ['authenticate'], resources: [other.resource.id] };
    expect(await refusalOf(await call('POST /v1/api-keys', input))).toEqual({
      status: 404,
      code: 'RESOURCE_NOT_FOUND',
    });
    const { key: one } = await make({ scopes: ['authenticate'], resources: [scene.resource.id] });
    const moved = await call(`PATCH /v1/api-keys/${one.id}`, { resources: [other.resource.id] });
    expect(await refusalOf(moved)).toEqual({ status: 404, code: 'RESOURCE_NOT_FOUND' });
  });
});

test('a key for some resources has the scope authenticate alone, because it sees and changes nothing else', async () => {
  const resources = [scene.resource.id];
  const useless = { status: 422, code: 'INPUT_INVALID' };
  for (const scopes of [['write'], ['read'], ['administer'], ['authenticate', 'write']]) {
    const refused = await call('POST /v1/api-keys', { name: 'x', scopes, resources });
    expect(await refusalOf(refused), scopes.join()).toEqual(useless);
  }
  const { key: confined } = await make({ scopes: ['authenticate'], resources });
  const more = await call(`PATCH /v1/api-keys/${confined.id}`, { scopes: ['authenticate', 'read'] });
  expect(await more.json()).toMatchObject({ detail: expect.stringContaining('the scope authenticate alone') });
  const { key: wide } = await make({ scopes: ['authenticate', 'write'] });
  expect(await refusalOf(await call(`PATCH /v1/api-keys/${wide.id}`, { resources }))).toEqual(useless);
  expect((await call(`PATCH /v1/api-keys/${wide.id}`, { resources, scopes: ['authenticate'] })).status).toBe(200);
});

test('SR-26: no change lets a key live longer than a new one may', async () => {
  const { key: one } = await make({});
  const longest = service.ports.clock.now() + MAX_KEY_LIFETIME_MS;
  for (const expiresAt of [longest + 1, 8_640_000_000_000_000]) {
    const changed = await call(`PATCH /v1/api-keys/${one.id}`, { expiresAt });
    expect(await refusalOf(changed)).toEqual({ status: 422, code: 'INPUT_INVALID' });
  }
  expect((await call(`PATCH /v1/api-keys/${one.id}`, { expiresAt: longest })).status).toBe(200);
});

test('SR-23: under the Idempotency-Key of another key there is another response, and none for a scope that was removed', async () => {
  const headers = { 'idempotency-key': 'shared-name' };
  const [one, two] = [await make({ scopes: [...API_SCOPES] }), await make({ scopes: [...API_SCOPES] })];
  const input = { name: 'twice', scopes: ['read'] };
  const answers = [];
  for (const { text } of [one, two]) {
    answers.push((await (await call('POST /v1/api-keys', input, text, headers)).json()) as { text: string });
  }
  expect(new Set(answers.map(({ text }) => text)).size).toBe(2);
  expect((await call(`PATCH /v1/api-keys/${one.key.id}`, { scopes: ['read'] })).status).toBe(200);
  const replayed = await call('POST /v1/api-keys', input, one.text, headers);
  expect(await refusalOf(replayed)).toEqual({ status: 403, code: 'SCOPE_MISSING' });
});

test('the same Idempotency-Key creates one key, also when the first response was lost', async () => {
  const input = { name: 'once', scopes: ['read'] };
  const headers = { 'idempotency-key': 'make-me' };
  service.ports.store.intercept = {
    async commit(change, go) {
      const outcome = await go();
      if (change.put?.some(({ key: { name } }) => name.startsWith('api-key/')))
        throw new Error('the process is killed');
      return outcome;
    },
  };
  expect((await call('POST /v1/api-keys', input, key, headers)).status).toBe(500);
  service.ports.store.intercept = {};
  const created = (await (await call('POST /v1/api-keys', input, key, headers)).json()) as { text: string };
  expect(await works(created.text)).toBe(true);
  expect(await (await call('POST /v1/api-keys', input, key, headers)).json()).toEqual(created);
  const { items } = (await (await call('GET /v1/api-keys?limit=200')).json()) as { items: Shown[] };
  expect(items.filter(({ name }) => name === 'once')).toHaveLength(1);
});

test('records the last use once an hour at most, and authentication neither waits for it nor fails with it', async () => {
  const { key: one, text } = await make({});
  const use = apiKeyUseDocument.key(scene.account, one.id as never);
  const noted = () => service.ports.store.commits.filter(({ change }) => change.put?.[0]?.key.name === use.name).length;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  service.ports.store.intercept = {
    commit: (change, go) => (change.put?.[0]?.key.name === use.name ? held.then(go) : go()),
  };
  expect(await works(text)).toBe(true);
  letGo();
  service.ports.store.intercept = {};
  await waitUntil('the use is noted', () => noted() === 1);
  for (let at = 0; at < 5; at++) expect(await works(text)).toBe(true);
  const view = (await (await call(`GET /v1/api-keys/${one.id}`)).json()) as Shown;
  expect(view.lastUsedAt).toBe(service.ports.clock.now());
  expect(noted()).toBe(1);

  service.ports.clock.advance(KEY_USE_STEP_MS);
  let failed = 0;
  service.ports.store.intercept = {
    commit: (change, go) => {
      if (change.put?.[0]?.key.name !== use.name) return go();
      failed += 1;
      return Promise.reject(new Error('no'));
    },
  };
  expect(await works(text)).toBe(true);
  await waitUntil('noting it has failed', () => failed === 1);
  service.ports.store.intercept = {};
  await waitUntil('the next use is noted', async () => (await works(text)) && noted() === 2);
});
