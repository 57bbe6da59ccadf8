import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixture } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('clock-hint');
});
afterAll(() => ports.close());

const codeAt = async (scene: Awaited<ReturnType<typeof createFixture>>, ahead: number) =>
  (await scene.tokens[0]?.code(ahead)) ?? '';

test.each([-3, -2, 1, 2])(
  'after the password a code %i steps off is refused, counted, and reported as a clock problem',
  async (by) => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    expect(await walk.otp(await codeAt(scene, by))).toMatchObject({ step: 'otp', error: { code: 'OTP_CLOCK_OFF' } });
    expect((await scene.tokens[0]?.stored())?.failures).toBe(1);
    expect((await scene.tokens[0]?.stored())?.nextCounter).toBe(0);
  },
);

test.each([-5, -4, 3, 4])('one that is %i steps off is only wrong', async (by) => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const walk = await LoginDriver.toOtp(scene);
  expect(await walk.otp(await codeAt(scene, by))).toMatchObject({ error: { code: 'OTP_WRONG' } });
});

test('a guesser cannot use that report to wait for the minute of the code', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const walk = await LoginDriver.toOtp(scene);
  const guess = await codeAt(scene, 2);
  await walk.otp(guess);
  ports.clock.advance(60_000);
  expect(await walk.otp(guess)).toMatchObject({ error: { code: 'OTP_WRONG' } });
  ports.clock.advance(30_000);
  expect(await walk.otp(await codeAt(scene, 0))).toMatchObject({ step: 'done' });
});

// SR-17
test('SR-17: for a name alone no clock problem is reported', async () => {
  const scene = await createFixture(ports, { resource: { methodPolicy: 'otp' }, tokens: [{}] });
  const walk = await LoginDriver.toOtp(scene);
  expect(await walk.otp(await codeAt(scene, 1))).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
});
