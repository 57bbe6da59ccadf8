import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResultClaims } from '@countersign/protocol/result';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlowId } from '../../kernel/ids.ts';
import { refusal } from '../../kernel/result.ts';
import { DEFAULT_WEIGHTS } from '../../resources/environment-check.ts';
import { MAX_REMEMBERED_MS } from '../../resources/resource.ts';
import { consumeResult, createLoginRequest } from '../../testing/as-operator.ts';
import { givePasskey, inTheFrame } from '../../testing/devices/passkey-device.ts';
import {
  addResource,
  addUser,
  birth,
  createFixture,
  type Fixture,
  NONCE,
  ORIGIN,
  runMeanwhile,
  setState,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import type { Rule } from '../rule.ts';
import { RULES } from '../rules.ts';
import { startRedirectedFlow } from './start-redirected-flow.ts';
import { startRequestedFlow } from './start-requested-flow.ts';

const HOUR_MS = 3_600_000;
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('step up');
});
afterAll(() => ports.close());

interface Asked {
  acr?: '1' | '2';
  maxAgeMs?: number;
  previous?: string;
  user?: string;
  redirectUri?: string;
}
function ask(scene: Fixture, { acr = '1', maxAgeMs, previous, user = scene.user.login, redirectUri }: Asked) {
  return createLoginRequest(ports, birth(ports, 'flw'), {
    account: scene.account,
    resource: scene.resource.id,
    user,
    nonce: NONCE,
    passwordChecked: false,
    ...omitUndefined({ redirectUri }),
    demand: { acr, ...omitUndefined({ maxAgeMs }) },
    previous: previous as FlowId | undefined,
  });
}
const begin = async (scene: Fixture, asked: Asked, options: Parameters<typeof LoginDriver.begin>[1] = {}) =>
  LoginDriver.begin(scene, { ...options, loginRequest: unwrap(await ask(scene, asked)).loginRequest });

/** Consumes a result as the host's backend does. */
async function take(scene: Fixture, walk: LoginDriver): Promise<ResultClaims> {
  const { account, resource } = scene;
  return unwrap(
    await consumeResult(ports, { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE }),
  ).claims;
}
/** A user with a code generator who has just signed in on a site that asks for the password alone. */
async function signedIn(settings: object = {}): Promise<{ scene: Fixture; first: ResultClaims }> {
  const resource = { methodPolicy: 'password', rememberMs: 12 * HOUR_MS, ...settings } as const;
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }], resource });
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return { scene, first: await take(scene, walk) };
}
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';

