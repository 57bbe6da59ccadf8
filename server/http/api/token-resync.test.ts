import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { createSampleFixture, type SampleScene } from '../../testing/operations.ts';

let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('token-resync');
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

const resync = (otps: unknown) =>
  service.call(`POST /v1/tokens/${scene.fob.id}/resync`, { key: scene.key, body: { otps } });

test.each([' 123456', '12345', '12345678901', '１２３４５６', '+123456', ''])(
  'SR-47: a pair with the malformed code %j is refused before it is counted',
  async (otp) => {
    const before = service.ports.store.commits.length;
    for (const otps of [
      [otp, '123456'],
      ['123456', otp],
    ]) {
      expect(await refusalOf(await resync(otps))).toEqual({ status: 422, code: 'OTP_MALFORMED' });
    }
    expect(service.ports.store.commits.length).toBe(before);
  },
);

test.each([
  [['123456']],
  [['123456', '123456', '123456']],
  [[123456, 123456]],
  [['1'.repeat(33), '123456']],
  ['123456'],
  [{ 0: '123456', 1: '123456', length: 2 }],
  [null],
])('refuses %j as a pair', async (otps) => {
  const before = service.ports.store.commits.length;
  expect(await refusalOf(await resync(otps))).toEqual({ status: 422, code: 'INPUT_INVALID' });
  expect(service.ports.store.commits.length).toBe(before);
});

// SR-43, SR-23
test('SR-43: a wrong pair is counted, and a right one returns the token without counter and seed', async () => {
  expect(await refusalOf(await resync(['000000', '000000']))).toEqual({ status: 403, code: 'OTP_WRONG' });
  expect(await scene.fob.stored()).toMatchObject({ resyncFailures: 1 });
  const answer = await (await resync([await scene.fob.code(50), await scene.fob.code(51)])).json();
  expect(answer).toMatchObject({ id: scene.fob.id, kind: 'hotp', failures: 0, locked: null });
  expect(JSON.stringify(answer)).not.toMatch(/counter|secret|drift/i);
  expect(await scene.fob.stored()).toMatchObject({ nextCounter: 52 });
});
