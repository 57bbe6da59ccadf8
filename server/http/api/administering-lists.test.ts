import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_CATALOGUE } from '../../billing/plans.ts';
import { postEntry } from '../../billing/post-entry.ts';
import { addActive, invite } from '../../testing/administrators.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { createFixture, type Fixture, unwrap } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { derive } from '../../testing/webhook-fixture.ts';

// Administrators, keys, webhooks and ledger entries are listed like other objects: filtered, searched and paged.
let service: Service;
let scene: Fixture;
let key: string;
let webhook: string;
beforeAll(async () => {
  service = await openService('administering lists');
  const { ports } = service;
  scene = await createFixture(ports);
  const { account } = scene;
  key = await service.keyFor(account, ['authenticate', 'read', 'write', 'administer']);
  for (const email of ['ada@acme.example', 'bea@acme.example']) {
    ports.clock.advance(1);
    await addActive(ports, account, { email });
  }
  for (const email of ['cid@acme.example', 'dan@acme.example']) {
    ports.clock.advance(1);
    await invite(ports, account, { email });
  }
  for (const [amount, reference] of [
    [100, 'one'],
    [200, 'two'],
    [300, 'three'],
  ] as const) {
    ports.clock.advance(1000);
    const input = { kind: 'credit', amount, currency: 'EUR', reference, reason: 'payment' } as const;
    unwrap(await postEntry(ports, operatorContext(account), DEFAULT_CATALOGUE, input));
  }
  const back = { kind: 'debit', amount: 50, currency: 'EUR', reference: 'back', reason: 'correction' } as const;
  unwrap(await postEntry(ports, operatorContext(account), DEFAULT_CATALOGUE, back));
  for (const [name, scopes] of [
    ['Shop', ['authenticate']],
    ['Import', ['read', 'write']],
    ['shelf', ['read']],
  ] as const) {
    await make('/api-keys', { name, scopes });
  }
  for (const host of ['one.example', 'two.example', 'three.example']) {
    const url = `https://${host}/hook`;
    const body = { url, description: `of ${host}`, enabled: host !== 'two.example', events: ['user.created'] };
    webhook = (await make<{ webhook: { id: string } }>('/webhooks', body)).webhook.id;
  }
});
afterAll(() => service.ports.close());

async function make<T>(path: string, body: object): Promise<T> {
  service.ports.clock.advance(1);
  const response = await service.call(`POST /v1${path}`, { key, body });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as T;
}
type Item = Record<string, unknown>;
async function all(path: string, field: string): Promise<unknown[]> {
  const visible: unknown[] = [];
  let after: string | null = null;
  do {
    const query: string = `${path}${path.includes('?') ? '&' : '?'}limit=1${after ? `&after=${encodeURIComponent(after)}` : ''}`;
    const response = await service.call(`GET /v1${query}`, { key });
    expect(response.status, query).toBe(200);
    const page = (await response.json()) as { items: Item[]; next: string | null };
    expect(page.items.length).toBeLessThanOrEqual(1);
    visible.push(...page.items.map((item) => item[field]));
    after = page.next;
  } while (after !== null);
  return visible;
}

test('lists administrators by state and by a prefix of name or address', async () => {
  const everybody = ['dan', 'cid', 'bea', 'ada'].map((name) => `${name}@acme.example`);
  expect(await all('/administrators', 'email')).toEqual(everybody);
  expect(await all('/administrators?order=asc', 'email')).toEqual([...everybody].reverse());
  expect(await all('/administrators?state=active', 'email')).toEqual(everybody.slice(2));
  expect(await all('/administrators?search=BEA', 'email')).toEqual(['bea@acme.example']);
  expect(await all('/administrators?search=ada&state=invited', 'email')).toEqual([
    'dan@acme.example',
    'cid@acme.example',
  ]);
  expect(await all('/invitations', 'email')).toEqual(everybody.slice(0, 2));
  expect(await all('/invitations?search=ci', 'email')).toEqual(['cid@acme.example']);
});

