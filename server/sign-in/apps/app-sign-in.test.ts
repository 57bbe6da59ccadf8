import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../kernel/event.ts';
import { idFromBytes, parseId } from '../../kernel/ids.ts';
import { isRefusal } from '../../kernel/result.ts';
import { consumeResult, updateResource } from '../../testing/as-operator.ts';
import { beforeCommitOf } from '../../testing/before-commit.ts';
import { addResource, createFixture, type Fixture, NONCE, runMeanwhile, unwrap } from '../../testing/fixtures.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { resultDocument } from '../documents.ts';
import { exchangeCode } from './exchange-code.ts';
import { startAppFlow } from './start-app-flow.ts';

const CUSTOM = 'com.example.shop:/signed-in';
const LOOPBACK = 'http://127.0.0.1/signed-in';
const CLAIMED = 'https://app.shop.example/signed-in';
const STATE = 'a-state-of-the-app';
const VERIFIER = 'v'.repeat(43);
const challengeOf = (verifier: string) => hash('sha256', verifier, 'base64url');

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('app sign-in');
});
afterAll(() => ports.close());

const INVALID = { refused: 'APP_CODE_INVALID' };
const newScene = (settings = {}) =>
  createFixture(ports, { resource: { appRedirectUris: [CUSTOM, LOOPBACK, CLAIMED], ...settings } });

function ask({ resource }: Pick<Fixture, 'resource'>, redirectUri = CUSTOM, changes: Record<string, string> = {}) {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: resource.id,
    redirect_uri: redirectUri,
    state: STATE,
    nonce: NONCE,
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
    ...changes,
  });
  return startAppFlow(ports, { query: `?${query}`, client: {} });
}

/** Signs the user in on the page, and returns the address that leads back. */
async function signIn(scene: Fixture, redirectUri = CUSTOM): Promise<{ walk: LoginDriver; address: string }> {
  const walk = new LoginDriver(scene, ports, unwrap(await ask(scene, redirectUri)), undefined);
  await walk.identify();
  await walk.password();
  expect(walk.view.step).toBe('done');
  return { walk, address: walk.view.result ?? '' };
}

const codeIn = (address: string) => new URLSearchParams(address.slice(address.indexOf('?'))).get('code') ?? '';
type Given = Partial<{ code: string; resource: Fixture['resource']['id']; redirectUri: string; codeVerifier: string }>;
const exchange = (scene: Fixture, code: string, changes: Given = {}, over = ports) =>
  exchangeCode(
    over,
    {},
    { code, resource: scene.resource.id, redirectUri: CUSTOM, codeVerifier: VERIFIER, ...changes },
  );
const consume = ({ account, resource }: Fixture, result: string, expected: object = { app: true }) =>
  consumeResult(ports, { account, resource: resource.id, result, nonce: NONCE, ...expected });
/** The events of exchanges in the account, by all processes. */
const exchangesOf = ({ account }: Fixture): AccountEvent[] =>
  ports.store.commits
    .flatMap(
      ({ change, outcome }) => (outcome === 'committed' ? (change.append ?? []) : []) as unknown as AccountEvent[],
    )
    .filter((event) => event.type === 'result.exchanged' && event.account === account);

