import { afterAll, beforeAll, expect, test } from 'vitest';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import { authenticate } from '../testing/as-operator.ts';
import { createFixture, PASSWORD } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

// SR-19: a flood fills the queue for hashes, so that other users are refused again and again.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('turned away');
});
afterAll(() => ports.close());

test('a request refused by a full queue does not count as a wrong guess', async () => {
  const { account, resource, user } = await createFixture(ports);
  const signIn = () =>
    authenticate(ports, { account, resource: resource.id, user: user.login, password: PASSWORD, method: 'password' });
  ports.hasher.full = true;
  for (let time = 0; time < 30; time++) await expect(signIn()).rejects.toThrow(Overloaded);
  ports.hasher.full = false;
  expect(await signIn()).toMatchObject({ method: 'password' });
});

test('refuses unknown and known names alike', async () => {
  const { account, resource, user } = await createFixture(ports);
  ports.hasher.full = true;
  for (const name of [user.login, 'nobody']) {
    const asked = { account, resource: resource.id, user: name, password: 'x', method: 'password' as const };
    await expect(authenticate(ports, asked)).rejects.toThrow(Overloaded);
  }
  ports.hasher.full = false;
});

test('every attempt releases its slot: right, wrong, rate limited, failed', async () => {
  const { account, resource, user } = await createFixture(ports);
  const signIn = (password: string) =>
    authenticate(ports, { account, resource: resource.id, user: user.login, password, method: 'password' });
  await signIn(PASSWORD);
  for (let time = 0; time < 12; time++) await signIn('wrong');
  expect(await signIn(PASSWORD)).toMatchObject({ refused: 'TOO_MANY_ATTEMPTS' });
  ports.clock.advance(3_600_000);
  ports.hasher.during = () => {
    throw new Error('out of memory');
  };
  await expect(signIn(PASSWORD)).rejects.toThrow();
  ports.hasher.during = undefined;
  expect(ports.hasher.reserved).toBe(0);
});