test('lists API keys by name, scope and state', async () => {
  expect(await all('/api-keys?search=sh', 'name')).toEqual(['shelf', 'Shop']);
  expect(await all('/api-keys?search=sh&scope=read', 'name')).toEqual(['shelf']);
  expect(await all('/api-keys?enabled=false', 'name')).toEqual([]);
  expect(await all('/api-keys?enabled=true&search=imp', 'name')).toEqual(['Import']);
});

test('lists webhooks by address, host or description, by state, page by page', async () => {
  const urls = ['three', 'two', 'one'].map((name) => `https://${name}.example/hook`);
  expect(await all('/webhooks', 'url')).toEqual(urls);
  expect(await all('/webhooks?order=asc', 'url')).toEqual([...urls].reverse());
  expect(await all('/webhooks?search=t', 'url')).toEqual(urls.slice(0, 2));
  expect(await all('/webhooks?search=of%20one', 'url')).toEqual(urls.slice(2));
  expect(await all('/webhooks?enabled=false', 'url')).toEqual(urls.slice(1, 2));
});

test('lists webhooks created in the same instant once each', async () => {
  const other = await createFixture(service.ports);
  const otherKey = await service.keyFor(other.account, ['administer']);
  for (let created = 0; created < 7; created++) {
    await service.call('POST /v1/webhooks', { key: otherKey, body: { url: `https://h${created}.example/` } });
  }
  for (const order of ['asc', 'desc']) {
    const seen: unknown[] = [];
    let after = '';
    do {
      const response = await service.call(`GET /v1/webhooks?limit=2&order=${order}${after}`, { key: otherKey });
      const page = (await response.json()) as { items: Item[]; next: string | null };
      seen.push(...page.items.map(({ url }) => url));
      after = page.next === null ? '' : `&after=${page.next}`;
    } while (after !== '');
    expect(seen.sort()).toEqual(Array.from({ length: 7 }, (_, at) => `https://h${at}.example/`));
  }
});

test('lists the ledger by kind, reason and time', async () => {
  expect(await all('/ledger', 'amount')).toEqual([50, 300, 200, 100]);
  expect(await all('/ledger?order=asc&kind=credit', 'amount')).toEqual([100, 200, 300]);
  expect(await all('/ledger?reason=correction', 'amount')).toEqual([50]);
  const [, at] = (await all('/ledger?order=asc', 'at')) as number[];
  expect(await all(`/ledger?from=${at}&to=${at}`, 'amount')).toEqual([200]);
});

describe('activity', () => {
  test('lists deliveries by state and type, and a user’s history by event', async () => {
    const { id } = await make<{ id: string }>('/users', { login: 'told' });
    await service.call(`PATCH /v1/users/${id}`, { key, body: { firstName: 'T' } });
    await derive(service.ports);
    await sealEvents(service.ports);
    const deliveries = `/webhooks/${webhook}/deliveries`;
    expect(await all(`${deliveries}?state=pending`, 'type')).toEqual(['user.created']);
    expect(await all(`${deliveries}?type=user.created&order=asc`, 'type')).toEqual(['user.created']);
    for (const query of ['state=dead', 'state=delivered', 'type=user.deleted']) {
      expect(await all(`${deliveries}?${query}`, 'type')).toEqual([]);
    }
    expect(await all(`/users/${id}/events`, 'type')).toEqual(['user.updated', 'user.created']);
    expect(await all(`/users/${id}/events?type=user.created`, 'type')).toEqual(['user.created']);
    expect(await all(`/users/${id}/events?outcome=refused`, 'type')).toEqual([]);
  });
});

test.each([
  ['/administrators?state=gone', 422],
  ['/api-keys?scope=root', 422],
  ['/webhooks?enabled=1', 422],
  ['/webhooks?after=x', 422],
  ['/ledger?kind=gift', 422],
  ['/ledger?from=-1', 422],
])('refuses %s', async (path, status) => {
  expect(await refusalOf(await service.call(`GET /v1${path}`, { key }))).toEqual({ status, code: 'INPUT_INVALID' });
});