describe('a user who has shown the password', () => {
  test('is asked for the code alone if two factors are required', async () => {
    const { scene, first } = await signedIn();
    expect(first).toMatchObject({ acr: '1', amr: ['pwd'] });
    ports.clock.advance(HOUR_MS);
    const walk = await begin(scene, { acr: '2', previous: first.jti });
    expect(walk.view).toMatchObject({ step: 'otp', login: 'alice' });
    await walk.otp(await code(scene));
    const claims = await take(scene, walk);
    expect(claims).toMatchObject({ acr: '2', amr: ['pwd', 'otp', 'mfa'], sub: scene.user.id });
    // The password keeps its age, however new the code.
    expect(claims.auth_time).toBe(first.auth_time);
    expect(claims.iat).toBe(first.iat + HOUR_MS / 1000);
  });

  test('is asked for nothing if that is enough, and the time does not restart', async () => {
    const { scene, first } = await signedIn();
    ports.clock.advance(11 * HOUR_MS);
    const walk = await begin(scene, { previous: first.jti });
    expect(walk.view).toMatchObject({ step: 'done' });
    const second = await take(scene, walk);
    expect(second).toMatchObject({ acr: '1', amr: ['pwd'], otp: 'not_used', auth_time: first.auth_time });
    ports.clock.advance(HOUR_MS);
    expect((await begin(scene, { previous: second.jti })).view.step).toBe('password');
  });

  const HOOKS: Record<string, Partial<Rule>> = {
    'before the result': { beforeResult: () => ({ end: refusal('HOOK_DENIED') }) },
    'in the commit': { inResult: () => refusal('HOOK_DENIED') },
  };
  test.each(Object.entries(HOOKS))(
    'SR-87. The attack: a sign-in that asks for nothing passes by a rule that denies %s',
    async (_when, hook) => {
      const { scene, first } = await signedIn();
      const { loginRequest } = unwrap(await ask(scene, { previous: first.jti }));
      const input = { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN, client: {} };
      const rules = [...RULES, { name: 'strict', does: 'Denies.', ...hook }];
      const begun = unwrap(await startRequestedFlow(ports, scene.resource, input, loginRequest, rules));
      expect(begun).toMatchObject({ step: 'denied', error: { code: 'HOOK_DENIED' } });
      expect(begun.result).toBeUndefined();
      const broken = {
        name: 'broken',
        does: 'Breaks.',
        beforeResult: () => {
          throw new Error('a rule is broken');
        },
      };
      const again = unwrap(await ask(scene, { previous: first.jti })).loginRequest;
      const failing = startRequestedFlow(ports, scene.resource, input, again, [...RULES, broken]);
      await expect(failing).rejects.toThrow('a rule is broken');
    },
  );

  test('is asked again if it was longer ago than the host allows, and then for the code', async () => {
    const { scene, first } = await signedIn();
    ports.clock.advance(HOUR_MS);
    const walk = await begin(scene, { acr: '2', maxAgeMs: HOUR_MS, previous: first.jti });
    expect(walk.view).toMatchObject({ step: 'password', login: 'alice' });
    await walk.password();
    expect(walk.view.step).toBe('otp');
    await walk.otp(await code(scene));
    expect((await take(scene, walk)).auth_time).toBe(Math.floor(ports.clock.now() / 1000));
  });

  test('has no more time for the code than the password has left', async () => {
    const { scene, first } = await signedIn();
    const walk = await begin(scene, { acr: '2', maxAgeMs: 60_000, previous: first.jti });
    expect(walk.view.expiresAt).toBeLessThanOrEqual(ports.clock.now() + 60_000);
    ports.clock.advance(60_000);
    expect(await walk.otp(await code(scene))).toEqual({ refused: 'FLOW_NOT_FOUND' });
  });
});

test('a user who has shown a code is asked for the password alone', async () => {
  const scene = await createFixture(ports, {
    tokens: [{ kind: 'hotp' }],
    resource: { methodPolicy: 'otp', rememberMs: HOUR_MS },
  });
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.otp(await code(scene));
  const first = await take(scene, walk);
  const up = await begin(scene, { acr: '2', previous: first.jti });
  expect(up.view.step).toBe('password');
  await up.password('a guess');
  expect(up.view).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
  await up.password();
  expect(await take(scene, up)).toMatchObject({ acr: '2', amr: ['pwd', 'otp', 'mfa'], otp: 'verified' });
});

