import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  setState,
  wrongCode,
} from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('lists');
  scene = await createFixture(service.ports, { user: { email: 'alice@example.com', secondName: 'Ärmel' } });
  key = await service.keyFor(scene.account);
});
afterAll(() => service.ports.close());

interface Page {
  items: { id: string; login?: string; name?: string }[];
  next: string | null;
  total?: number | null;
}
async function page(path: string): Promise<Page> {
  const response = await service.call(`GET /v1${path}`, { key });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Page;
}
/** Reads all pages. */
async function all(path: string): Promise<string[]> {
  const visible: string[] = [];
  let after: string | null = null;
  do {
    const query: string = `${path}${path.includes('?') ? '&' : '?'}limit=2${after ? `&after=${encodeURIComponent(after)}` : ''}`;
    const one: Page = await page(query);
    visible.push(...one.items.map(({ login, name }) => login ?? name ?? ''));
    after = one.next;
  } while (after !== null);
  return visible;
}
const make = async (path: string, body: object): Promise<{ id: string; token: { id: string } }> => {
  service.ports.clock.advance(1);
  const response = await service.call(`POST /v1${path}`, { key, body });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as { id: string; token: { id: string } };
};

describe('users', () => {
  beforeAll(async () => {
    for (const login of ['Bob', 'bert', 'carol', 'Émile', '名前']) await make('/users', { login });
    await make('/users', { login: 'zoe', alias: 'bee', email: 'be@example.com', phone: '+4311111111111' });
  });

  test('are found by a prefix of any of their names, each once, in the order of names', async () => {
    expect(await all('/users?search=b')).toEqual(['zoe', 'bert', 'Bob']);
    expect(await all('/users?search=B&order=desc')).toEqual(['Bob', 'bert', 'zoe']);
    expect(await all('/users?search=be')).toEqual(['zoe', 'bert']);
    expect(await all('/users?search=ALICE@')).toEqual(['alice']);
    expect(await all(`/users?search=${encodeURIComponent('ä')}`)).toEqual(['alice']);
    expect(await all(`/users?search=${encodeURIComponent('名')}`)).toEqual(['名前']);
    for (const phone of ['%2B431111', '431111', '4311111111111'])
      expect(await all(`/users?search=${phone}`)).toEqual(['zoe']);
    expect(await all('/users?search=nobody')).toEqual([]);
    expect(await all('/users?search=%00')).toEqual([]);
  });

  test('are listed by login or by creation, in either direction', async () => {
    const byName = ['alice', 'bert', 'Bob', 'carol', 'zoe', 'Émile', '名前'];
    expect(await all('/users?sort=name')).toEqual(byName);
    expect(await all('/users?sort=name&order=desc')).toEqual([...byName].reverse());
    const created = ['alice', 'Bob', 'bert', 'carol', 'Émile', '名前', 'zoe'];
    expect(await all('/users?order=asc')).toEqual(created);
    expect(await all('/users')).toEqual([...created].reverse());
  });

  test('are found under a new name and no longer under the old', async () => {
    const { id } = await make('/users', { login: 'dora' });
    expect((await service.call(`PATCH /v1/users/${id}`, { key, body: { login: 'daisy' } })).status).toBe(200);
    expect(await all('/users?search=d')).toEqual(['daisy']);
    expect((await service.call(`DELETE /v1/users/${id}`, { key })).status).toBe(204);
    expect(await all('/users?search=d')).toEqual([]);
  });

  test('are filtered by blocked, by resource and by both', async () => {
    const { ports, account } = { ...scene, ports: service.ports };
    const resource = await addResource(ports, account);
    const one = await addUser(ports, account, resource, { user: { login: 'on-one' } });
    // Within one millisecond the order would be that of their random ids.
    ports.clock.advance(1);
    const two = await addUser(ports, account, resource, { user: { login: 'on-two' } });
    expect(await all(`/users?resource=${resource.id}&order=asc`)).toEqual(['on-one', 'on-two']);
    await service.call(`PATCH /v1/users/${two.user.id}`, { key, body: { blocked: true } });
    expect(await all('/users?blocked=true')).toEqual(['on-two']);
    expect(await all(`/users?resource=${resource.id}&blocked=false`)).toEqual(['on-one']);
    expect(await all('/users?blocked=true&search=on')).toEqual(['on-two']);
    expect(await all('/users?blocked=false&search=on')).toEqual(['on-one']);
    const query = `resource=${resource.id}&user=${one.user.id}`;
    expect((await service.call(`DELETE /v1/assignments?${query}`, { key })).status).toBe(204);
    expect(await all(`/users?resource=${resource.id}`)).toEqual(['on-two']);
    await service.call(`PATCH /v1/users/${two.user.id}`, { key, body: { blocked: false } });
    expect(await all('/users?blocked=true')).toEqual([]);
  });

  test.each(['search=', 'sort=login', 'order=up', 'blocked=1', 'blocked=', 'resource=res_1', 'state=active'])(
    'refuse %s',
    async (query) => {
      expect((await service.call(`GET /v1/users?${query}`, { key })).status).toBe(422);
    },
  );

  test('of another account are not found', async () => {
    const other = await createFixture(service.ports);
    const otherKey = await service.keyFor(other.account);
    const response = await service.call('GET /v1/users?search=b', { key: otherKey });
    expect(await response.json()).toEqual({ items: [], next: null });
  });
});

