import { API_SCOPES } from '@countersign/protocol/api-keys';
import { type ChecklistView, OPTIONAL_ITEMS } from '@countersign/protocol/checklist';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument, firstResultDocument } from '../accounts/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { recordBackup } from '../operations/backup/record-backup.ts';
import { keysReadDocument } from '../operations/maintenance/documents.ts';
import { noteFirstResult } from '../sign-in/commit-step.ts';
import type { ResultRecord } from '../sign-in/flow.ts';
import { addAdministrator, invite } from '../testing/administrators.ts';
import { authenticate } from '../testing/as-operator.ts';
import { addResource, addUser, NONCE, ORIGIN, overwrite, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { ISSUER } from '../testing/test-ports.ts';
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
    const body = (await response.json()) as { done: boolean; items: ChecklistView['items'] };
    expect(body.items.every(({ hint }) => hint.length > 10)).toBe(true);
    expect(body.done).toBe(body.items.every(({ item, done }) => done || OPTIONAL_ITEMS.includes(item)));
    return body.items.filter(({ item, done }) => !done && !OPTIONAL_ITEMS.includes(item)).map(({ item }) => item);
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
  const change = (body: object) => service.call(`PATCH /v1/resources/${resource}`, { key, body });
  // The hosted page alone, for a site or an app, is an entrance too.
  for (const [list, address] of [
    ['redirectUris', 'https://shop.example/done'],
    ['appRedirectUris', 'com.example.shop:/done'],
  ] as const) {
    await change({ [list]: [address] });
    expect(await open()).not.toContain('allow-origin');
    await change({ [list]: [] });
  }
  await change({ allowedOrigins: ['https://shop.example'] });
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
  expect(noted()).toBe(1);

  // Another process looks once, and writes nothing.
  const replica = ports.replica();
  await authenticate(replica, { ...request, password: PASSWORD } as never);
  await waitUntil('it has been looked', () => replica.store.reads > 0);
  expect(replica.store.commits.some(({ change }) => change.put?.some((put) => put.key.name === 'first-login'))).toBe(
    false,
  );
});

test('is complete when a backend consumes a result', async () => {
  const { ports } = service;
  const account = await newAccount('Consumer');
  const shop = await addResource(ports, account, { allowedOrigins: [ORIGIN] });
  const scene = await addUser(ports, account, shop, { user: { login: 'grace' }, password: true, alone: true });
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  expect(await stateOf(account, 'first-login')).toBe(false);
  const body = { result: walk.view.result, resource: shop.id, nonce: NONCE };
  const consumed = await service.call('POST /v1/results/consume', { key: await service.keyFor(account), body });
  expect(consumed.status).toBe(200);
  await waitUntil('it is noted', async () => (await stateOf(account, 'first-login')) === true);
});

/** Whether the account's list has the item, and whether it is done. */
async function stateOf(account: AccountId, wanted: string): Promise<boolean | undefined> {
  const key = await service.keyFor(account, [...API_SCOPES]);
  const { items } = (await (await service.call('GET /v1/checklist', { key })).json()) as ChecklistView;
  return items.find(({ item }) => item === wanted)?.done;
}

const newAccount = async (name: string): Promise<AccountId> =>
  unwrap(await createAccount(service.ports, { name })).account.id;

test('lists what is easily forgotten: mail, a second administrator, a copy of the master key, a full backup', async () => {
  const { ports } = service;
  const account = await newAccount('Careful');
  const key = await service.keyFor(account, [...API_SCOPES]);
  ports.courier.isAbsent = true;
  expect(await stateOf(account, 'set-up-mail')).toBe(false);
  delete ports.courier.isAbsent;
  expect(await stateOf(account, 'set-up-mail')).toBe(true);

  await addAdministrator(ports, account, { email: 'ada@careful.example' });
  // An invitation is no administrator yet.
  await invite(ports, account, { email: 'grace@careful.example' });
  expect(await stateOf(account, 'second-administrator')).toBe(false);
  await addAdministrator(ports, account, { email: 'hedy@careful.example' });
  expect(await stateOf(account, 'second-administrator')).toBe(true);

  for (const copied of [true, false, true]) {
    await service.call('PATCH /v1/account', { key, body: { masterKeyCopied: copied } });
    expect(await stateOf(account, 'copy-master-key')).toBe(copied);
  }
  await overwrite(ports, accountDocument.key(account), { copiedMasterKey: 'an-earlier-key' });
  expect(await stateOf(account, 'copy-master-key')).toBe(false);

  expect(await stateOf(account, 'back-up')).toBe(false);
  await recordBackup(ports, { lines: 1, isIncrement: true });
  expect(await stateOf(account, 'back-up')).toBe(false);
  await recordBackup(ports, { lines: 1, isIncrement: false });
  expect(await stateOf(account, 'back-up')).toBe(true);
});

