import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assign, unassign, updateUser } from '../testing/as-operator.ts';
import { CountedStore, type Trips } from '../testing/counted-store.ts';
import {
  addToken,
  addUser,
  createFixture,
  type Fixture,
  type FixtureToken,
  PASSWORD,
  runMeanwhile,
  unwrap,
} from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts } from '../testing/test-ports.ts';

// Each trip to a store on the network is a wait, and costs processor time on both sides. The bounds are what the code
// needs; a change that adds a trip raises a bound here, for a reason.
let store: CountedStore;
let service: Service;
let scene: Fixture;
let direct: FixtureToken;
/** A user of the account who has not signed in. */
let quiet: Fixture;
/** Of another account. */
let foreign: Fixture;
let key: string;

beforeAll(async () => {
  const { store: inner, remove } = await openTemporaryStore();
  store = new CountedStore(inner);
  service = await openService('trips', await openTestPorts('trips', { store, remove }));
  const { ports } = service;
  scene = await createFixture(ports, { user: { alias: 'al' }, tokens: [{ kind: 'hotp' }] });
  direct = await addToken(ports, scene.account, { kind: 'hotp' });
  unwrap(await assign(ports, { account: scene.account, resource: scene.resource.id, token: direct.id }));
  quiet = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{}] });
  foreign = await createFixture(ports, { tokens: [{}] });
  key = await service.keyFor(scene.account, ['authenticate']);
  // The first request records that the key was used.
  await authenticate({ method: 'otp', user: 'alice', otp: await nextCode() }, 200);
});
afterAll(() => service.ports.close());

async function authenticate(body: object, expected: number): Promise<Trips> {
  let status = 0;
  const trips = await store.count(async () => {
    const answer = await service.call('POST /v1/authentications', {
      key,
      body: { resource: scene.resource.id, ...body },
    });
    status = answer.status;
  });
  expect(status).toBe(expected);
  return trips;
}
let people = 0;
const nextCode = async () => (await scene.tokens[0]?.code()) ?? '';
const code = async (user: string) => ({ method: 'otp', user, otp: await nextCode() });

describe('trips to the store, one after the other', () => {
  test.each<[string, Trips, () => Promise<object>]>([
    // Key, account, resource and name; user; user, name and token; commit.
    ['a code with another name', { inSequence: 4, calls: 4 }, async () => code('al')],
    // Key, account, resource, name, user and token; commit.
    ['a code with the same name again', { inSequence: 2, calls: 2 }, async () => code('al')],
    // Key, account, resource and user; user, name and token; commit.
    ['a code for a user by id', { inSequence: 3, calls: 3 }, async () => code(scene.user.id)],
    // Key, account, resource and token; token; commit.
    [
      'the code of a token used directly',
      { inSequence: 3, calls: 3 },
      async () => ({ method: 'token', token: direct.id, otp: await direct.code() }),
    ],
    // Key, account, resource and name; user and counters; both counters; all again; both counters.
    [
      'a password',
      { inSequence: 5, calls: 7 },
      async () => ({ method: 'password', user: 'alice', password: PASSWORD }),
    ],
    // The same, and the token.
    [
      'a password and a code',
      { inSequence: 6, calls: 8 },
      async () => ({ method: 'password-otp', user: 'alice', password: PASSWORD, otp: await nextCode() }),
    ],
  ])('for %s', async (_, bound, body) => {
    expect(await authenticate(await body(), 200)).toEqual(bound);
  });

  // SR-17, SR-70 The attack: the number of trips shows whether a name exists, or was used before.
  test.each([
    ['a wrong code', { method: 'otp', otp: '000000' }, { inSequence: 4, calls: 4 }],
    ['a wrong password', { method: 'password', password: 'no, another one' }, { inSequence: 4, calls: 5 }],
    [
      'a wrong password and a code',
      { method: 'password-otp', password: 'no, another one', otp: '000000' },
      { inSequence: 4, calls: 5 },
    ],
  ])('for %s are the same for every name', async (_, body, bound) => {
    for (const user of ['alice', 'al', 'ALICE', 'bob', 'nobody'])
      expect(await authenticate({ ...body, user }, 403), user).toEqual(bound);
  });

  test.each([
    ['code', { method: 'otp', otp: '000000' }, { inSequence: 3, calls: 3 }],
    ['password', { method: 'password', password: 'no, another one' }, { inSequence: 4, calls: 5 }],
  ])('for a wrong %s are the same for a known and for an unknown id', async (_, body, bound) => {
    const ids = [scene.user.id, quiet.user.id, 'usr_00000000001', foreign.user.id];
    for (const user of ids) expect(await authenticate({ ...body, user }, 403), user).toEqual(bound);
  });
});

