import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreClosed } from '../kernel/ports/store.ts';
import { createFixture, type Fixture, PASSWORD } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeEach(async () => {
  service = await openService('store-moving');
  scene = await createFixture(service.ports, { tokens: [{}] });
  key = await service.keyFor(scene.account);
});
afterEach(() => service.ports.close());

const close = () => {
  service.ports.store.intercept.commit = () => Promise.reject(new StoreClosed({ to: 'redis://10.0.0.7' }, false));
};
const signIn = async (password: string, otp: string) => {
  const body = { resource: scene.resource.id, method: 'password-otp', user: 'alice', password, otp };
  const response = await service.call('POST /v1/authentications', { key, body });
  const text = (await response.text()).replace(/"requestId":"[^"]*"/, '');
  return { status: response.status, text, retryAfter: response.headers.get('retry-after') };
};

// SR-3, SR-55. The attack: while the store takes no changes, nothing counts wrong passwords, so they are tried.
test('SR-3: every sign-in is refused in the same way while the store is closed, and uses nothing up', async () => {
  const code = (await scene.tokens[0]?.code()) ?? '';
  close();
  const right = await signIn(PASSWORD, code);
  expect(right).toMatchObject({ status: 503, text: expect.stringContaining('"STORE_MOVING"'), retryAfter: '1' });
  expect(await signIn('wrong password', code)).toEqual(right);
  expect(await signIn(PASSWORD, '000000')).toEqual(right);
  expect(right.text).not.toMatch(/10\.0\.0\.7/);
  service.ports.store.intercept = {};
  expect(await signIn(PASSWORD, code)).toMatchObject({ status: 200 });
});

test('readiness and the log say why', async () => {
  service.ports.store.check = () => Promise.reject(new StoreClosed({ to: 'there' }, false));
  const response = await service.call('GET /health/ready');
  expect([response.status, await response.json()]).toMatchObject([503, { code: 'STORE_MOVING' }]);
  expect(service.log.lines().some(({ err }) => JSON.stringify(err).includes('is being moved to there'))).toBe(true);
});
