import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { assign } from '../testing/as-operator.ts';
import { freshAddress } from '../testing/devices/sent-device.ts';
import { createFixture, type Fixture, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('challenges');
});
beforeEach(async () => {
  service.ports.codes.down = false;
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account, ['authenticate', 'read', 'write']);
});
afterAll(() => service.ports.close());

interface Shown {
  token: { id: string; to?: string; name: string; kind: string; pin?: string };
  secret?: string;
}

async function give(body: object): Promise<Shown['token']> {
  const made = await service.call('POST /v1/tokens', { key, body: { owner: scene.user.id, ...body } });
  expect(made.status).toBe(201);
  const { token, secret } = (await made.json()) as Shown;
  expect(secret).toBeUndefined();
  const { account, resource, user } = scene;
  unwrap(await assign(service.ports, { account, resource: resource.id, user: user.id, token: token.id as never }));
  return token;
}
const ask = (body: object, withKey = key) =>
  service.call('POST /v1/challenges', { key: withKey, body: { resource: scene.resource.id, ...body } });
const show = (otp: string) =>
  service.call('POST /v1/authentications', {
    key,
    body: { resource: scene.resource.id, method: 'password-otp', user: 'alice', password: PASSWORD, otp },
  });

test('a code is sent and accepted; neither the response nor the log contains it', async () => {
  const to = freshAddress('email');
  const token = await give({ kind: 'email', to });
  expect(token).toMatchObject({ kind: 'email', to, name: 'p•••@example.com' });
  const logged = service.log.text().length;
  const asked = await ask({ user: 'alice', language: 'de-AT' });
  expect(asked.status).toBe(200);
  const answer = await asked.text();
  expect(JSON.parse(answer)).toMatchObject({ token: token.id, kind: 'email', to: 'p•••@example.com' });
  const { code, language } = service.ports.codes.last(to);
  expect(language).toBe('de');
  expect((await show(code)).status).toBe(200);
  expect(await refusalOf(await show(code))).toEqual({ status: 403, code: 'OTP_REPLAYED' });
  // SR-35
  for (const text of [answer, service.log.text().slice(logged)]) {
    expect(text).not.toContain(code);
    expect(text).not.toContain(to);
  }
});

test('administrators see the address, change it in its format, and search tokens by it', async () => {
  const to = freshAddress('sms');
  const { id } = await give({ kind: 'sms', to, name: 'Phone', pin: { digits: '0427', position: 'before' } });
  const patch = (body: object) => service.call(`PATCH /v1/tokens/${id}`, { key, body });
  const next = freshAddress('sms');
  expect(await (await patch({ to: next })).json()).toMatchObject({ to: next, pin: 'before' });
  for (const bad of ['mira@example.com', '0151 1234567', '']) {
    expect(await refusalOf(await patch({ to: bad })), bad).toEqual({ status: 422, code: 'INPUT_INVALID' });
  }
  const found = await service.call(`GET /v1/tokens?search=${encodeURIComponent(next)}`, { key });
  expect(((await found.json()) as { items: Shown['token'][] }).items.map((item) => item.id)).toEqual([id]);
  const before = await service.call(`GET /v1/tokens?search=${encodeURIComponent(to)}`, { key });
  expect(((await before.json()) as { items: object[] }).items).toEqual([]);

  const app = await service.call('POST /v1/tokens', { key, body: { name: 'app', kind: 'totp' } });
  const { token } = (await app.json()) as Shown;
  const unfit = await service.call(`PATCH /v1/tokens/${token.id}`, { key, body: { to } });
  expect(await refusalOf(unfit)).toEqual({ status: 409, code: 'TOKEN_KIND_UNFIT' });
});

test.each([
  [{ kind: 'sms', to: '+4915112345678\r\nBcc: x' }],
  [{ kind: 'sms', to: 'mira@example.com' }],
  [{ kind: 'email', to: '+4915112345678' }],
  [{ kind: 'email', to: ['mira@example.com'] }],
  [{ kind: 'email' }],
  [{ kind: 'email', to: 'mira@example.com', secret: 'JBSWY3DPEHPK3PXP' }],
])('%j is no token', async (body) => {
  const made = await service.call('POST /v1/tokens', { key, body: { name: 'x', ...body } });
  expect(await refusalOf(made)).toEqual({ status: 422, code: 'INPUT_INVALID' });
});

test('is refused with a code and a time to retry if the sender is down or it is too soon', async () => {
  await give({ kind: 'email', to: freshAddress('email') });
  service.ports.codes.down = true;
  expect(await refusalOf(await ask({ user: 'alice' }))).toEqual({ status: 503, code: 'CODE_NOT_SENT' });
  service.ports.codes.down = false;
  expect((await ask({ user: 'alice' })).status).toBe(200);
  const again = await ask({ user: 'alice' });
  expect(again.headers.get('retry-after')).toBe('30');
  expect(await refusalOf(again)).toEqual({ status: 429, code: 'CODE_LIMIT' });
});

test('accepts a key that may authenticate there, and exactly the documented body', async () => {
  await give({ kind: 'email', to: freshAddress('email') });
  const readOnly = await service.keyFor(scene.account, ['read', 'write']);
  expect(await refusalOf(await ask({ user: 'alice' }, readOnly))).toEqual({ status: 403, code: 'SCOPE_MISSING' });
  const other = await createFixture(service.ports);
  const strangers = await service.keyFor(other.account, ['authenticate']);
  expect(await refusalOf(await ask({ user: 'alice' }, strangers))).toEqual({ status: 404, code: 'RESOURCE_NOT_FOUND' });
  for (const body of [{}, { user: 'alice', code: '123456' }, { user: 'alice', kind: 'totp' }, { user: ['alice'] }]) {
    expect(await refusalOf(await ask(body)), JSON.stringify(body)).toEqual({ status: 422, code: 'INPUT_INVALID' });
  }
});
