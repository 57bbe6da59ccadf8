import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change } from '../kernel/ports/store.ts';
import { assign, authenticate } from '../testing/as-operator.ts';
import { withPin } from '../testing/devices/oath-device.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import {
  addToken,
  addUser,
  createFixture,
  type Fixture,
  runMeanwhile,
  type TokenSpec,
  unwrap,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

// SR-17, SR-70 The attack: where a code alone signs in, the attacker sends wrong codes for a list of names, and the
// response times show which exist and which have a working token. Clocks in a test run are noisy, so these tests count
// the work itself: trips to the store, seeds that are opened, HMACs, and commits. `npm run bench -- --only timing`
// measures the time.
let ports: TestPorts;
let scene: Fixture;
let names: Record<string, string>;
const work = { hmacs: 0, opened: 0, trips: [] as string[] };
const { createHmac } = crypto;

beforeAll(async () => {
  ports = await openTestPorts('same work');
  const { open } = ports.secrets;
  ports.secrets.open = (...asked) => {
    work.opened += 1;
    return open(...asked);
  };
  scene = await createFixture(ports, { resource: { methodPolicy: 'otp', failedAttemptsBeforeLock: 10 } });
  const add = (login: string, options = {}) =>
    addUser(ports, scene.account, scene.resource, { user: { login }, ...options });
  await add('holder', { tokens: [{}] });
  await add('without');
  await add('locked', { tokens: [{ state: 'locked' }] });
  await add('deactivated', { tokens: [{ state: 'deactivated' }] });
  await runMeanwhile.blockUser(await add('blocked', { tokens: [{}] }));
  await add('long', { tokens: [{ digits: 8 }] });
  await giveRecoveryCodes(await add('paper', { tokens: [{}] }));
  const [recent] = (await add('recent', { tokens: [{}] })).tokens;
  unwrap(await byApi('recent', { otp: (await recent?.code()) ?? '' }));
  names = {
    'with a token': 'holder',
    'without a token': 'without',
    'with a locked token': 'locked',
    'with a deactivated token': 'deactivated',
    blocked: 'blocked',
    'who has just signed in': 'recent',
    'with a token of eight digits': 'long',
    unknown: 'nobody',
  };
});
afterAll(() => ports.close());

beforeEach(() => {
  crypto.createHmac = (...asked) => {
    work.hmacs += 1;
    return createHmac(...asked);
  };
  syncBuiltinESMExports();
});
afterEach(() => {
  crypto.createHmac = createHmac;
  syncBuiltinESMExports();
  ports.store.intercept = {};
});

const shapeOf = ({ once = false, expect: expected, put = [], delete: deleted = [], index = [], append = [] }: Change) =>
  [
    `is ${once ? 'made once' : 'recorded'}`,
    `expects ${expected.length}`,
    `puts ${put.map(({ expiresAt }) => (expiresAt === undefined ? 'for good' : 'for a while')).join()}`,
    `deletes ${deleted.length}`,
    `moves ${index.length}`,
    `tells ${append.length}`,
  ].join(', ');

/** Everything that takes time, in order. */
async function workOf(run: () => Promise<unknown>) {
  Object.assign(work, { hmacs: 0, opened: 0, trips: [] });
  ports.store.intercept = {
    read: () => {
      work.trips.push('read');
    },
    commit: (change, go) => {
      work.trips.push(shapeOf(change));
      return go();
    },
  };
  await run();
  ports.store.intercept = {};
  return { ...work };
}

const byApi = (user: string, shown: { otp: string } | { recoveryCode: string }) =>
  authenticate(ports, { account: scene.account, resource: scene.resource.id, method: 'otp', user, ...shown });

async function inWidget(login: string) {
  const walk = await LoginDriver.begin(scene);
  await walk.identify(login);
  return workOf(() => walk.otp('000000'));
}

describe('a wrong code for any name takes the same work', () => {
  test('over the API', async () => {
    // The decoy's seed is sealed with the first of them.
    await byApi('nobody', { otp: '000000' });
    const expected = await workOf(() => byApi('holder', { otp: '000000' }));
    expect(expected).toMatchObject({ opened: 1, hmacs: 6 });
    for (const [who, user] of Object.entries(names)) {
      expect(await workOf(() => byApi(user, { otp: '000000' })), who).toEqual(expected);
    }
  });

  test('in the widget', async () => {
    await inWidget('nobody');
    const expected = await inWidget('holder');
    expect(expected).toMatchObject({ opened: 1, hmacs: 6 });
    for (const [who, login] of Object.entries(names)) expect(await inWidget(login), who).toEqual(expected);
  });

  test('a wrong recovery code', async () => {
    const recoveryCode = 'aaaaa-aaaaa-aaaaa-a';
    const expected = await workOf(() => byApi('paper', { recoveryCode }));
    expect(expected).toMatchObject({ opened: 0, hmacs: 1 });
    for (const [who, user] of Object.entries(names)) {
      expect(await workOf(() => byApi(user, { recoveryCode })), who).toEqual(expected);
    }
  });

  test('the code of a token used directly, and of one that does not exist', async () => {
    const direct = (token: string) =>
      authenticate(ports, {
        account: scene.account,
        resource: scene.resource.id,
        method: 'token',
        token: token as 'tok_00000000001',
        otp: '000000',
      });
    const { account, resource } = scene;
    const token = await addToken(ports, account, {});
    unwrap(await assign(ports, { account, resource: resource.id, token: token.id }));
    const expected = await workOf(() => direct(token.id));
    expect(expected).toMatchObject({ opened: 1, hmacs: 6 });
    expect(await workOf(() => direct('tok_00000000001'))).toEqual(expected);
  });
});

