import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { KNOWN_SIGN_IN_TTL_MS } from '../../sign-in/rules/notices/known-sign-ins.ts';
import { addAdministrator, codeOf, type FixtureAdministrator, toSecondFactor } from '../../testing/administrators.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { createFixture, type Fixture, unwrap } from '../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { removeAdministrator } from '../change-administrator.ts';
import { administratorSignInsDocument } from '../documents.ts';
import { answerSignInOtp } from './answer-sign-in.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1';
const HOME = { address: '198.51.100.7', userAgent: FIREFOX };
const ELSEWHERE = { address: '203.0.113.9', userAgent: FIREFOX };
let ports: TestPorts;
let scene: Fixture;
let who: FixtureAdministrator;
beforeEach(async () => {
  ports = await openTestPorts('administrators from elsewhere');
  scene = await createFixture(ports);
  who = await addAdministrator(ports, scene.account, { email: 'ada@acme.example' });
  ports.courier.sent.length = 0;
});
afterEach(() => ports.close());

async function signInFrom(client: ClientInfo, otp?: string) {
  ports.clock.advance(30_000);
  const { handle } = await toSecondFactor(ports, who.account, who.email);
  const typed = otp ?? codeOf(ports, who.secret);
  const { flow } = unwrap(await answerSignInOtp(ports, { handle, seq: 2, otp: typed, client }));
  await nextTurn();
  return flow.step;
}
const told = () => ports.courier.sent.map((mail) => [mail.to, 'change' in mail.facts && mail.facts.change]);
const known = async () => {
  const key = administratorSignInsDocument.key(who.account, who.id);
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  return stored?.value;
};

// The attack: a thief of the password and of the token's seed signs in to the console, and nothing shows it.
test('SR-88: a sign-in from a new network or browser is mailed, with the address', async () => {
  expect(await signInFrom(HOME)).toBe('done');
  expect(await signInFrom({ ...HOME, address: '198.51.100.8' })).toBe('done');
  expect(told()).toEqual([]);
  expect(await signInFrom(ELSEWHERE)).toBe('done');
  expect(ports.courier.sent).toMatchObject([
    {
      ...{ to: who.email, kind: 'security-notice' },
      facts: { change: 'new-sign-in', site: 'Acme', address: ELSEWHERE.address },
    },
  ]);
  expect(await signInFrom(ELSEWHERE)).toBe('done');
  expect(told()).toHaveLength(1);
  expect(await signInFrom({ ...HOME, userAgent: IPHONE })).toBe('done');
  expect(told()).toHaveLength(2);
});

// SR-17. The attack: to learn from a mail whether the password was right, or to fill a mailbox.
test('SR-88: the attack: without the last factor no mail is sent and no place becomes known', async () => {
  expect(await signInFrom(HOME)).toBe('done');
  const before = await known();
  expect(await signInFrom(ELSEWHERE, '000000')).toBe('otp');
  expect(told()).toEqual([]);
  expect(await known()).toEqual(before);
});

test('is mailed also after so long that no place is known any more', async () => {
  await signInFrom(HOME);
  ports.clock.advance(KNOWN_SIGN_IN_TTL_MS);
  expect(await signInFrom(HOME)).toBe('done');
  expect(told()).toEqual([[who.email, 'new-sign-in']]);
});

test('the store keeps no address and no user agent, and nothing of a removed administrator', async () => {
  await signInFrom(HOME);
  const stored = await known();
  expect(stored?.networks).toHaveLength(1);
  for (const text of ['198.51.100', 'Firefox']) expect(JSON.stringify(stored)).not.toContain(text);
  unwrap(await removeAdministrator(ports, operatorContext(scene.account), who.id));
  expect(await known()).toBeUndefined();
});

test('a sign-in stands if its place cannot be recorded', async () => {
  const isOfPlaces = (name: string) => name.includes('administrator-sign-ins');
  ports.store.intercept = {
    commit: (change, go) => {
      if (change.put?.some(({ key }) => isOfPlaces(key.name))) throw new Error('the store is away');
      return go();
    },
  };
  expect(await signInFrom(HOME)).toBe('done');
  ports.store.intercept = {};
  expect(ports.faults).toMatchObject([{ part: 'a notice' }]);
});
