import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseApiKey } from '../api-keys/api-key-format.ts';
import { deleteApiKey, rotateApiKey, updateApiKey } from '../api-keys/change-api-key.ts';
import type { ApiKeyId, FilterId } from '../kernel/ids.ts';
import type { Store } from '../kernel/ports/store.ts';
import { updateFilter } from '../resources/filters/update-filter.ts';
import { openRedisStore } from '../store/redis/open-redis-store.ts';
import { createFilter, operatorContext, unassign, updateResource } from '../testing/as-operator.ts';
import { birth, createFixture, type Fixture, runMeanwhile, setState, unwrap } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { START_TIMEOUT_MS, startRedisServer } from '../testing/redis-server.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

/** A service that has just answered, and what another process of the deployment changes. */
interface Scene extends Fixture {
  key: ApiKeyId;
  filter: FilterId;
}

const ADDRESS = '203.0.113.7';
const rule = (range: string) => ({ kind: 'ip' as const, mode: 'allow' as const, ranges: [range] });

const changes: Record<string, [change: (elsewhere: Scene) => Promise<unknown>, refused: string]> = {
  'the key is deleted': [
    async ({ ports, account, key }) => unwrap(await deleteApiKey(ports, operatorContext(account), key)),
    'API_KEY_INVALID',
  ],
  'the key is disabled': [
    async ({ ports, account, key }) =>
      unwrap(await updateApiKey(ports, operatorContext(account), key, { enabled: false })),
    'API_KEY_INVALID',
  ],
  'the key is rotated': [
    async ({ ports, account, key }) => unwrap(await rotateApiKey(ports, operatorContext(account), key, 0)),
    'API_KEY_INVALID',
  ],
  'the key loses its scope': [
    async ({ ports, account, key }) =>
      unwrap(await updateApiKey(ports, operatorContext(account), key, { scopes: ['read'] })),
    'SCOPE_MISSING',
  ],
  'the resource is disabled': [runMeanwhile.disableResource, 'RESOURCE_DISABLED'],
  'the resource accepts no such token': [
    async ({ ports, account, resource }) =>
      unwrap(await updateResource(ports, account, resource.id, { tokenKinds: ['totp'] })),
    'INVALID_CREDENTIALS',
  ],
  'the plan ends': [runMeanwhile.deactivatePlan, 'PLAN_INACTIVE'],
  'the filter denies': [
    async ({ ports, account, filter }) =>
      unwrap(await updateFilter(ports, operatorContext(account), filter, { rule: rule('198.51.100.0/24') })),
    'FILTER_DENIED',
  ],
  'the user is blocked': [runMeanwhile.blockUser, 'INVALID_CREDENTIALS'],
  'the user is unassigned': [
    async ({ ports, account, resource, user, tokens }) =>
      unwrap(await unassign(ports, { account, resource: resource.id, user: user.id, token: tokens[0]?.id })),
    'INVALID_CREDENTIALS',
  ],
  'the token is locked': [
    ({ ports, account, tokens }) => setState(ports, account, tokens[0]?.id ?? 'tok_', 'locked'),
    'INVALID_CREDENTIALS',
  ],
};

// SR-39 The attack: what was revoked in one process goes on working in another, which has read it before.
describe.each(['embedded', 'redis'] as const)('on the %s store, after a sign-in', (kind) => {
  let service: Service;
  let elsewhere: TestPorts;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const { here, there } = kind === 'redis' ? await openRedisTwice() : await openTwice();
    service = await openService('here', await openTestPorts('here', { store: here, remove: async () => {} }));
    elsewhere = await openTestPorts('elsewhere', { store: there, remove: async () => {} });
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** The embedded store has one process. */
  async function openTwice(): Promise<{ here: Store; there: Store }> {
    const { store, remove } = await openTemporaryStore();
    closing.push(remove);
    return { here: store, there: store };
  }

  async function openRedisTwice(): Promise<{ here: Store; there: Store }> {
    const server = await startRedisServer({ product: 'redis' });
    closing.push(() => server.stop());
    const open = async () => {
      const options = { url: server.url, partitions: 8, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };
      const store = await openRedisStore(options);
      closing.push(() => store.close());
      return store;
    };
    return { here: await open(), there: await open() };
  }

  test.each(Object.entries(changes))('once %s, the next request is refused', async (_, [change, refused]) => {
    const { ports } = service;
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    const { account, resource } = scene;
    const key = await service.keyFor(account, ['authenticate']);
    const made = await createFilter(ports, birth(ports, 'flt'), account, { name: 'office', rule: rule(ADDRESS) });
    const { filter } = unwrap(made);
    unwrap(await updateResource(ports, account, resource.id, { ipFilter: filter.id }));
    const body = async () => ({
      ...{ method: 'otp', resource: resource.id, user: 'alice', address: ADDRESS },
      otp: await scene.tokens[0]?.code(),
    });
    const ask = async () => service.call('POST /v1/authentications', { key, body: await body() });
    for (let before = 0; before < 2; before++) expect((await ask()).status).toBe(200);
    await change({ ...scene, ports: elsewhere, key: parseApiKey(key)?.id ?? 'key_', filter: filter.id });
    expect(await refusalOf(await ask())).toMatchObject({ code: refused });
  });
});
