import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newOperation } from '../store/transact.ts';
import { authenticate } from '../testing/as-operator.ts';
import { addUser, createFixture, type Fixture, overwrite, PASSWORD } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { nameClaimDocument, userDocument } from '../users/documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('read pairs');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const claimOf = ({ account, user }: Fixture) => nameClaimDocument.key(account, user.login);
type Loss = (scene: Fixture, replica: TestPorts) => Promise<unknown>;
const LOSSES: Record<string, Loss> = {
  'is another user’s': async (scene, replica) => {
    const other = await addUser(replica, scene.account, scene.resource, { user: { login: 'bob' } });
    await overwrite(replica, claimOf(scene), { user: other.user.id });
  },
  'is gone': async (scene, replica) => {
    const key = claimOf(scene);
    const change = { anchor: key.anchor, operation: newOperation(replica), now: replica.clock.now(), expect: [] };
    await replica.store.commit({ ...change, delete: [key] });
  },
};

/** The claim is lost after the user was found by it, and just before the two are read together. */
function lose(scene: Fixture, loss: Loss): void {
  let isDone = false;
  ports.store.intercept.read = async (keys) => {
    const names = keys.map(({ name }) => name);
    if (isDone || !names.includes(claimOf(scene).name) || !names.includes(userDocument.key(scene.user.id).name)) return;
    isDone = true;
    await loss(scene, ports.replica());
  };
}

// SR-4. The attack: a user who has lost the race for a login, and still has it, signs in by it with their own password.
describe.each(Object.entries(LOSSES))('the login of a user %s during a sign-in', (_, loss) => {
  const ask = ({ account, resource }: Fixture, user: string) =>
    authenticate(ports, { account, resource: resource.id, user, method: 'password', password: PASSWORD });

  test('is refused over the API with their password, by the login or by their id', async () => {
    for (const by of ['login', 'id'] as const) {
      const scene = await createFixture(ports, { alone: true });
      lose(scene, loss);
      expect(await ask(scene, scene.user[by])).toEqual({ refused: 'INVALID_CREDENTIALS' });
      expect(await ask(scene, scene.user.id)).toEqual({ refused: 'INVALID_CREDENTIALS' });
    }
  });

  test('is refused in the widget with their password', async () => {
    const scene = await createFixture(ports, { alone: true });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    lose(scene, loss);
    expect(await walk.password()).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
  });

  test('is refused with the code of their token', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    lose(scene, loss);
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({
      step: 'denied',
      error: { code: 'ACCESS_DENIED' },
    });
  });
});
