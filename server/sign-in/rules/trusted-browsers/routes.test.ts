// SR-35, SR-67, SR-73
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixture, type Fixture } from '../../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../../testing/http-service.ts';
import { ISSUER } from '../../../testing/test-ports.ts';
import { createTrustFixture, signInWith, trustIn } from '../../../testing/trust-fixture.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('trusted-browsers-api');
  scene = await createTrustFixture(service.ports);
  key = await service.keyFor(scene.account, ['read', 'write', 'administer']);
});
afterAll(() => service.ports.close());

const json = async <T>(response: Response) => (await response.json()) as T;
const path = () => `/v1/users/${scene.user.id}/trusted-browsers`;
const list = async () =>
  (await json<{ browsers: { id: string }[] }>(await service.call(`GET ${path()}`, { key }))).browsers;

test('the browsers that a user trusts are listed without their secret, and ended one by one or together', async () => {
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const first = await trustIn(scene, { address: '203.0.113.7', browser: { userAgent } });
  const secrets = [first, await trustIn(scene), await trustIn(scene)];
  const browsers = await list();
  const at = service.ports.clock.now();
  expect(browsers).toHaveLength(3);
  expect(browsers[2]).toEqual({
    id: expect.stringMatching(/^tbr_/),
    resource: scene.resource.id,
    createdAt: at,
    usedAt: at,
    expiresAt: at + 30 * 86_400_000,
    address: '203.0.113.7',
    userAgent,
    browser: 'firefox',
    platform: 'linux',
  });
  const gone = await service.call(`DELETE ${path()}?browser=${browsers[0]?.id}`, { key });
  expect(gone.status).toBe(204);
  expect(await list()).toEqual(browsers.slice(1));
  expect((await signInWith(scene, secrets.slice(2))).view.step).toBe('otp');
  expect((await signInWith(scene, secrets.slice(0, 1))).view.step).toBe('done');
  // What is exported about the user names the places, and no secret or hash of one.
  const data = await (await service.call(`GET /v1/users/${scene.user.id}/data`, { key })).text();
  expect(data).toContain('203.0.113.7');
  expect(data).not.toMatch(/secretHash|basis/);
  expect((await service.call(`DELETE ${path()}`, { key })).status).toBe(204);
  expect(await list()).toEqual([]);
});

// The attack: end or read the trust of a user of another account, or all of it by a mistyped filter.
test('of another account are not found, and a browser that is no id ends nothing', async () => {
  const secret = await trustIn(scene);
  const stranger = await createFixture(service.ports);
  const foreign = await service.keyFor(stranger.account, ['read', 'write']);
  for (const method of ['GET', 'DELETE']) {
    expect((await refusalOf(await service.call(`${method} ${path()}`, { key: foreign }))).code).toBe('USER_NOT_FOUND');
  }
  for (const query of ['browser=', 'browser=tbr_1', 'browsers=tbr_00000000001']) {
    expect((await refusalOf(await service.call(`DELETE ${path()}?${query}`, { key }))).status).toBe(422);
  }
  expect((await signInWith(scene, [secret])).view.step).toBe('done');
});

test.each([0, 31, 1.5, '30'])('a resource takes whole days from 1 to 30, not %j', async (trustedBrowserDays) => {
  const changed = await service.call(`PATCH /v1/resources/${scene.resource.id}`, { key, body: { trustedBrowserDays } });
  expect(await refusalOf(changed)).toMatchObject({ status: 422, code: 'INPUT_INVALID' });
});

test('a resource shows its days and nothing of its counter', async () => {
  const change = async (trustedBrowserDays: number | null) =>
    json<object>(await service.call(`PATCH /v1/resources/${scene.resource.id}`, { key, body: { trustedBrowserDays } }));
  expect(await change(7)).toMatchObject({ trustedBrowserDays: 7 });
  const off = await change(null);
  expect(off).toMatchObject({ trustedBrowserDays: null });
  expect(off).not.toHaveProperty('trustEpoch');
});

// SR-28, SR-57
test('the frame’s steps take at most five well-formed secrets, and only the wish itself', async () => {
  const post = (step: string, body: object) =>
    service.call(`POST /widget/v1/flow/${step}`, {
      body: { seq: 0, ...body },
      headers: { origin: ISSUER, 'sec-fetch-site': 'same-origin', 'countersign-flow': 'flw_0' },
    });
  const one = 's'.repeat(32);
  for (const browsers of [one, [1], ['short'], [`${one}!`], Array.from({ length: 6 }, () => one)]) {
    expect((await post('password', { password: 'x', browsers })).status).toBe(422);
  }
  for (const trust of [false, 'true', 1, null]) expect((await post('otp', { otp: '123456', trust })).status).toBe(422);
});