describe('an app that opened the sign-in', () => {
  test.each([CUSTOM, 'http://127.0.0.1:51004/signed-in', CLAIMED])(
    'at %s gets a code, and for the code the result',
    async (redirectUri) => {
      const scene = await newScene();
      const { address } = await signIn(scene, redirectUri);
      const [target, query] = address.split('?');
      expect(target).toBe(redirectUri);
      expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
        code: expect.stringMatching(/^flw_\w{11}\.[\w-]{43}$/),
        state: STATE,
        // RFC 9207: an app that uses several services knows which one answers.
        iss: ISSUER,
      });
      const { result, expiresAt } = unwrap(await exchange(scene, codeIn(address), { redirectUri }));
      expect(expiresAt).toBeGreaterThan(ports.clock.now());
      const { claims } = unwrap(await consume(scene, result));
      expect(claims).toMatchObject({
        sub: scene.user.id,
        aud: scene.resource.id,
        nonce: NONCE,
        origin: ISSUER,
        app: true,
      });
    },
  );

  test('is in the audit log as an act of the user', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    await exchange(scene, codeIn(address));
    expect(exchangesOf(scene)).toMatchObject([
      {
        outcome: 'done',
        actor: { kind: 'user', id: scene.user.id },
        subject: scene.user.id,
        resource: scene.resource.id,
      },
    ]);
  });

  test('of a test resource gets a test result, which names no user', async () => {
    const scene = await newScene();
    const resource = await addResource(ports, scene.account, { testMode: 'pass', appRedirectUris: [CUSTOM] });
    const tried = { ...scene, resource };
    const walk = new LoginDriver(tried, ports, unwrap(await ask(tried)), undefined);
    await walk.identify();
    if (walk.view.step === 'password') await walk.password();
    if (walk.view.step === 'otp') await walk.otp('123456');
    const { result } = unwrap(await exchange(tried, codeIn(walk.view.result ?? '')));
    expect(await consume(tried, result)).toEqual({ refused: 'RESULT_TEST' });
  });
});

// The attack: the attacker's own session at the shop has a nonce. A user signs in to the app that the attacker opened with
// it, and the attacker brings the result to the shop, or a result of the shop's page to the backend of the app.
describe('SR-80: a result of an app', () => {
  const PAGE = 'https://shop.example';

  test('is refused where a page is expected, and stays unused', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const { result } = unwrap(await exchange(scene, codeIn(address)));
    expect(await consume(scene, result, { origin: PAGE })).toEqual({ refused: 'RESULT_ORIGIN' });
    expect(await consume(scene, result, { origin: ISSUER })).toEqual({ refused: 'RESULT_ORIGIN' });
    expect(await consume(scene, result, { app: true, origin: PAGE })).toEqual({ refused: 'RESULT_ORIGIN' });
    expect(await consume(scene, result, { app: true, origin: ISSUER })).toHaveProperty('claims');
  });

  test('is refused where a page is expected, also once the resource lists no app', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const { result } = unwrap(await exchange(scene, codeIn(address)));
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { appRedirectUris: [] }));
    expect(await consume(scene, result, {})).toEqual({ refused: 'RESULT_ORIGIN' });
  });

  test('is not what a page gives', async () => {
    const scene = await newScene();
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    const result = walk.view.result ?? '';
    expect(await consume(scene, result)).toEqual({ refused: 'RESULT_ORIGIN' });
    expect(await consume(scene, result, { app: true, origin: PAGE })).toEqual({ refused: 'RESULT_ORIGIN' });
    expect(await consume(scene, result, { origin: PAGE })).toHaveProperty('claims');
  });
});