describe('tokens', () => {
  test('are filtered by name, serial, state, owner, kind and resource', async () => {
    const { ports } = service;
    const { account, resource } = scene;
    await make('/tokens', { name: 'Fob 1', kind: 'hotp', serial: 'SN-77', owner: scene.user.id });
    const locked = await make('/tokens', { name: 'Fob 2', kind: 'totp', serial: 'fob 0' });
    await setState(ports, account, locked.token.id as never, 'locked');
    const deactivated = await make('/tokens', { name: 'Phone', kind: 'totp' });
    await setState(ports, account, deactivated.token.id as never, 'deactivated');
    await make('/tokens', { name: 'Old', kind: 'totp', expiresAt: ports.clock.now() + 1000 });
    await make('/assignments', { resource: resource.id, token: deactivated.token.id });

    expect(await all('/tokens?search=fob')).toEqual(['Fob 2', 'Fob 1']);
    expect(await all('/tokens?search=sn-7')).toEqual(['Fob 1']);
    expect(await all('/tokens?state=locked')).toEqual(['Fob 2']);
    expect(await all('/tokens?state=deactivated')).toEqual(['Phone']);
    expect(await all('/tokens?state=expired')).toEqual([]);
    ports.clock.advance(1000);
    expect(await all('/tokens?state=expired')).toEqual(['Old']);
    expect(await all('/tokens?state=active')).toEqual(['Fob 1']);
    expect(await all(`/tokens?owner=${scene.user.id}`)).toEqual(['Fob 1']);
    expect(await all('/tokens?kind=hotp')).toEqual(['Fob 1']);
    expect(await all(`/tokens?resource=${resource.id}`)).toEqual(['Phone']);
    expect(await all('/tokens?kind=totp&sort=name')).toEqual(['Fob 2', 'Old', 'Phone']);

    await service.call(`PATCH /v1/tokens/${locked.token.id}`, { key, body: { locked: false } });
    expect(await all('/tokens?state=locked')).toEqual([]);
  });

  test('locked by wrong codes are in the list of locked ones', async () => {
    const user = await addUser(service.ports, scene.account, scene.resource, {
      user: { login: 'guessed' },
      tokens: [{}],
    });
    for (let at = 0; at < 6; at++) {
      await authenticate(service.ports, {
        account: scene.account,
        resource: scene.resource.id,
        method: 'otp',
        user: 'guessed',
        otp: await wrongCode(user, at),
      });
    }
    const { items } = await page('/tokens?state=locked');
    expect(items.map(({ id }) => id)).toEqual([user.tokens[0]?.id]);
  });
});

