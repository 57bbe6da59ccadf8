import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../kernel/time.ts';
import { SIGN_INS_OVER_MS } from '../../sign-in/flow.ts';
import { consumeAll, sealEvents } from '../../testing/consuming.ts';
import { createFixture, type Fixture, PASSWORD } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { finishErasures } from './finish-erasures.ts';

let service: Service;
let scene: Fixture;
let key: string;
let writeKey: string;
const OWN = '203.0.113.7';

interface UserData {
  user: { login: string } | null;
  tokens: { id: string }[];
  events: { type: string; actor: { kind: string }; address?: string; erased?: true }[];
  [field: string]: unknown;
}
const exported = async (id: string = scene.user.id): Promise<UserData> => {
  const response = await service.call(`GET /v1/users/${id}/data`, { key });
  expect(response.status).toBe(200);
  return (await response.json()) as UserData;
};

beforeAll(async () => {
  service = await openService('personal-data');
  scene = await createFixture(service.ports, { tokens: [{}], alone: true });
  key = await service.keyFor(scene.account, ['read', 'write', 'administer', 'authenticate']);
  writeKey = await service.keyFor(scene.account, ['read', 'write']);
  const body = { resource: scene.resource.id, method: 'password', user: 'alice', password: PASSWORD, address: OWN };
  expect((await service.call('POST /v1/authentications', { key, body })).status).toBe(200);
  const change = { key, body: { firstName: 'Alice' }, from: '198.51.100.9' };
  expect((await service.call(`PATCH /v1/users/${scene.user.id}`, change)).status).toBe(200);
  await sealEvents(service.ports);
});
afterAll(() => service.ports.close());

describe('the data of a user', () => {
  test('has profile, tokens, attempts and events, without secrets', async () => {
    const data = await exported();
    expect(data).toMatchObject({
      version: 1,
      user: { login: 'alice', firstName: 'Alice', hasPassword: true },
      tokens: [{ id: scene.tokens[0]?.id }],
      browsers: [],
      wrongPasswords: { failures: 0 },
    });
    const text = JSON.stringify(data);
    for (const secret of ['sealedSecret', 'passwordHash":"', PASSWORD]) expect(text).not.toContain(secret);
  });

  test('has the addresses of the person, and not those of others', async () => {
    const { events } = await exported();
    expect(events.find(({ type }) => type === 'authentication')).toMatchObject({ address: OWN });
    const changed = events.find(({ type }) => type === 'user.updated');
    expect(changed).toMatchObject({ actor: { kind: 'api-key' } });
    expect(changed).not.toHaveProperty('address');
  });

  test('SR-28: needs the scope that administers', async () => {
    for (const route of ['GET /v1/users/ID/data', 'POST /v1/users/ID/erasure', 'GET /v1/users/ID/erasure']) {
      const response = await service.call(route.replace('ID', scene.user.id), { key: writeKey });
      expect((await refusalOf(response)).status, route).toBe(403);
    }
  });
});

test('an erasure is read until it is done; the events stay, without the address', async () => {
  const path = `/v1/users/${scene.user.id}/erasure`;
  expect((await refusalOf(await service.call(`GET ${path}`, { key }))).code).toBe('USER_NOT_FOUND');
  const begun = await service.call(`POST ${path}`, { key });
  expect(begun.status).toBe(202);
  expect(await begun.json()).toMatchObject({ user: scene.user.id, state: 'running' });
  expect((await service.call('GET /v1/users/alice', { key })).status).toBe(404);
  expect(await (await service.call('GET /v1/tokens', { key })).json()).toMatchObject({ items: [] });
  service.ports.clock.advance(MINUTE_MS);
  await sealEvents(service.ports);
  const data = await exported();
  expect(data).toMatchObject({ user: null, tokens: [] });
  expect(data.events.map(({ type }) => type)).toContain('user.erased');
  const stateOf = async () => (await service.call(`GET ${path}`, { key })).json();
  expect(await stateOf()).toMatchObject({ state: 'running' });
  service.ports.clock.advance(SIGN_INS_OVER_MS);
  await consumeAll(service.ports);
  expect(await finishErasures(service.ports)).toBe(1);
  expect(await stateOf()).toMatchObject({ state: 'done', doneAt: service.ports.clock.now() });
  const signIn = (await exported()).events.find(({ type }) => type === 'authentication');
  expect(signIn).toMatchObject({ erased: true });
  expect(signIn).not.toHaveProperty('address');
});
