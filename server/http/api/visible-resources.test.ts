import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../../resources/resource.ts';
import { addAdministrator, anotherSession, sessionHeaders } from '../../testing/administrators.ts';
import { assign } from '../../testing/as-operator.ts';
import { countSignIns, sealEvents } from '../../testing/consuming.ts';
import { addResource, addUser, createFixture, type Fixture, PASSWORD, unwrap } from '../../testing/fixtures.ts';
import { type Call, openService, refusalOf, type Service } from '../../testing/http-service.ts';

// SR-67. The attack: an administrator of one resource looks for the name, the users and the use of another.
let service: Service;
let shop: Fixture;
let bank: Resource;
let wiki: Resource;
let confined: Call;
let superuser: Call;
let key: string;

interface Page<T> {
  items: T[];
  next: string | null;
}
interface Listed {
  id: string;
  name: string;
  resource?: string;
  type?: string;
}

async function get<T>(path: string, call = confined): Promise<T> {
  const response = await service.call(`GET /v1${path}`, call);
  expect(response.status, `${path}: ${await response.clone().text()}`).toBe(200);
  return (await response.json()) as T;
}
async function pages<T>(path: string, call = confined): Promise<T[][]> {
  const got: T[][] = [];
  let after = '';
  do {
    const page: Page<T> = await get(`${path}${path.includes('?') ? '&' : '?'}limit=1${after}`, call);
    got.push(page.items);
    after = page.next === null ? '' : `&after=${page.next}`;
  } while (after !== '');
  return got;
}
const tokenId = () => shop.tokens[0]?.id ?? '';
const signIn = (resource: string, user: string) =>
  service.call('POST /v1/authentications', { key, body: { resource, method: 'password', user, password: PASSWORD } });

beforeAll(async () => {
  service = await openService('visible-resources');
  const { ports } = service;
  shop = await createFixture(ports, { tokens: [{}], alone: true, resource: { name: 'Shop' } });
  const { account, user } = shop;
  ports.clock.advance(1);
  bank = await addResource(ports, account, { name: 'Secret Bank' });
  ports.clock.advance(1);
  wiki = await addResource(ports, account, { name: 'Wiki' });
  unwrap(await assign(ports, { account, resource: bank.id, user: user.id }));
  unwrap(await assign(ports, { account, resource: bank.id, token: tokenId() as never }));
  unwrap(await assign(ports, { account, resource: wiki.id, user: user.id }));
  await addUser(ports, account, bank, { user: { login: 'bob' } });
  key = await service.keyFor(account);
  for (const resource of [shop.resource.id, bank.id, undefined]) {
    const body = { user: 'alice', environment: { language: 'en-GB' }, ...omitUndefined({ resource }) };
    expect((await service.call('POST /v1/environment', { key, body })).status).toBe(204);
  }
  for (const { id } of [shop.resource, bank, wiki]) expect((await signIn(id, 'alice')).status).toBe(200);
  expect((await signIn(bank.id, 'bob')).status).toBe(200);
  await sealEvents(ports);
  await countSignIns(ports, { keptDays: 800 });
  const grants = [
    { resource: shop.resource.id, allowed: true },
    { resource: wiki.id, allowed: false },
  ];
  const administrator = async (email: string, spec: object) => ({
    headers: sessionHeaders(await anotherSession(ports, await addAdministrator(ports, account, { email, ...spec }))),
  });
  confined = await administrator('ada@acme.example', { grants });
  superuser = await administrator('root@acme.example', { superuser: true });
});
afterAll(() => service.ports.close());