// RFC 8252, 8.1 and 8.7. The attack: another app has claimed the scheme, or reads the browser's history, and has the code.
describe('SR-10: a stolen code', () => {
  test('is worth nothing without the verifier, and the app can still use it', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const code = codeIn(address);
    for (const codeVerifier of ['x'.repeat(43), challengeOf(VERIFIER), `${VERIFIER}v`]) {
      expect(await exchange(scene, code, { codeVerifier })).toEqual(INVALID);
    }
    expect(await exchange(scene, code)).toHaveProperty('result');
    // Nor can the thief then have the result withdrawn.
    expect(await exchange(scene, code, { codeVerifier: 'x'.repeat(43) })).toEqual(INVALID);
    expect(exchangesOf(scene)).toHaveLength(1);
  });

  test('fits no other resource, address, port or sign-in', async () => {
    const scene = await newScene();
    const other = await addResource(ports, scene.account, { appRedirectUris: [CUSTOM] });
    const redirectUri = 'http://127.0.0.1:51004/signed-in';
    const [one, two] = [await signIn(scene, redirectUri), await signIn(scene, redirectUri)];
    const [id, secret] = codeIn(one.address).split('.');
    expect(await exchange(scene, codeIn(one.address), { redirectUri, resource: other.id })).toEqual(INVALID);
    for (const wrong of ['http://127.0.0.1:51005/signed-in', LOOPBACK, CUSTOM, `${redirectUri}/`, '']) {
      expect(await exchange(scene, codeIn(one.address), { redirectUri: wrong })).toEqual(INVALID);
    }
    expect(await exchange(scene, `${codeIn(two.address).split('.')[0]}.${secret}`, { redirectUri })).toEqual(INVALID);
    for (const made of [`${id}.`, `${id}.${'A'.repeat(43)}`, `${id}.${secret}A`, `${secret}`, '', 'flw_.']) {
      expect(await exchange(scene, made, { redirectUri })).toEqual(INVALID);
    }
    expect(await exchange(scene, codeIn(one.address), { redirectUri })).toHaveProperty('result');
  });

  test('made up, costs no trip to the store', async () => {
    const scene = await newScene();
    const before = ports.store.reads;
    const id = idFromBytes('flw', ports.random.bytes(7));
    expect(await exchange(scene, `${id}.${'A'.repeat(43)}`)).toEqual(INVALID);
    expect(ports.store.reads).toBe(before);
  });

  test('cannot be had for the handle of a sign-in in the widget', async () => {
    const scene = await newScene();
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    expect(walk.view.result).toMatch(/^ey/);
    const id = parseId('flw', walk.handle.split('.')[0]) ?? 'flw_0';
    const mac = Buffer.from(ports.secrets.mac('app-code', id)).toString('base64url');
    expect(await exchange(scene, `${id}.${mac}`)).toEqual(INVALID);
  });
});

// SR-1, SR-10. The attack: a code and its verifier are both known to another, who uses them too.
describe('a code that comes twice', () => {
  test('withdraws the result that it gave, while no backend has consumed it', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const { result } = unwrap(await exchange(scene, codeIn(address)));
    expect(await exchange(scene, codeIn(address))).toEqual(INVALID);
    expect(await consume(scene, result)).toEqual({ refused: 'RESULT_REVOKED' });
    // Further replays write nothing.
    expect(await exchange(scene, codeIn(address))).toEqual(INVALID);
    expect(exchangesOf(scene).map(({ outcome }) => outcome)).toEqual(['done', 'refused']);
  });

  test('changes nothing of a sign-in that a backend has accepted', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const { result } = unwrap(await exchange(scene, codeIn(address)));
    expect(await consume(scene, result)).toHaveProperty('claims');
    expect(await exchange(scene, codeIn(address))).toEqual(INVALID);
    expect(await consume(scene, result)).toEqual({ refused: 'RESULT_USED' });
  });

  test('fifty times at once in two processes, gives one result, which is withdrawn', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const other = ports.replica();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => exchange(scene, codeIn(address), {}, at % 2 ? ports : other)),
    );
    const granted = answers.flatMap((answer) => (isRefusal(answer) ? [] : [answer.result]));
    expect(granted).toHaveLength(1);
    expect(await consume(scene, granted[0] ?? '')).toEqual({ refused: 'RESULT_REVOKED' });
  });

  test('does not race a consumption: the result is withdrawn or consumed, never both', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const { result } = unwrap(await exchange(scene, codeIn(address)));
    ports.store.intercept = {
      async commit(change, go) {
        if (!touches(change, 'result')) return go();
        ports.store.intercept = {};
        await exchange(scene, codeIn(address));
        return go();
      },
    };
    expect(await consume(scene, result)).toEqual({ refused: 'RESULT_REVOKED' });
    ports.store.intercept = {};
  });
});

