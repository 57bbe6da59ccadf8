import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticate, operatorContext, updateUser } from '../testing/as-operator.ts';
import { giveOcra } from '../testing/devices/ocra-device.ts';
import { createFixture, type Fixture, type FixtureToken, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { createChallenge } from './create-challenge.ts';
import { explain } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('not by API');
});
afterAll(() => ports.close());

let scene: Fixture;
let token: FixtureToken;
beforeEach(async () => {
  scene = await createFixture(ports, {
    tokens: [{ kind: 'hotp' }],
    alone: true,
    user: { email: 'alice@acme.example' },
  });
  token = scene.tokens[0] as FixtureToken;
  unwrap(await updateUser(ports, scene.account, scene.user.id, { apiSupport: false }));
});

const GONE = { refused: 'INVALID_CREDENTIALS' };
const common = () => ({ account: scene.account, resource: scene.resource.id, user: 'alice' });

// SR-4. The attack: a stolen API key tries the passwords and codes of a user who signs in through the widget only.
describe('a user without `apiSupport`', () => {
  test('is refused over the API by every method with valid factors, and no code is used up', async () => {
    const { nextCounter } = await token.stored();
    const otp = await token.code();
    expect(await authenticate(ports, { ...common(), method: 'password', password: PASSWORD })).toEqual(GONE);
    expect(await authenticate(ports, { ...common(), method: 'otp', otp })).toEqual(GONE);
    expect(await authenticate(ports, { ...common(), method: 'password-otp', password: PASSWORD, otp })).toEqual(GONE);
    expect(await authenticate(ports, { ...common(), method: 'password-otp', password: PASSWORD })).toEqual(GONE);
    expect(await token.stored()).toMatchObject({ nextCounter, failures: 0 });
  });

  test('signs in through the widget', async () => {
    const walk = await LoginDriver.begin(scene);
    await walk.identify('alice');
    await walk.password(PASSWORD);
    expect(await walk.otp(await token.code())).toMatchObject({ step: 'done' });
  });

  test('is refused if the switch is turned off while the password is hashed', async () => {
    unwrap(await updateUser(ports, scene.account, scene.user.id, { apiSupport: true }));
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      unwrap(await updateUser(ports, scene.account, scene.user.id, { apiSupport: false }));
    };
    expect(await authenticate(ports, { ...common(), method: 'password', password: PASSWORD })).toEqual(GONE);
  });

  test('gets no challenge for a sign-in over the API', async () => {
    const device = await giveOcra(scene);
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' } as const;
    const ask = () => createChallenge(ports, operatorContext(scene.account), asked);
    expect(await ask()).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    unwrap(await updateUser(ports, scene.account, scene.user.id, { apiSupport: true }));
    expect(await ask()).toMatchObject({ token: device.token });
  });

  test('is reported by explain, and accepted again after the switch is turned on', async () => {
    const ask = async () => {
      const subject = { user: 'alice', method: 'password' } as const;
      const answer = await explain(ports, operatorContext(scene.account), { resource: scene.resource.id, subject });
      return unwrap(answer).explained.checks.find(({ check }) => check === 'user');
    };
    expect(await ask()).toMatchObject({ state: 'not-by-api', passed: false });
    unwrap(await updateUser(ports, scene.account, scene.user.id, { apiSupport: true }));
    expect(await ask()).toMatchObject({ state: 'live', passed: true });
    expect(await authenticate(ports, { ...common(), method: 'password', password: PASSWORD })).toMatchObject({
      method: 'password',
    });
  });
});