// SR-17, SR-70 The attack: a right code of a counter is found without the rest of the look-ahead, so that the time of a
// refusal would reveal that the code was right.
describe('a right code of a counter takes less work only where it lets the user in', () => {
  const pin = { digits: '4711', position: 'before' } as const;
  const hmacsOf = async (user: string, otp: string) => (await workOf(() => byApi(user, { otp }))).hmacs;
  /** Tokens that have been used, so that there is a last code to compare. */
  const addCounters = async (login: string, tokens: TokenSpec[]) => {
    const added = await addUser(ports, scene.account, scene.resource, { user: { login }, tokens });
    for (const token of added.tokens) unwrap(await byApi(login, { otp: withPin(await token.code(), tokens[0]?.pin) }));
    return added.tokens;
  };

  test('a wrong, a far and a used code take as much as each other, and an accepted one less', async () => {
    const [token] = await addCounters('counter', [{ kind: 'hotp' }]);
    const right = (await token?.code()) ?? '';
    const wrong = await hmacsOf('counter', '000000');
    expect(wrong).toBe(12);
    expect(await hmacsOf('counter', (await token?.code(11)) ?? '')).toBe(wrong);
    expect(await hmacsOf('counter', right)).toBe(2);
    expect(await hmacsOf('counter', right)).toBe(wrong);
    expect(await hmacsOf('counter', (await token?.code(10)) ?? '')).toBe(wrong);
  });

  test('with a wrong PIN a right code takes as much as a wrong one', async () => {
    const [token] = await addCounters('pinned', [{ kind: 'hotp', pin }]);
    const right = (await token?.code()) ?? '';
    const wrong = await hmacsOf('pinned', '4711000000');
    expect(await hmacsOf('pinned', `0000${right}`)).toBe(wrong);
    expect(await hmacsOf('pinned', `4711${right}`)).toBe(wrong - 10);
  });

  test('with two tokens a right code of one takes as much as a wrong one: the other may refuse it', async () => {
    const tokens = await addCounters('two', [{ kind: 'hotp' }, { kind: 'hotp' }]);
    const wrong = await hmacsOf('two', '000000');
    for (const token of tokens) expect(await hmacsOf('two', await token.code())).toBe(wrong);
  });
});

test('what is read and written for an unknown name is about as long, and has about as many fields', async () => {
  const { random, store } = ports;
  // The same record every time, so that it exists.
  const bytesOf = random.bytes;
  const randomBytes = vi.spyOn(random, 'bytes');
  randomBytes.mockImplementation((length) => (length === 1 ? Uint8Array.of(7) : bytesOf(length)));
  const reads = vi.spyOn(store, 'getMany');
  const measure = async (user: string) => {
    reads.mockClear();
    const before = store.commits.length;
    await byApi(user, { otp: '000000' });
    // The first has the resource, the account and the name.
    const read = (await Promise.all(reads.mock.settledResults.slice(1).map(({ value }) => value))).flat();
    const written = store.commits.slice(before).flatMap(({ change }) => change.put ?? []);
    const texts = [...read, ...written].map((document) => JSON.stringify(document?.value ?? null));
    return { length: texts.join('').length, fields: texts.join('').split('":').length };
  };
  await byApi('unknown', { otp: '000000' });
  const [known, unknown] = [await measure('holder'), await measure('unknown')];
  randomBytes.mockRestore();
  reads.mockRestore();
  for (const part of ['length', 'fields'] as const) {
    expect(unknown[part] / known[part], part).toBeGreaterThan(0.8);
    expect(unknown[part] / known[part], part).toBeLessThan(1.25);
  }
});

test('wrong codes for any number of unknown names leave a bounded number of records, without names', async () => {
  const before = ports.store.commits.length;
  for (let at = 0; at < 1_000; at++) await byApi(`made up ${at}`, { otp: '000000' });
  const put = ports.store.commits.slice(before).flatMap(({ change }) => change.put ?? []);
  expect(put).toHaveLength(1_000);
  expect(new Set(put.map(({ key }) => `${key.anchor} ${key.name}`)).size).toBeLessThanOrEqual(256);
  expect(JSON.stringify(ports.store.commits.slice(before))).not.toContain('made up');
});