test('asks for a plan only where there is one to choose', async () => {
  const account = await newAccount('Free');
  expect(await stateOf(account, 'activate-plan')).toBeUndefined();
  await overwrite(service.ports, accountDocument.key(account), { plan: { name: 'Free', active: false } });
  expect(await stateOf(account, 'activate-plan')).toBe(false);
  await overwrite(service.ports, accountDocument.key(account), { plan: { name: 'Paid', active: true, quotas: {} } });
  expect(await stateOf(account, 'activate-plan')).toBe(true);
});

describe('a sign-in through the widget is seen', () => {
  const readKeys = (headers: Record<string, string>) => service.call('GET /.well-known/jwks.json', { headers });

  test('when a backend read the keys, but not for a trial in the console, nor for a browser that reads them', async () => {
    const { ports } = service;
    const account = await newAccount('Verifier');
    const result = { account, origin: ISSUER } as ResultRecord;
    noteFirstResult({ ...ports, issuer: ISSUER }, result);
    noteFirstResult({ ...ports, issuer: ISSUER }, { ...result, origin: 'https://shop.example', test: true });
    noteFirstResult({ ...ports, issuer: ISSUER }, { ...result, origin: 'https://shop.example', transaction: 'hash' });
    await readKeys({ 'user-agent': 'Mozilla/5.0' });
    await readKeys({ 'sec-fetch-site': 'same-origin' });
    noteFirstResult({ ...ports, issuer: ISSUER }, { ...result, origin: 'https://shop.example' });
    const noted = async (key: DocumentKey<unknown>) => (await ports.store.getMany([key], ports.clock.now()))[0];
    await waitUntil('the result is noted', async () => (await noted(firstResultDocument.key(account))) != null);
    expect(await noted(keysReadDocument.key())).toBeFalsy();
    expect(await stateOf(account, 'first-login')).toBe(false);
    await readKeys({ 'user-agent': 'node' });
    await waitUntil('the backend is noted', async () => (await stateOf(account, 'first-login')) === true);
    // Another account without a result is not helped by it.
    expect(await stateOf(await newAccount('Other'), 'first-login')).toBe(false);
  });
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
  expect(ports.store.reads - before).toBeLessThanOrEqual(5);
});

test('counts the users who sign in with the password alone, and none where a token is required', async () => {
  const { ports } = service;
  const { account } = unwrap(await createAccount(ports, { name: 'Acme' }));
  const key = await service.keyFor(account.id, [...API_SCOPES]);
  const counted = async () => {
    const response = await service.call('GET /v1/checklist', { key });
    const { items } = (await response.json()) as ChecklistView;
    return items.find(({ item }) => item === 'replace-lost-tokens');
  };
  const shop = await addResource(ports, account.id);
  const strict = await addResource(ports, account.id, { enrolment: { kinds: ['totp'], required: true } });
  for (const [login, resource] of [
    ['ada', shop],
    ['bob', shop],
    ['eve', strict],
  ] as const) {
    await addUser(ports, account.id, resource, { user: { login }, tokens: [{ state: 'deactivated' }] });
  }
  await addUser(ports, account.id, shop, { user: { login: 'joe' }, tokens: [{ state: 'deactivated' }, {}] });
  expect(await counted()).toMatchObject({ done: false, count: 2 });
  const other = unwrap(await createAccount(ports, { name: 'Other' })).account;
  const otherKey = await service.keyFor(other.id, [...API_SCOPES]);
  const body = await (await service.call('GET /v1/checklist', { key: otherKey })).text();
  expect(body).not.toContain('replace-lost-tokens');
});
