import { afterAll, beforeAll, expect, test } from 'vitest';
import { operatorContext, updateToken } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import { createFixture, type Fixture, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { REPLACEMENT_TTL_MS } from '../tokens/lockout.ts';
import { explain } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('explain replacement');
});
afterAll(() => ports.close());

async function withLostToken(required: boolean, method: 'widget' | 'password-otp' = 'widget') {
  const scene = await createFixture(ports, { tokens: [{}], resource: { enrolment: { kinds: ['totp'], required } } });
  for (const { id } of scene.tokens) unwrap(await updateToken(ports, scene.account, id, { enabled: false }));
  return { scene, explained: () => explained(scene, method), since: ports.clock.now() };
}

async function explained({ account, resource, user }: Fixture, method: 'widget' | 'password-otp') {
  const subject = { user: user.login, method };
  return unwrap(await explain(ports, operatorContext(account), { resource: resource.id, subject })).explained;
}

test('says since when the password alone signs in, where no token is required and over the API', async () => {
  for (const lost of [await withLostToken(false), await withLostToken(true, 'password-otp')]) {
    expect(await lost.explained()).toMatchObject({
      factors: { otpSkipped: true, skippedSince: lost.since },
      verdict: { granted: true, otp: 'skipped' },
    });
  }
});

test('says what follows the password where a token is required, as the sign-in decides it', async () => {
  const { scene, explained: ask, since } = await withLostToken(true);
  const until = since + REPLACEMENT_TTL_MS;
  const found = async () => (await ask()).checks.find(({ check }) => check === 'replacement');
  expect(await found()).toEqual({ check: 'replacement', state: 'permitted', until, passed: true });
  expect(await ask()).toMatchObject({ factors: { otp: true }, verdict: { granted: true, otp: 'verified' } });
  await giveRecoveryCodes(scene);
  expect(await found()).toMatchObject({ state: 'recovery-code', passed: true });
  ports.clock.advance(REPLACEMENT_TTL_MS);
  expect(await found()).toMatchObject({ state: 'not-permitted', passed: false });
  expect(await ask()).toMatchObject({ verdict: { granted: false, code: 'ENROLMENT_REQUIRED' } });
});
