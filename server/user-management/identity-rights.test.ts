import { API_SCOPES } from '@countersign/protocol/api-keys';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAdministrator, sessionHeaders } from '../testing/administrators.ts';
import { sealEvents } from '../testing/consuming.ts';
import { addResource, addUser, createFixture, type Fixture, read } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { userDocument } from '../users/documents.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('identity-rights');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  scene = await createFixture(service.ports, { resource: { name: 'Shop' } });
});

const IDENTITIES = [
  { externalId: 'customer-1' },
  { metadata: { plan: 'gold' } },
  { externalId: null },
  { metadata: null },
] as const;
const isGiven = (identity: object) => Object.values(identity).every((value) => value !== null);

// SR-67, SR-28. The attack: the bank finds its customers by the external id of the result. An administrator of the shop
// makes a user with the id of a rich customer, or gives it to one of their own, and has them assigned to the bank.
describe('SR-67: the external id and metadata of users', () => {
  test('are set by the superuser and by keys for all resources', async () => {
    const superuser = await addAdministrator(service.ports, scene.account, {
      email: 'root@acme.example',
      superuser: true,
    });
    const calls = [{ headers: sessionHeaders(superuser.opened) }, { key: await service.keyFor(scene.account) }];
    for (const call of calls) {
      const body = { externalId: 'customer-1', metadata: { plan: 'gold' } };
      const patched = await service.call(`PATCH /v1/users/${scene.user.id}`, { ...call, body });
      expect(patched.status, await patched.clone().text()).toBe(200);
      expect(await patched.json()).toMatchObject(body);
    }
  });

  test.each(['administrator', 'API key'] as const)('are not set by one of a single resource: %s', async (kind) => {
    const { ports } = service;
    const code = kind === 'administrator' ? 'FORBIDDEN' : 'SCOPE_MISSING';
    const grants = [{ resource: scene.resource.id, allowed: true }];
    const call =
      kind === 'administrator'
        ? {
            headers: sessionHeaders(
              (await addAdministrator(ports, scene.account, { email: 'grace@acme.example', grants })).opened,
            ),
          }
        : { key: await service.keyFor(scene.account, ['authenticate'], [scene.resource.id]) };
    for (const identity of IDENTITIES) {
      const patched = await service.call(`PATCH /v1/users/${scene.user.id}`, { ...call, body: identity });
      expect(await refusalOf(patched), JSON.stringify(identity)).toEqual({ status: 403, code });
      if (!isGiven(identity)) continue;
      const made = await service.call('POST /v1/users', { ...call, body: { login: 'mallory', ...identity } });
      expect(await refusalOf(made)).toEqual({ status: 403, code });
      for (const dryRun of [true, false]) {
        const rows = [{ login: 'mallory', ...identity }];
        const bulk = await service.call('POST /v1/bulk/users', { ...call, body: { rows, dryRun } });
        const text = await bulk.text();
        expect(text).toContain(code);
      }
    }
    expect(await read(ports, userDocument.key(scene.user.id))).toEqual(scene.user);
  });

  test('are refused in other forms, and with names that change an object', async () => {
    const key = await service.keyFor(scene.account);
    const bodies = [
      '{"externalId":""}',
      '{"externalId":"a b"}',
      '{"externalId":7}',
      '{"externalId":["a"]}',
      '{"metadata":[]}',
      '{"metadata":"gold"}',
      '{"metadata":{"__proto__":{"admin":true}}}',
      '{"metadata":{"constructor":1}}',
      '{"metadata":{"a":{"b":{"c":1}}}}',
      '{"metadata":{"a":null}}',
      '{"external_id":"customer-1"}',
    ];
    for (const text of bodies) {
      const headers = { 'content-type': 'application/json' };
      const patched = await service.call(`PATCH /v1/users/${scene.user.id}`, { key, text, headers });
      expect([400, 422], text).toContain(patched.status);
    }
    expect(await read(service.ports, userDocument.key(scene.user.id))).toEqual(scene.user);
  });

  test('are normalised, listed, and named by no event', async () => {
    const key = await service.keyFor(scene.account, [...API_SCOPES]);
    const body = { externalId: 'Zoe\u0308', metadata: { plan: 'secret-plan' } };
    const patched = await service.call(`PATCH /v1/users/${scene.user.id}`, { key, body });
    expect(await patched.json()).toMatchObject({ externalId: 'Zo\u00eb' });
    const found = await service.call(`GET /v1/users?externalId=${encodeURIComponent('Zoe\u0308')}`, { key });
    expect(((await found.json()) as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([scene.user.id]);
    await sealEvents(service.ports);
    const events = await (await service.call('GET /v1/events', { key })).text();
    expect(events).toContain('"metadata"');
    expect(events).not.toContain('secret-plan');
    const exported = await (await service.call(`GET /v1/users/${scene.user.id}/data`, { key })).text();
    expect(exported).toContain('secret-plan');
    expect(service.log.text()).not.toContain('secret-plan');
  });

  test('say nothing about the users of another account', async () => {
    const other = await createFixture(service.ports, { user: { login: 'zoe', externalId: 'customer-9' } });
    const shop = await addResource(service.ports, scene.account, { name: 'Outlet' });
    await addUser(service.ports, scene.account, shop, { user: { login: 'bob', externalId: 'customer-9' } });
    const key = await service.keyFor(other.account);
    const found = await service.call('GET /v1/users?externalId=customer-9', { key });
    expect(((await found.json()) as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([other.user.id]);
  });
});
