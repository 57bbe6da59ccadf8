// SR-15, SR-17, SR-49
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountEvent } from '../kernel/event.ts';
import { isRefusal } from '../kernel/result.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { isPasswordLocked } from '../passwords/password-counters.ts';
import { authenticate, operatorContext, updateUser } from '../testing/as-operator.ts';
import { createFixture, type Fixture, PASSWORD } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { userDocument } from '../users/documents.ts';
import { explain } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('password lock');
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.1';

const signIn = ({ account, resource, user }: Fixture, password: string, address: string) =>
  authenticate(ports, { account, resource: resource.id, user: user.login, method: 'password', password, address });

/** The attack: a guess a minute, which the waits allow. */
async function guess(scene: Fixture, times = 100): Promise<void> {
  for (let at = 0; at < times; at++) {
    await signIn(scene, `guess ${at}`, ELSEWHERE);
    ports.clock.advance(MINUTE_MS);
  }
}

async function locksOf({ user }: Fixture): Promise<AccountEvent[]> {
  const events = (await ports.store.readEvents(0, 0, 1_000_000)).map(({ event }) => event as unknown as AccountEvent);
  return events.filter(({ type, subject }) => type === 'user.password-locked' && subject === user.id);
}

test('SR-15: a hundred wrong passwords in a row lock it elsewhere, which is visible and lifted by an unblock', async () => {
  const scene = await createFixture(ports);
  expect(isRefusal(await signIn(scene, PASSWORD, HOME))).toBe(false);
  await guess(scene, 99);
  const read = async () => {
    const [stored] = await ports.store.getMany([userDocument.key(scene.user.id)], ports.clock.now());
    if (!stored) throw new Error('no user');
    return isPasswordLocked(ports, stored.value);
  };
  expect(await read()).toBe(false);
  await guess(scene, 1);
  expect(await read()).toBe(true);
  expect(await locksOf(scene)).toHaveLength(1);
  // The right password looks like a wrong one, to the attacker too.
  const right = await signIn(scene, PASSWORD, ELSEWHERE);
  ports.clock.advance(MINUTE_MS);
  expect(await signIn(scene, 'guess', ELSEWHERE)).toEqual(right);
  ports.clock.advance(MINUTE_MS);

  const { user, resource, account } = scene;
  const question = {
    resource: resource.id,
    address: ELSEWHERE,
    subject: { user: user.login, method: 'widget' },
  } as const;
  expect(await explain(ports, operatorContext(account), question)).toMatchObject({
    explained: {
      checks: expect.arrayContaining([
        { check: 'password-wait', isLocked: true, passed: false, code: 'INVALID_CREDENTIALS' },
      ]),
    },
  });
  await updateUser(ports, account, user.id, { blocked: false });
  expect(await read()).toBe(false);
  expect(isRefusal(await signIn(scene, PASSWORD, ELSEWHERE))).toBe(false);
});

test('SR-49: the user still signs in where they did before, which lifts the lock', async () => {
  const scene = await createFixture(ports);
  expect(isRefusal(await signIn(scene, PASSWORD, HOME))).toBe(false);
  await guess(scene);
  expect(isRefusal(await signIn(scene, PASSWORD, ELSEWHERE))).toBe(true);
  ports.clock.advance(MINUTE_MS);
  expect(isRefusal(await signIn(scene, PASSWORD, HOME))).toBe(false);
  ports.clock.advance(MINUTE_MS);
  expect(isRefusal(await signIn(scene, PASSWORD, ELSEWHERE))).toBe(false);
});

test('SR-15: a right password after 99 wrong ones is recorded as no lock', async () => {
  const scene = await createFixture(ports);
  await guess(scene, 99);
  expect(isRefusal(await signIn(scene, PASSWORD, ELSEWHERE))).toBe(false);
  expect(await locksOf(scene)).toEqual([]);
});

test('SR-15: a hundredth attempt whose check breaks off stays counted, and its lock is recorded', async () => {
  const scene = await createFixture(ports);
  await guess(scene, 99);
  ports.hasher.during = () => Promise.reject(new Error('no thread is left'));
  await expect(signIn(scene, PASSWORD, ELSEWHERE)).rejects.toThrow();
  ports.hasher.during = undefined;
  expect(await locksOf(scene)).toHaveLength(1);
});
