import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import { ADMIN_PASSWORD, addAdministrator, toSecondFactor } from '../testing/administrators.ts';
import { authenticate, operatorContext } from '../testing/as-operator.ts';
import { createFixture, PASSWORD } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { explain } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('free password failures');
  ports.freePasswordFailures = 1;
});
afterAll(() => ports.close());

// SR-16. The attack: guesses at a service whose operator allows one wrong password without a wait.
describe('a second wrong password in a row costs a wait where the operator says so', () => {
  test('over the API, and in its explanation', async () => {
    const { account, resource, user } = await createFixture(ports);
    const signIn = async (password: string) => {
      const asked = { account, resource: resource.id, user: user.login, method: 'password', password } as const;
      const outcome = await authenticate(ports, asked);
      return isRefusal(outcome) ? outcome.refused : 'in';
    };
    expect(await signIn('guess 1')).toBe('INVALID_CREDENTIALS');
    expect(await signIn('guess 2')).toBe('INVALID_CREDENTIALS');
    expect(await signIn(PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
    const question = { resource: resource.id, subject: { user: user.login, method: 'password' } } as const;
    const explained = await explain(ports, operatorContext(account), question);
    expect(JSON.stringify(explained)).toContain('TOO_MANY_ATTEMPTS');
    ports.clock.advance(1_000);
    expect(await signIn(PASSWORD)).toBe('in');
  });

  test('in the widget', async () => {
    const scene = await createFixture(ports);
    const driver = await LoginDriver.begin(scene);
    await driver.identify();
    for (const password of ['guess 1', 'guess 2', PASSWORD]) await driver.password(password);
    expect(driver.view.error?.code).toBe('TOO_MANY_ATTEMPTS');
  });

  test('at the console', async () => {
    const scene = await createFixture(ports);
    const { account, email } = await addAdministrator(ports, scene.account, { email: 'ada@acme.example' });
    const codeAfter = async (password: string) =>
      (await toSecondFactor(ports, account, email, password)).flow.error?.code;
    await codeAfter('guess 1');
    await codeAfter('guess 2');
    expect(await codeAfter(ADMIN_PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
  });
});