test('lists resources and filters by a prefix of the name, filters by kind', async () => {
  await make('/resources', { name: 'Warehouse' });
  await make('/resources', { name: 'web shop' });
  expect(await all('/resources?search=w')).toEqual(['Warehouse', 'web shop']);
  await make('/filters', { name: 'Home', rule: { kind: 'ip', mode: 'allow', ranges: ['10.0.0.1'] } });
  const rule = { kind: 'geo', mode: 'allow', countries: ['AT'], unlocated: 'deny' };
  await make('/filters', { name: 'Austria', rule });
  expect(await all('/filters?sort=name')).toEqual(['Austria', 'Home']);
  expect(await all('/filters?kind=ip')).toEqual(['Home']);
  expect(await all('/filters?kind=time')).toEqual([]);
  expect(await all('/filters?search=ho')).toEqual(['Home']);
});

test('a list is counted on request, as it is filtered and searched', async () => {
  const total = async (query: string) => (await page(query)).total;
  expect(await total('/users?limit=1')).toBeUndefined();
  expect(await total('/users?limit=1&total=true')).toBe((await all('/users')).length);
  expect(await total('/users?limit=1&total=true&search=b')).toBe(3);
  expect(await total('/users?limit=1&total=true&blocked=true')).toBe(0);
  expect(await total('/users?total=true&externalId=unknown')).toBe(0);
  expect(await total('/tokens?limit=1&total=true&state=deactivated')).toBe(
    (await page('/tokens?state=deactivated')).items.length,
  );
  const { next, total: ofFirst } = await page('/resources?limit=1&total=true');
  expect(ofFirst).toBe((await all('/resources')).length);
  expect(await total(`/resources?limit=1&total=true&after=${next}`)).toBe(ofFirst);
});

test('a list of more than 10,000 is not counted', async () => {
  const many = await createFixture(service.ports);
  const ofMany = await service.keyFor(many.account);
  const total = async () => {
    const response = await service.call('GET /v1/tokens?limit=1&total=true', { key: ofMany });
    return ((await response.json()) as Page).total;
  };
  const importTokens = async (count: number) => {
    const rows = Array.from({ length: count }, () => ({ name: 'phone', kind: 'totp' }));
    expect((await service.call('POST /v1/bulk/tokens', { key: ofMany, body: { rows } })).status).toBe(200);
  };
  for (let imports = 0; imports < 20; imports++) await importTokens(500);
  expect(await total()).toBe(10_000);
  await importTokens(1);
  expect(await total()).toBeNull();
});

test('a page of few matches among many costs a bounded number of reads, and the next continues from there', async () => {
  const other = await createFixture(service.ports);
  const otherKey = await service.keyFor(other.account);
  const first = await addToken(service.ports, other.account, {});
  service.ports.clock.advance(1);
  for (let rows = 0; rows < 3; rows++) {
    const body = { rows: Array.from({ length: 500 }, () => ({ name: 'phone', kind: 'totp' })) };
    expect((await service.call('POST /v1/bulk/tokens', { key: otherKey, body })).status).toBe(200);
  }
  await setState(service.ports, other.account, first.id, 'deactivated');
  // No index covers a name together with a state, so the names are scanned.
  const path = 'GET /v1/tokens?search=ph&state=deactivated&order=desc';
  const before = service.ports.store.reads;
  let response = await service.call(path, { key: otherKey });
  let { items, next } = (await response.json()) as Page;
  expect(service.ports.store.reads - before).toBeLessThanOrEqual(8);
  expect(next).not.toBeNull();
  const found = [...items];
  while (next !== null) {
    response = await service.call(`${path}&after=${next}`, { key: otherKey });
    ({ items, next } = (await response.json()) as Page);
    found.push(...items);
  }
  expect(found.map(({ id }) => id)).toEqual([first.id]);
});
