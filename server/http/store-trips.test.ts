import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assign } from '../testing/as-operator.ts';
import { CountedStore, type Trips } from '../testing/counted-store.ts';
import { addToken, createFixture, type Fixture, type FixtureToken, PASSWORD, unwrap } from '../testing/fixtures.ts';
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
/** Of another account. */
let foreign: Fixture;
let key: string;

beforeAll(async () => {
  const { store: inner, remove } = await openTemporaryStore();
  store = new CountedStore(inner);
  service = await openService('trips', await openTestPorts('trips', { store, remove }));
  const { ports } = service;
  scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
  direct = await addToken(ports, scene.account, { kind: 'hotp' });
  unwrap(await assign(ports, { account: scene.account, resource: scene.resource.id, token: direct.id }));
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
const nextCode = async () => (await scene.tokens[0]?.code()) ?? '';

describe('trips to the store, one after the other', () => {
  test.each<[string, Trips, () => Promise<object>]>([
    // Key, account, resource and name; user; user, name and token; commit.
    ['a code', { inSequence: 4, calls: 4 }, async () => ({ method: 'otp', user: 'alice', otp: await nextCode() })],
    // The first read includes the user.
    [
      'a code for a user by id',
      { inSequence: 3, calls: 3 },
      async () => ({ method: 'otp', user: scene.user.id, otp: await nextCode() }),
    ],
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

  // SR-17, SR-70 The attack: the number of trips shows whether a name exists.
  test.each([
    ['a wrong code', { method: 'otp', otp: '000000' }, { inSequence: 4, calls: 4 }],
    ['a wrong password', { method: 'password', password: 'no, another one' }, { inSequence: 4, calls: 5 }],
    [
      'a wrong password and a code',
      { method: 'password-otp', password: 'no, another one', otp: '000000' },
      { inSequence: 4, calls: 5 },
    ],
  ])('for %s are the same for a known and for an unknown name', async (_, body, bound) => {
    for (const user of ['alice', 'nobody']) expect(await authenticate({ ...body, user }, 403), user).toEqual(bound);
  });

  test.each([
    ['code', { method: 'otp', otp: '000000' }, { inSequence: 3, calls: 3 }],
    ['password', { method: 'password', password: 'no, another one' }, { inSequence: 4, calls: 5 }],
  ])('for a wrong %s are the same for a known and for an unknown id', async (_, body, bound) => {
    const ids = [scene.user.id, 'usr_00000000001', foreign.user.id];
    for (const user of ids) expect(await authenticate({ ...body, user }, 403), user).toEqual(bound);
  });
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
    const login = await LoginDriver.begin(scene, { ports: service.ports });
    const otp = await nextCode();
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