// SR-4, SR-39
describe('between the sign-in and the exchange', () => {
  test.each([
    ['the resource is disabled', runMeanwhile.disableResource, 'RESULT_REVOKED'],
    ['the plan ends', runMeanwhile.deactivatePlan, 'PLAN_INACTIVE'],
  ])('%s: there is no result', async (_, change, refused) => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    await change(scene);
    expect(await exchange(scene, codeIn(address))).toEqual({ refused });
    // The log does not say that the app has the result.
    expect(exchangesOf(scene)).toEqual([]);
  });

  test('the address is removed from the list: there is no result', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    const { account, resource } = scene;
    unwrap(await updateResource(ports, account, resource.id, { appRedirectUris: [LOOPBACK] }));
    expect(await exchange(scene, codeIn(address))).toEqual(INVALID);
    expect(exchangesOf(scene)).toEqual([]);
  });

  // The attack: the exchange has passed its checks, and its commit waits.
  test('the user is blocked while the code is used up: there is no result', async () => {
    const scene = await newScene();
    const { address } = await signIn(scene);
    beforeCommitOf(ports, 'result', () => runMeanwhile.blockUser(scene));
    expect(await exchange(scene, codeIn(address))).toEqual({ refused: 'RESULT_REVOKED' });
    ports.store.intercept = {};
  });

  test('more than a minute passes: there is no result', async () => {
    const scene = await newScene({ resultLifetimeMs: 300_000 });
    const { address } = await signIn(scene);
    ports.clock.advance(60_000);
    expect(await exchange(scene, codeIn(address))).toEqual(INVALID);
  });
});

// SR-11, RFC 9700 4.1 and 4.11. The attack: a link that starts a sign-in whose code goes elsewhere.
describe('a sign-in for an app', () => {
  test.each([
    ['another path', 'com.example.shop:/other', {}],
    ['another scheme', 'com.example.evil:/signed-in', {}],
    ['another path on loopback', 'http://127.0.0.1:51004/other', {}],
    ['localhost', 'http://localhost:51004/signed-in', {}],
    ['a script', 'javascript:alert(1)', {}],
    ['no PKCE', CUSTOM, { code_challenge: '' }],
    ['plain PKCE', CUSTOM, { code_challenge_method: 'plain' }],
    ['an unknown resource', CUSTOM, { client_id: 'res_00000000000' }],
  ])('does not start with %s', async (_, redirectUri, changes) => {
    expect(await ask(await newScene(), redirectUri, changes)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
  });

  test('does not start where addresses are registered for form posts only: a backend starts those', async () => {
    const scene = await newScene({ appRedirectUris: [], redirectUris: [CLAIMED] });
    expect(await ask(scene, CLAIMED)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
  });

  test('SR-65: writes nothing when it starts', async () => {
    const scene = await newScene();
    const before = ports.store.commits.length;
    expect(await ask(scene)).toHaveProperty('handle');
    expect(ports.store.commits.length).toBe(before);
  });

  test('does not start for an address of another resource', async () => {
    const scene = await newScene();
    const other = await addResource(ports, scene.account, { appRedirectUris: [LOOPBACK] });
    expect(await ask({ resource: other }, CUSTOM)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
  });

  test('does not go on once its address has left the list', async () => {
    const scene = await newScene();
    const walk = new LoginDriver(scene, ports, unwrap(await ask(scene)), undefined);
    const { account, resource } = scene;
    unwrap(await updateResource(ports, account, resource.id, { appRedirectUris: [] }));
    expect(await walk.identify()).toEqual({ refused: 'FLOW_NOT_FOUND' });
  });

  test('shows its page the code only: never the result, and nothing once the app has it', async () => {
    const scene = await newScene();
    const { walk, address } = await signIn(scene);
    expect(await walk.look()).toMatchObject({ step: 'done', result: address });
    await exchange(scene, codeIn(address));
    expect(await walk.look()).not.toHaveProperty('result');
  });

  test('stores nothing from which the code can be made', async () => {
    const scene = await newScene();
    const { walk, address } = await signIn(scene);
    const id = parseId('flw', walk.handle.split('.')[0]);
    if (!id) throw new Error('no id');
    const [stored] = await ports.store.getMany([resultDocument.key(id)], ports.clock.now());
    expect(stored?.value.app).toEqual({ redirectUri: CUSTOM, state: STATE, codeChallenge: challengeOf(VERIFIER) });
    expect(JSON.stringify(stored)).not.toContain(codeIn(address).split('.')[1]);
  });
});