// SR-17, SR-70 The attack: a wrong code for a name that was used before shows by its trips what has changed since.
test.each<[string, (used: Fixture) => Promise<unknown>]>([
  ['was blocked', runMeanwhile.blockUser],
  [
    'got another token',
    async ({ ports, account, resource, user }) => {
      const { id } = await addToken(ports, account, { owner: user.id });
      unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: id }));
    },
  ],
  [
    'lost the token',
    ({ ports, account, resource, user, tokens }) =>
      unassign(ports, { account, resource: resource.id, user: user.id, token: tokens[0]?.id }),
  ],
  ['lost the name', ({ ports, account, user }) => updateUser(ports, account, user.id, { alias: null })],
])('a wrong code for a user who %s costs the trips of any other', async (_, change) => {
  const { ports } = service;
  const alias = `carol-${people++}`;
  const made = { user: { login: `${alias}@example.com`, alias }, tokens: [{ kind: 'hotp' as const }] };
  const used = await addUser(ports, scene.account, scene.resource, made);
  await authenticate({ method: 'otp', user: alias, otp: await used.tokens[0]?.code() }, 200);
  await change(used);
  expect(await authenticate({ method: 'otp', user: alias, otp: '000000' }, 403)).toMatchObject({ inSequence: 4 });
});

// SR-26, SR-70 The attack: without a valid key, the documents that are read in the same trip as the key are probed.
test('a request without a valid key costs one trip and shows nothing about what it names', async () => {
  const forged = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
  const answers: object[] = [];
  for (const user of ['alice', 'nobody', 'x'.repeat(10_000), ['alice'], undefined]) {
    const body = { method: 'otp', resource: scene.resource.id, user, otp: '000000' };
    const trips = await store.count(async () => {
      const answer = await service.call('POST /v1/authentications', { key: forged, body });
      const { requestId: _requestId, ...problem } = (await answer.json()) as { requestId: string };
      answers.push({ status: answer.status, problem });
    });
    expect(trips).toEqual({ inSequence: 1, calls: 1 });
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 401, problem: { code: 'API_KEY_INVALID' } });
});

describe('trips of a sign-in through the widget', () => {
  test('with a password and a code', async () => {
    const tokens = [{ kind: 'hotp' as const }];
    const visitor = await addUser(service.ports, scene.account, scene.resource, { user: { login: 'dave' }, tokens });
    const login = await LoginDriver.begin(visitor);
    const otp = (await visitor.tokens[0]?.code()) ?? '';
    expect({
      // Flow; resource, named in the handle; claim; flow as claimed, with the rules; its next step.
      identify: await store.count(() => login.identify()),
      // Flow; claim; flow, rules and name; user and counters; both counters; all again; both counters; the next step.
      password: await store.count(() => login.password()),
      // Flow; claim; flow, rules and user; user, name and token; commit; rules again; result.
      otp: await store.count(() => login.otp(otp)),
      step: login.view.step,
    }).toEqual({
      identify: { inSequence: 5, calls: 5 },
      password: { inSequence: 8, calls: 10 },
      otp: { inSequence: 7, calls: 7 },
      step: 'done',
    });
  });
});
