import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { assign, authenticate, unassign } from '../testing/as-operator.ts';
import { addToken, createFixture, type Fixture, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

// SR-3, SR-4: an attacker with the password and no token keeps sign-ins in progress, and waits until the user gets a
// new phone: assigned with the new token, then unassigned from the old one. At no instant may that user sign in by
// password alone.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('swap');
});
afterEach(() => {
  ports.hasher.during = undefined;
});
afterAll(() => ports.close());

/** While a password is being hashed, the user's phone is replaced. */
async function swapDuringTheHash(scene: Fixture): Promise<void> {
  const { account, user, resource } = scene;
  const next = await addToken(ports, account, { owner: user.id });
  const access = { account, resource: resource.id, user: user.id };
  ports.hasher.during = async () => {
    ports.hasher.during = undefined;
    unwrap(await assign(ports, { ...access, token: next.id }));
    unwrap(await unassign(ports, { ...access, token: scene.tokens[0]?.id }));
    scene.tokens.splice(0, 1, next);
  };
}

describe('a token that is replaced while the password is hashed', () => {
  test.each([false, true])('still requires a code besides the password (also assigned alone: %s)', async (alone) => {
    const scene = await createFixture(ports, { alone, tokens: [{}] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await swapDuringTheHash(scene);
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'otp' });
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(walk.view).toMatchObject({ step: 'done' });
  });

  test('a first token assigned meanwhile is required at once', async () => {
    const scene = await createFixture(ports, { alone: true });
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      const { account, resource, user } = scene;
      unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
    };
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'otp' });
  });

  test('over the API a deactivated old token does not waive the new one', async () => {
    const scene = await createFixture(ports, { alone: true, tokens: [{ state: 'deactivated' }] });
    await swapDuringTheHash(scene);
    const { account, resource, user } = scene;
    const asked = { account, resource: resource.id, user: user.login, password: PASSWORD };
    expect(await authenticate(ports, { ...asked, method: 'password-otp' })).toEqual({ refused: 'OTP_REQUIRED' });
  });
});