describe('SR-67: an administrator without a grant does not see a resource', () => {
  test('in lists, page by page, without an empty or short page', async () => {
    const names = (got: Listed[][]) => got.map((items) => items.map(({ name }) => name));
    expect(names(await pages<Listed>('/resources'))).toEqual([['Wiki'], ['Shop']]);
    expect(names(await pages<Listed>('/resources?order=asc'))).toEqual([['Shop'], ['Wiki']]);
    expect(names(await pages<Listed>('/resources?sort=name'))).toEqual([['Shop'], ['Wiki']]);
    expect(names(await pages<Listed>('/resources?sort=name&order=desc'))).toEqual([['Wiki'], ['Shop']]);
    expect(names(await pages<Listed>('/resources?search=s'))).toEqual([['Shop']]);
    expect(names(await pages<Listed>('/resources', superuser))).toEqual([['Wiki'], ['Secret Bank'], ['Shop']]);
    const refused = await service.call('GET /v1/resources?after=nonsense', confined);
    expect(await refusalOf(refused)).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('in a list that continues from a cursor of the full list', async () => {
    const { next } = await get<Page<Listed>>('/resources?limit=2', superuser);
    expect((await get<Page<Listed>>(`/resources?after=${next}`)).items.map(({ name }) => name)).toEqual(['Shop']);
  });

  test('by id: the others look like unknown ones', async () => {
    const never = 'res_00000000001';
    const bodies: [string, (id: string) => object | undefined][] = [
      ['GET /v1/resources/:id', () => undefined],
      ['PATCH /v1/resources/:id', () => ({ name: 'Mine' })],
      ['DELETE /v1/resources/:id', () => undefined],
      ['DELETE /v1/resources/:id/logo', () => undefined],
      ['GET /v1/resources/:id/texts', () => undefined],
      ['PATCH /v1/resources/:id/texts', () => ({ language: 'en', texts: { 'mail.hello': 'Hi' } })],
      ['POST /v1/resources/:id/texts/preview', () => ({ language: 'en', key: 'mail.hello', text: 'Hi' })],
      ['POST /v1/assignments', (resource) => ({ resource, user: shop.user.id })],
      ['POST /v1/explain', (resource) => ({ resource, user: 'alice' })],
      ['GET /v1/statistics?resource=:id', () => undefined],
      [`DELETE /v1/assignments?resource=:id&user=${shop.user.id}`, () => undefined],
      [`POST /v1/users/${shop.user.id}/enrolment-link`, (resource) => ({ resource })],
      ['POST /v1/links', (resource) => ({ user: shop.user.id, kind: 'enrolment', delivery: 'hand-over', resource })],
      ['GET /v1/users?resource=:id', () => undefined],
      ['GET /v1/tokens?resource=:id', () => undefined],
      ['GET /v1/events?resource=:id', () => undefined],
      ['GET /v1/events?subject=:id', () => undefined],
      [`GET /v1/users/${shop.user.id}/events?resource=:id`, () => undefined],
    ];
    for (const [route, bodyOf] of bodies) {
      const [unseen, absent] = await Promise.all(
        [bank.id, never].map(async (id) => {
          const body = bodyOf(id);
          const answer = await service.call(route.replace(':id', id), { ...confined, ...(body && { body }) });
          const text = (await answer.text()).replaceAll(id, '…').replace(/"requestId":"[^"]+"/, '');
          return { status: answer.status, text };
        }),
      );
      expect(unseen, route).toEqual(absent);
    }
    expect(await get(`/resources/${wiki.id}`)).toMatchObject({ name: 'Wiki' });
    const looksOnly = await service.call(`PATCH /v1/resources/${wiki.id}`, { ...confined, body: { name: 'Mine' } });
    expect(await refusalOf(looksOnly)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('in uses: of a user and a token only the number of other resources', async () => {
    const [user, token] = [`/users/${shop.user.id}`, `/tokens/${tokenId()}`];
    const granted = [{ resource: shop.resource.id }, { resource: wiki.id }];
    expect(await get(user)).toMatchObject({ assignments: granted, otherResources: 1 });
    expect(await get(token)).toMatchObject({ directResources: [], otherResources: 1 });
    const whole = await get<object>(user, superuser);
    expect(whole).toMatchObject({ assignments: [{}, { resource: bank.id }, {}] });
    expect(whole).not.toHaveProperty('otherResources');
    expect(await get('/users/bob')).toMatchObject({ assignments: [], otherResources: 1 });
  });

  test('in the list of a user’s browsers', async () => {
    const at = async (call: Call) =>
      (
        await get<{ environments: { resource: string | null }[] }>(`/users/${shop.user.id}/environments`, call)
      ).environments.map(({ resource }) => resource);
    expect(new Set(await at(confined))).toEqual(new Set([shop.resource.id, null]));
    expect(new Set(await at(superuser))).toEqual(new Set([shop.resource.id, bank.id, null]));
  });

  test('in changes: a version that was read is accepted, and hidden values stay', async () => {
    const created = await service.call('POST /v1/users', { key, body: { login: 'carol' } });
    const { id } = (await created.json()) as { id: typeof shop.user.id };
    unwrap(await assign(service.ports, { account: shop.account, resource: shop.resource.id, user: id }));
    const read = await service.call(`GET /v1/users/${id}`, confined);
    const headers = { ...confined.headers, 'if-match': read.headers.get('etag') ?? '' };
    const changed = await service.call(`PATCH /v1/users/${id}`, { headers, body: { firstName: 'Carol' } });
    expect(changed.status).toBe(200);
    const stale = await service.call(`PATCH /v1/users/${id}`, { headers, body: { firstName: 'Eve' } });
    expect(await refusalOf(stale)).toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  test('in events: none that names another resource, also in the history of a user or token', async () => {
    for (const path of [
      '/events',
      `/users/${shop.user.id}/events`,
      `/tokens/${tokenId()}/events`,
      '/users/bob/events',
    ]) {
      const at = path.replace('bob', (await get<{ id: string }>('/users/bob')).id);
      const { items } = await get<Page<Listed>>(`${at}?limit=200`);
      expect(JSON.stringify(items)).not.toContain(bank.id);
      expect(items.length, path).toBeGreaterThan(0);
      const all = await get<Page<Listed>>(`${at}?limit=200`, superuser);
      expect(JSON.stringify(all.items)).toContain(bank.id);
    }
    const seen = (await get<Page<Listed>>('/events?limit=200&type=authentication')).items.map(
      ({ resource }) => resource,
    );
    expect(seen.sort()).toEqual([shop.resource.id, wiki.id].sort());
    expect((await pages<Listed>('/events?type=authentication')).flat()).toHaveLength(2);
  });

  test('in statistics: the sums cover the granted ones', async () => {
    const last = async (call: Call) =>
      (await get<{ days: { granted: number; activeUsers: object }[] }>('/statistics', call)).days.at(-1);
    expect(await last(superuser)).toMatchObject({ granted: 4, activeUsers: { count: 2, exact: true } });
    expect(await last(confined)).toMatchObject({
      granted: 2,
      refused: {},
      methods: { password: 2 },
      factors: { password: 2 },
      activeUsers: { count: 1, exact: true },
    });
    const byResource = (await pages<{ name: string }>('/statistics/resources')).flat();
    expect(byResource.map(({ name }) => name)).toEqual(['Shop', 'Wiki']);
  });

  test('in exports: CSV without the others; only the superuser gets the complete, verifiable chain', async () => {
    const table = await service.call('GET /v1/events/export?format=csv', confined);
    const text = await table.text();
    expect(text).toContain(shop.resource.id);
    expect(text).not.toContain(bank.id);
    expect(await refusalOf(await service.call('GET /v1/events/export', confined))).toMatchObject({ code: 'FORBIDDEN' });
    expect((await service.call('GET /v1/events/export', superuser)).status).toBe(200);
  });

  test('in the checklist: nothing about other resources', async () => {
    const newcomer = await addAdministrator(service.ports, shop.account, { email: 'new@acme.example' });
    const call = { headers: sessionHeaders(await anotherSession(service.ports, newcomer)) };
    const done = async (as: Call) =>
      (await get<{ items: { item: string; done: boolean }[] }>('/checklist', as)).items
        .filter((one) => one.done)
        .map(({ item }) => item);
    expect(await done(superuser)).toEqual(expect.arrayContaining(['add-resource', 'allow-origin', 'assign']));
    for (const item of ['add-resource', 'allow-origin', 'assign']) expect(await done(call)).not.toContain(item);
    expect(await get('/resources', call)).toEqual({ items: [], next: null });
    expect((await get<Page<Listed>>('/statistics/resources', call)).items).toEqual([]);
  });
});