describe('an earlier result is void', () => {
  const everything = async (scene: Fixture, asked: Asked) => {
    const walk = await begin(scene, asked);
    expect(walk.view).toMatchObject({ step: 'password' });
    await walk.password();
    return walk;
  };

  // SR-10: its id alone is no credential: it takes the host's key, its resource and its user.
  test('for another user, on another resource, or by an unknown id', async () => {
    const { scene, first } = await signedIn();
    const bob = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    await everything(bob, { previous: first.jti });
    const resource = await addResource(ports, scene.account, { rememberMs: HOUR_MS });
    const elsewhere = await addUser(ports, scene.account, resource, { user: { login: 'carol' } });
    await everything(elsewhere, { previous: first.jti });
    await everything(scene, { previous: 'flw_00000000001' });
  });

  test('before it was consumed', async () => {
    const { scene } = await signedIn();
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    const { jti } = (await ports.signer.verify(walk.view.result ?? '', {
      audience: scene.resource.id,
      now: ports.clock.now(),
    })) as ResultClaims;
    await everything(scene, { previous: jti });
  });

  test('if the resource remembers nothing, or less', async () => {
    const { scene, first } = await signedIn({ rememberMs: 1000 });
    ports.clock.advance(1000);
    await everything(scene, { previous: first.jti });
    const forgetful = await signedIn({ rememberMs: undefined });
    await everything(forgetful.scene, { previous: forgetful.first.jti, maxAgeMs: MAX_REMEMBERED_MS });
  });

  // SR-4
  test('with another password, before the sign-in and during it', async () => {
    const { scene, first } = await signedIn();
    const under = await begin(scene, { acr: '2', previous: first.jti });
    expect(under.view.step).toBe('otp');
    await runMeanwhile.changePassword(scene);
    await under.otp(await code(scene));
    expect(under.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect((await begin(scene, { previous: first.jti })).view.step).toBe('password');
  });

  test.each(['blockUser', 'disableResource', 'deactivatePlan'] as const)('after %s', async (change) => {
    const { scene, first } = await signedIn();
    await runMeanwhile[change](scene);
    const asked = await ask(scene, { previous: first.jti });
    if ('refused' in asked) return;
    const walk = await LoginDriver.begin(scene, { loginRequest: asked.loginRequest });
    expect(walk.view.step).toBe('denied');
    expect(walk.view).not.toHaveProperty('result');
  });

  test('if its token is locked', async () => {
    const scene = await createFixture(ports, {
      tokens: [{ kind: 'hotp' }, { kind: 'hotp' }],
      resource: { rememberMs: HOUR_MS },
    });
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await code(scene));
    const { jti } = await take(scene, walk);
    expect((await begin(scene, { acr: '2', previous: jti })).view.step).toBe('done');
    const [shown] = scene.tokens;
    if (shown) await setState(ports, scene.account, shown.id, 'locked');
    expect((await begin(scene, { acr: '2', previous: jti })).view.step).toBe('otp');
  });

  // SR-4
  test('if its token is locked between the start and the password', async () => {
    const resource = { methodPolicy: 'otp', rememberMs: HOUR_MS } as const;
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }, { kind: 'hotp' }], resource });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.otp(await code(scene));
    const up = await begin(scene, { acr: '2', previous: (await take(scene, walk)).jti });
    expect(up.view.step).toBe('password');
    const [shown, other] = scene.tokens;
    if (shown) await setState(ports, scene.account, shown.id, 'locked');
    await up.password();
    expect(up.view.step).toBe('otp');
    await up.otp((await other?.code()) ?? '');
    expect(await take(scene, up)).toMatchObject({ acr: '2', amr: ['pwd', 'otp', 'mfa'] });
  });

  test('in a browser that differs from the user’s', async () => {
    const environment = { action: 'demand-otp', threshold: 60, weights: DEFAULT_WEIGHTS } as const;
    const scene = await createFixture(ports, {
      tokens: [{ kind: 'hotp' }],
      resource: { environment, rememberMs: HOUR_MS },
    });
    const own = { language: 'en', zone: 'Europe/Lisbon' };
    const walk = await LoginDriver.toOtp(scene, { browser: own });
    await walk.otp(await code(scene));
    const { jti } = await take(scene, walk);
    expect((await begin(scene, { acr: '2', previous: jti }, { browser: own })).view.step).toBe('done');
    const other = { language: 'fr', zone: 'Etc/UTC' };
    expect((await begin(scene, { acr: '2', previous: jti }, { browser: other })).view.step).toBe('password');
  });
});

// SR-5. The attack: the address of the hosted page is passed on, so that its user continues with the factors of
// another.
test('on the hosted page, a user who starts again shows every missing factor again', async () => {
  const redirectUri = 'https://shop.example/in';
  const { scene, first } = await signedIn({ redirectUris: [redirectUri] });
  const { loginRequest } = unwrap(await ask(scene, { acr: '2', previous: first.jti, maxAgeMs: 0, redirectUri }));
  const open = async () =>
    new LoginDriver(scene, ports, unwrap(await startRedirectedFlow(ports, { loginRequest, client: {} })), undefined);
  const attacker = await open();
  await attacker.password();
  expect(attacker.view.step).toBe('otp');
  const again = await open();
  expect(again.view).toMatchObject({ step: 'password', login: 'alice' });
  expect(await attacker.otp(await code(scene))).toEqual({ refused: 'FLOW_NOT_FOUND' });
  await again.password();
  await again.otp(await code(scene));
  expect(await take(scene, again)).toMatchObject({ acr: '2' });
});

