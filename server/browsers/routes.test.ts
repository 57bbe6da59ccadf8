import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addResource, createFixture, type Fixture, NONCE, ORIGIN } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('environments');
  scene = await createFixture(service.ports, { tokens: [{ kind: 'hotp' }], alone: true });
  key = await service.keyFor(scene.account, ['authenticate', 'read', 'write']);
});
afterAll(() => service.ports.close());

const environment = {
  language: 'en-GB',
  zone: 'Europe/London',
  screen: { width: 1920, height: 1080 },
  colourDepth: 24,
};
const json = async <T>(response: Response) => (await response.json()) as T;
const change = (body: object) => service.call(`PATCH /v1/resources/${scene.resource.id}`, { key, body });

describe('a resource', () => {
  test('compares no browsers and remembers no sign-in by default, and can switch both off again', async () => {
    const { id } = await addResource(service.ports, scene.account);
    const shown = await json(await service.call(`GET /v1/resources/${id}`, { key }));
    expect(shown).toMatchObject({ environment: null, rememberMs: null });
    const set = { environment: { action: 'refuse', threshold: 50, weights: { zone: 100 } }, rememberMs: 3_600_000 };
    const changed = await json(await service.call(`PATCH /v1/resources/${id}`, { key, body: set }));
    expect(changed).toMatchObject({ environment: { threshold: 50, weights: { zone: 100, language: 15 } } });
    const off = { environment: null, rememberMs: null };
    expect(await json(await service.call(`PATCH /v1/resources/${id}`, { key, body: off }))).toMatchObject(off);
  });

  const nothing = { language: 0, zone: 0, platform: 0, screen: 0, colourDepth: 0, browser: 0 };
  test.each([
    { environment: { action: 'refuse', threshold: 0 } },
    { environment: { action: 'refuse', threshold: 101 } },
    { environment: { action: 'ignore', threshold: 50 } },
    { environment: { action: 'refuse', threshold: 50, weights: nothing } },
    { environment: { action: 'refuse', threshold: 50, weights: { fonts: 10 } } },
    { environment: { action: 'refuse', threshold: 50, weights: { zone: 1.5 } } },
    { rememberMs: 12 * 3_600_000 + 1 },
    { rememberMs: 0 },
  ])('refuses %j', async (body) => {
    expect(await refusalOf(await change(body))).toMatchObject({ status: 422, code: 'INPUT_INVALID' });
  });
});

describe('the browsers of a user', () => {
  const about = () => ({ user: 'alice', resource: scene.resource.id });
  const check = (body: object) => service.call('POST /v1/environment/check', { key, body });

  test('are compared, remembered, counted and forgotten', async () => {
    expect(await json(await check({ ...about(), environment }))).toEqual({ percent: null, fits: true });
    expect((await service.call('POST /v1/environment', { key, body: { ...about(), environment } })).status).toBe(204);
    expect(await json(await check({ ...about(), environment }))).toEqual({ percent: 100, fits: true });
    expect(await json(await check({ ...about(), environment: { language: 'fr' } }))).toEqual({
      percent: 0,
      fits: false,
    });
    const path = `/v1/users/${scene.user.id}/environments`;
    const at = service.ports.clock.now();
    expect(await json(await service.call(`GET ${path}`, { key }))).toEqual({
      count: 1,
      environments: [{ resource: scene.resource.id, firstSeenAt: at, lastSeenAt: at }],
    });
    expect((await service.call(`DELETE ${path}`, { key })).status).toBe(204);
    expect(await json(await service.call(`GET ${path}`, { key }))).toEqual({ count: 0, environments: [] });
  });

  test('of another account are not found, and unknown fields are refused', async () => {
    const stranger = await createFixture(service.ports);
    const foreign = await service.keyFor(stranger.account, ['authenticate', 'read', 'write']);
    const asked = { key: foreign, body: { ...about(), environment } };
    expect((await refusalOf(await service.call('POST /v1/environment/check', asked))).code).toBe('RESOURCE_NOT_FOUND');
    const path = `/v1/users/${scene.user.id}/environments`;
    for (const method of ['GET', 'DELETE']) {
      expect((await refusalOf(await service.call(`${method} ${path}`, { key: foreign }))).code).toBe('USER_NOT_FOUND');
    }
    const body = { ...about(), environment: { ...environment, fonts: ['Arial'] } };
    expect((await refusalOf(await check(body))).status).toBe(422);
  });
});

describe('a login request', () => {
  const ask = (body: object) =>
    service.call('POST /v1/login-requests', {
      key,
      body: { user: 'alice', resource: scene.resource.id, nonce: NONCE, ...body },
    });

  test('accepts a level, an age and an earlier result, without the password field', async () => {
    const body = { acr: '2', maxAgeMs: 60_000, previous: 'flw_01k8dq9z2mp' };
    expect((await ask(body)).status).toBe(201);
    expect((await ask({ ...body, passwordChecked: false })).status).toBe(201);
  });

  test.each([
    {},
    { acr: '2', passwordChecked: true },
    { previous: 'flw_01k8dq9z2mp', user: undefined, redirectUri: 'https://shop.example/in' },
    { acr: '3' },
    { acr: '2', maxAgeMs: -1 },
    { previous: 'usr_01k8dq9z2mp' },
  ])('refuses %j', async (body) => {
    expect(await refusalOf(await ask(body))).toMatchObject({ status: 422, code: 'INPUT_INVALID' });
  });
});

describe('the frame', () => {
  test('reads the browser only where the resource compares them', async () => {
    const page = async (resource: string) =>
      (await service.call(`GET /widget/v1/frame?${new URLSearchParams({ resource, origin: ORIGIN })}`)).text();
    const { id } = await addResource(service.ports, scene.account);
    expect(await page(id)).not.toContain('data-traits');
    await service.call(`PATCH /v1/resources/${id}`, {
      key,
      body: { environment: { action: 'refuse', threshold: 60 } },
    });
    expect(await page(id)).toContain('data-traits');
  });
});
