import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { createSampleFixture, type SampleScene } from '../testing/operations.ts';

let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('token-checks');
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

const check = (otp: unknown, key = scene.key) =>
  service.call(`POST /v1/tokens/${scene.fob.id}/check`, { key, body: { otp } });

// SR-47
test.each([' 123456', '12345', '123456789012345', '１２３４５６', '+123456', ''])(
  'SR-47: the code %j is refused before anything is counted',
  async (otp) => {
    const before = service.ports.store.commits.length;
    expect(await refusalOf(await check(otp))).toEqual({ status: 422, code: 'OTP_MALFORMED' });
    expect(service.ports.store.commits.length).toBe(before);
  },
);

test.each([[123456], [['123456']], ['1'.repeat(33)], [null]])('%j is no code', async (otp) => {
  expect(await refusalOf(await check(otp))).toEqual({ status: 422, code: 'INPUT_INVALID' });
});

// SR-27. The attack: a key that may only read, or only authenticate, is used to find a code.
test('SR-27: accepts keys that may write, and no others', async () => {
  const otp = await scene.fob.code();
  for (const scope of ['read', 'authenticate'] as const) {
    const key = await service.keyFor(scene.account, [scope]);
    expect(await refusalOf(await check(otp, key))).toEqual({ status: 403, code: 'SCOPE_MISSING' });
  }
});

// SR-23, SR-2
test('SR-2: reports the verdict and nothing of the token; wrong codes block it, with a time to retry', async () => {
  const right = await check(await scene.fob.code(2));
  expect(right.status).toBe(200);
  expect(await right.json()).toEqual({ verdict: 'right', offset: 2 });
  for (let at = 0; at < 5; at++) expect(await (await check('000000')).json()).toEqual({ verdict: 'wrong' });
  const closed = await check(await scene.fob.code());
  expect(closed.headers.get('retry-after')).toBe('3600');
  expect(await refusalOf(closed)).toEqual({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
  expect(service.log.text()).not.toContain(await scene.fob.code());
});
