import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountEvent } from '../kernel/event.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { isPasswordLocked, recordNetwork } from '../passwords/password-counters.ts';
import { updateResource, updateToken } from '../testing/as-operator.ts';
import { addUser, type Fixture, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { createTrustFixture, signInWith, trustIn } from '../testing/trust-fixture.ts';
import { userDocument } from '../users/documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('locked password');
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';
const TRAIN = '198.51.100.77';
const ATTACKER = '198.51.100.1';

/** A guess a minute, which the waits allow. */
async function guess(scene: Fixture, times: number, browsers: string[] = []): Promise<void> {
  for (let at = 0; at < times; at++) {
    await signInWith(scene, browsers, { address: ATTACKER, password: `guess ${at}` });
    ports.clock.advance(MINUTE_MS);
  }
}

/** A user with a trusted browser, whose password an attacker has locked outside known networks. */
async function setStage(): Promise<{ scene: Fixture; browser: string }> {
  const scene = await createTrustFixture(ports);
  const browser = await trustIn(scene, { address: HOME });
  await guess(scene, 100);
  return { scene, browser };
}

const enter = async (scene: Fixture, browsers: string[], password = PASSWORD, address = TRAIN) =>
  (await signInWith(scene, browsers, { address, password })).view;
const isLocked = async ({ user }: Fixture) => isPasswordLocked(ports, await read(ports, userDocument.key(user.id)));

const WRONG = { step: 'password', error: { code: 'INVALID_CREDENTIALS' } };

// SR-49. The attack: an outsider guesses for good, so that a user on a journey never gets in.
test('SR-49: a trusted browser signs in from an unknown network, also while the guessing goes on', async () => {
  const { scene, browser } = await setStage();
  expect(await isLocked(scene)).toBe(true);
  expect(await enter(scene, [])).toMatchObject(WRONG);
  await guess(scene, 3);
  await signInWith(scene, [], { address: ATTACKER, password: 'one more' });
  expect((await enter(scene, [browser])).step).toBe('done');
  // The network is known now, and the lock elsewhere is the attacker's.
  ports.clock.advance(MINUTE_MS);
  expect((await enter(scene, [])).step).toBe('otp');
  expect(await isLocked(scene)).toBe(false);
});

// SR-15. The attack: whose browser it is does not matter to the guesser.
test.each<[string, (scene: Fixture, browser: string) => Promise<string[]> | string[]]>([
  ['no secret', () => []],
  ['a made-up secret', () => ['A'.repeat(32)]],
  [
    'a browser that another user trusts',
    async ({ account, resource }) => {
      const other = await addUser(ports, account, resource, { user: { login: 'bob' }, tokens: [{ kind: 'hotp' }] });
      return [await trustIn(other, { address: HOME })];
    },
  ],
  ['a browser of another resource', async () => [await trustIn(await createTrustFixture(ports), { address: HOME })]],
  [
    'trust that has expired',
    (_scene, browser) => {
      ports.clock.advance(31 * 24 * 60 * MINUTE_MS);
      return [browser];
    },
  ],
  [
    'trust that the setting has ended',
    async ({ account, resource }, browser) => {
      unwrap(await updateResource(ports, account, resource.id, { trustedBrowserDays: null }));
      return [browser];
    },
  ],
  [
    'trust in a token that was deactivated',
    async ({ account, tokens: [token] }, browser) => {
      if (token) unwrap(await updateToken(ports, account, token.id, { enabled: false }));
      return [browser];
    },
  ],
])('SR-15: with %s the right password is a wrong one', async (_name, secrets) => {
  const { scene, browser } = await setStage();
  const browsers = await secrets(scene, browser);
  expect(await enter(scene, browsers)).toMatchObject(WRONG);
  expect(await isLocked(scene)).toBe(true);
});

// SR-15. The attack: a thief of the browser guesses with its secret.
test('SR-15: with a stolen browser there are waits and a hundred failures in a row too, and no more', async () => {
  const scene = await createTrustFixture(ports);
  const browser = await trustIn(scene, { address: HOME });
  await guess(scene, 100, [browser]);
  expect(await isLocked(scene)).toBe(false);
  expect(await enter(scene, [browser])).toMatchObject(WRONG);
  const events = (await ports.store.readEvents(0, 0, 1_000_000)).map(({ event }) => event as unknown as AccountEvent);
  expect(
    events.filter(({ type, subject }) => type === 'user.password-locked' && subject === scene.user.id),
  ).toHaveLength(1);
  // Elsewhere nothing was counted.
  expect((await enter(scene, [])).step).toBe('otp');
});

// SR-17. The attack: a stranger shows secrets beside names, to learn which of them exist.
test('SR-17: a secret that is of no use costs the same reads and commits for every name', async () => {
  const scene = await createTrustFixture(ports);
  await trustIn(scene, { address: HOME });
  const costs: { reads: number; commits: number }[] = [];
  for (const name of ['alice', 'unknown']) {
    const walk = await LoginDriver.begin(scene, { address: ATTACKER });
    await walk.identify(name);
    const before = ports.store.commits.length;
    let reads = 0;
    ports.store.intercept = {
      read(keys) {
        reads += keys.length;
      },
    };
    await walk.passwordIn(['A'.repeat(32)], 'a guess');
    ports.store.intercept = {};
    expect(walk.view).toMatchObject(WRONG);
    costs.push({ reads, commits: ports.store.commits.length - before });
  }
  expect(costs[1]).toEqual(costs[0]);
});

test('a known network stays the place that counts, whatever the browser shows', async () => {
  const scene = await createTrustFixture(ports);
  const browser = await trustIn(scene, { address: HOME });
  await recordNetwork(ports, scene.user.id, HOME);
  for (let at = 0; at < 6; at++) await enter(scene, [browser], 'wrong', HOME);
  expect((await enter(scene, [browser], PASSWORD, HOME)).error?.code).toBe('TOO_MANY_ATTEMPTS');
});
