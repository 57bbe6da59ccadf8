import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument } from '../accounts/documents.ts';
import { API_SCOPES } from '../kernel/api-scope.ts';
import type { AccountId } from '../kernel/ids.ts';
import { addAdministrator } from '../testing/administrators.ts';
import { authenticate } from '../testing/as-operator.ts';
import { overwrite, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { waitUntil } from '../testing/wait-until.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('checklist');
});
afterAll(() => service.ports.close());

test('lists what is still to do, one item after the other, until a user has signed in', async () => {
  const { ports } = service;
  const account: AccountId = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
  const key = await service.keyFor(account, [...API_SCOPES]);
  const open = async () => {
    const response = await service.call('GET /v1/checklist', { key });
    const body = (await response.json()) as { done: boolean; items: { item: string; done: boolean; hint: string }[] };
    expect(body.items.every(({ hint }) => hint.length > 10)).toBe(true);
    expect(body.done).toBe(body.items.every(({ item, done }) => done || item === 'set-up-mail'));
    return body.items.filter(({ done }) => !done).map(({ item }) => item);
  };
  const make = async (path: string, body: object) => {
    const response = await service.call(`POST /v1${path}`, { key, body });
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string; token: { id: string } };
  };
  await overwrite(ports, accountDocument.key(account), { plan: { name: 'Free', active: false } });
  expect(await open()).toEqual([
    'activate-plan',
    'add-resource',
    'allow-origin',
    'add-user',
    'add-token',
    'assign',
    'first-login',
  ]);
  await overwrite(ports, accountDocument.key(account), { plan: { name: 'Free', active: true } });
  const { id: resource } = await make('/resources', { name: 'Shop' });
  expect(await open()).toEqual(['allow-origin', 'add-user', 'add-token', 'assign', 'first-login']);
  const body = { allowedOrigins: ['https://shop.example'] };
  await service.call(`PATCH /v1/resources/${resource}`, { key, body });
  const { id: user } = await make('/users', { login: 'alice', password: PASSWORD });
  // An administrator's own token is none that people sign in with.
  await addAdministrator(ports, account, { email: 'ada@acme.example' });
  expect(await open()).toEqual(['add-token', 'assign', 'first-login']);
  await make('/tokens', { name: 'phone', kind: 'totp' });
  expect(await open()).toEqual(['assign', 'first-login']);
  await make('/assignments', { resource, user });
  expect(await open()).toEqual(['first-login']);

  const request = { account, resource, user: 'alice', method: 'password' } as Parameters<typeof authenticate>[1];
  await authenticate(ports, { ...request, password: 'wrong' } as never);
  expect(await open()).toEqual(['first-login']);
  const noted = () =>
    ports.store.commits.filter(({ change }) => change.put?.some((put) => put.key.name === 'first-login')).length;
  for (let at = 0; at < 5; at++) {
    expect(await authenticate(ports, { ...request, password: PASSWORD } as never)).toHaveProperty('method');
  }
  await waitUntil('the first login is noted', async () => (await open()).length === 0);
  ports.courier.isAbsent = true;
  expect(await open()).toEqual(['set-up-mail']);
  delete ports.courier.isAbsent;
  expect(noted()).toBe(1);

  // Another process looks once, and writes nothing.
  const replica = ports.replica();
  await authenticate(replica, { ...request, password: PASSWORD } as never);
  await waitUntil('it has been looked', () => replica.store.reads > 0);
  expect(replica.store.commits.some(({ change }) => change.put?.some((put) => put.key.name === 'first-login'))).toBe(
    false,
  );
});

test('costs few reads, however much there is', async () => {
  const { ports } = service;
  const account: AccountId = unwrap(await createAccount(ports, { name: 'Large' })).account.id;
  const key = await service.keyFor(account, [...API_SCOPES]);
  const rows = Array.from({ length: 300 }, (_, at) => ({ login: `user-${at}` }));
  await service.call('POST /v1/bulk/users', { key, body: { rows } });
  await service.call('GET /v1/checklist', { key });
  const before = ports.store.reads;
  expect((await service.call('GET /v1/checklist', { key })).status).toBe(200);
  expect(ports.store.reads - before).toBeLessThanOrEqual(4);
});