describe('a required level', () => {
  test('is asked for in full if the user has shown nothing', async () => {
    const { scene } = await signedIn();
    const walk = await begin(scene, { acr: '2' });
    await walk.password();
    expect(walk.view.step).toBe('otp');
    await walk.otp(await code(scene));
    expect(await take(scene, walk)).toMatchObject({ acr: '2' });
  });

  const unable: [string, Parameters<typeof createFixture>[1]][] = [
    ['no token', {}],
    ['a deactivated token', { tokens: [{ state: 'deactivated' }] }],
    ['no password', { tokens: [{}], password: false }],
  ];
  test.each(unable)('is refused before anything is asked to a user with %s', async (_what, options) => {
    const scene = await createFixture(ports, options);
    expect(await ask(scene, { acr: '2' })).toEqual({ refused: 'LEVEL_UNREACHABLE' });
  });

  // SR-4, SR-5
  test('still applies if the token is deactivated during the sign-in', async () => {
    const { scene } = await signedIn();
    const [token] = scene.tokens;
    const late = await begin(scene, { acr: '2' });
    await late.password();
    expect(late.view.step).toBe('otp');
    if (token) await setState(ports, scene.account, token.id, 'deactivated');
    await late.otp(await code(scene));
    expect(late.view).toMatchObject({ step: 'denied', error: { code: 'LEVEL_UNREACHABLE' } });
    expect(late.view).not.toHaveProperty('result');
  });

  // SR-5
  test('is not reached by answering another step than the current one', async () => {
    const { scene } = await signedIn();
    const walk = await begin(scene, { acr: '2' });
    expect(await walk.otp(await code(scene))).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.identify('bob')).toEqual({ refused: 'STEP_NOT_EXPECTED' });
  });

  test('does not count a factor that the host has checked', async () => {
    const { scene } = await signedIn();
    const asked = { account: scene.account, resource: scene.resource.id, user: 'alice', nonce: NONCE };
    const input = { ...asked, passwordChecked: true, demand: { acr: '2' } } as const;
    expect(await createLoginRequest(ports, birth(ports, 'flw'), input)).toMatchObject({ refused: 'INPUT_INVALID' });
  });

  test('never accepts a user whom the resource would refuse', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'locked' }] });
    expect((await begin(scene, { acr: '2' })).view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
  });
});

describe('a passkey', () => {
  const settings = { methodPolicy: 'password', rememberMs: HOUR_MS, passkeySignIn: true } as const;
  const answer = (walk: LoginDriver, device: SoftwareAuthenticator) =>
    walk.passkey(device.get(inTheFrame(walk.view.passkey)));

  test('is asked for after the password, and counts afterwards as what it was', async () => {
    const { scene, first } = await signedIn(settings);
    const device = new SoftwareAuthenticator({ verifies: false, synced: false });
    await givePasskey(scene, device);
    const walk = await begin(scene, { acr: '2', previous: first.jti });
    expect(walk.view.step).toBe('passkey');
    await answer(walk, device);
    const second = await take(scene, walk);
    expect(second).toMatchObject({ acr: '2', amr: ['pwd', 'hwk', 'mfa'] });
    const again = await begin(scene, { acr: '2', previous: second.jti });
    expect(again.view.step).toBe('done');
    expect(await take(scene, again)).toMatchObject({
      acr: '2',
      amr: ['pwd', 'hwk', 'mfa'],
      auth_time: first.auth_time,
    });
  });

  test('that was two factors by itself still is', async () => {
    const scene = await createFixture(ports, { resource: { ...settings, methodPolicy: 'auto' } });
    const device = new SoftwareAuthenticator({ verifies: true, synced: false });
    await givePasskey(scene, device);
    const walk = await LoginDriver.begin(scene);
    await answer(walk, device);
    const up = await begin(scene, { acr: '2', previous: (await take(scene, walk)).jti });
    expect(up.view.step).toBe('done');
    expect(await take(scene, up)).toMatchObject({ acr: '2', amr: ['hwk', 'user', 'mfa'], otp: 'verified' });
  });
});

test('a PIN that was part of the code is in the result', async () => {
  const scene = await createFixture(ports, {
    tokens: [{ kind: 'hotp', pin: { digits: '4711', position: 'before' } }],
  });
  const walk = await LoginDriver.toOtp(scene);
  await walk.otp(`4711${await code(scene)}`);
  expect(await take(scene, walk)).toMatchObject({ amr: ['pwd', 'otp', 'pin', 'mfa'] });
});
