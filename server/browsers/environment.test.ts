import type { EnvironmentAction } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../authentication/explain.ts';
import { backUp } from '../operations/backup/back-up.ts';
import { DEFAULT_WEIGHTS } from '../resources/environment-check.ts';
import { flowDocument } from '../sign-in/documents.ts';
import { parseHandle } from '../sign-in/stored-flow.ts';
import { createLoginRequest, operatorContext } from '../testing/as-operator.ts';
import {
  birth,
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  setState,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { deleteUser } from '../user-management/delete-user.ts';
import { checkEnvironment } from './check-environment.ts';
import type { ReportedTraits } from './device-fingerprint/browser-signals.ts';
import { environmentsDocument } from './documents.ts';
import { forgetEnvironments } from './forget-environments.ts';
import { showEnvironments } from './list-environments.ts';
import { saveEnvironment } from './save-environment.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('environment');
});
afterAll(() => ports.close());

const OWN: ReportedTraits = {
  language: 'en-GB',
  zone: 'Europe/Lisbon',
  screen: { width: 2560, height: 1440 },
  colourDepth: 30,
  userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15',
};
const THIEF: ReportedTraits = {
  language: 'xx',
  zone: 'Etc/UTC',
  screen: { width: 800, height: 600 },
  colourDepth: 24,
  userAgent: 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36',
};

function checked(action: EnvironmentAction, options: FixtureOptions = {}): Promise<Fixture> {
  const environment = { action, threshold: 60, weights: DEFAULT_WEIGHTS };
  return createFixture(ports, { ...options, resource: { environment, ...options.resource } });
}

async function signIn(scene: Fixture, browser: ReportedTraits | undefined, code?: string): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, browser ? { browser } : {});
  await walk.identify();
  if (walk.view.step === 'password') await walk.password();
  if (code !== undefined) await walk.otp(code);
  return walk;
}
const codeOf = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';
const countOf = async ({ account, user }: Fixture) =>
  unwrap(await showEnvironments(ports, operatorContext(account), user.id)).environments.length;

describe('a thief who has the password, and a browser of their own', () => {
  test('is refused, and learns it only after the right password', async () => {
    const scene = await checked('refuse');
    expect((await signIn(scene, OWN)).view.step).toBe('done');
    const walk = await LoginDriver.begin(scene, { browser: THIEF });
    await walk.identify();
    await walk.password('a guess at the password');
    expect(walk.view).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ENVIRONMENT_MISMATCH' } });
    expect((await signIn(scene, OWN)).view.step).toBe('done');
  });

  test.each([
    ['reports nothing', undefined],
    ['reports invalid values', { language: '=1+1', zone: '\u2028', screen: { width: -1, height: Number.NaN } }],
  ])('is refused when it %s', async (_what, browser) => {
    const scene = await checked('refuse');
    await signIn(scene, OWN);
    expect((await signIn(scene, browser)).view).toMatchObject({ error: { code: 'ENVIRONMENT_MISMATCH' } });
  });

  test('adds no remembered browser without a completed sign-in', async () => {
    const scene = await checked('demand-otp', { tokens: [{}] });
    expect((await signIn(scene, OWN, await codeOf(scene))).view.step).toBe('done');
    const walk = await signIn(scene, THIEF);
    for (let tries = 0; tries < 3; tries++) await walk.otp(await wrongCode(scene, tries));
    expect(await countOf(scene)).toBe(1);
    expect((await signIn(scene, THIEF)).view.step).toBe('otp');
  });

  test('must enter a code that the resource would not demand otherwise', async () => {
    const scene = await checked('demand-otp', { tokens: [{}], resource: { methodPolicy: 'password' } });
    expect((await signIn(scene, OWN)).view.step).toBe('done');
    const thief = await signIn(scene, THIEF);
    expect(thief.view.step).toBe('otp');
    await thief.otp(await wrongCode(scene));
    expect(thief.view).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
    // The user at a new computer signs in with the code, and the computer is theirs from then on.
    expect((await signIn(scene, THIEF, await codeOf(scene))).view.step).toBe('done');
    expect((await signIn(scene, THIEF)).view.step).toBe('done');
  });

  const nothingToShow: [string, FixtureOptions][] = [
    ['has no token', {}],
    ['has a deactivated token, which lets them off the code elsewhere', { tokens: [{ state: 'deactivated' }] }],
  ];
  test.each(nothingToShow)('is refused where a code is demanded and the user %s', async (_what, options) => {
    const scene = await checked('demand-otp', options);
    expect((await signIn(scene, OWN)).view.step).toBe('done');
    expect((await signIn(scene, THIEF)).view).toMatchObject({ error: { code: 'ENVIRONMENT_MISMATCH' } });
  });

  // SR-4: the state of the token at the end counts, not at the password step.
  test.each<TokenState>(['deactivated', 'locked', 'expired'])(
    'does not skip the demanded code through a token that becomes %s meanwhile',
    async (state) => {
      const scene = await checked('demand-otp', { tokens: [{}], resource: { methodPolicy: 'password' } });
      await signIn(scene, OWN);
      const thief = await signIn(scene, THIEF);
      const [token] = scene.tokens;
      if (token) await setState(ports, scene.account, token.id, state);
      await thief.otp('123456');
      expect(thief.view.step).toBe('denied');
    },
  );

  test('is refused after a right code as well, where a code is the only factor', async () => {
    const scene = await checked('refuse', { tokens: [{ kind: 'hotp' }], resource: { methodPolicy: 'otp' } });
    expect((await signIn(scene, OWN, await codeOf(scene))).view.step).toBe('done');
    expect((await signIn(scene, THIEF, await wrongCode(scene))).view.error?.code).toBe('INVALID_CREDENTIALS');
    expect((await signIn(scene, THIEF, await codeOf(scene))).view.error?.code).toBe('ENVIRONMENT_MISMATCH');
  });

  test('is refused where the host has checked a password and the code would be skipped', async () => {
    const scene = await checked('demand-otp', { tokens: [{ state: 'deactivated' }] });
    await signIn(scene, OWN);
    const begin = async (browser: ReportedTraits) => {
      const asked = { account: scene.account, resource: scene.resource.id, user: 'alice', nonce: NONCE };
      const { loginRequest } = unwrap(
        await createLoginRequest(ports, birth(ports, 'flw'), { ...asked, passwordChecked: true }),
      );
      return LoginDriver.begin(scene, { loginRequest, browser });
    };
    expect((await begin(THIEF)).view).toMatchObject({ step: 'denied', error: { code: 'ENVIRONMENT_MISMATCH' } });
    expect((await begin(OWN)).view.step).toBe('done');
  });

  // SR-3
  test('is not signed in when the store cannot read the remembered browsers', async () => {
    const scene = await checked('refuse');
    await signIn(scene, OWN);
    const walk = await LoginDriver.begin(scene, { browser: THIEF });
    await walk.identify();
    ports.store.intercept = {
      read: (keys) => {
        if (keys.some(({ name }) => name === 'environments')) throw new Error('gone');
      },
    };
    await expect(walk.password()).rejects.toThrow('gone');
    ports.store.intercept = {};
    expect(walk.view.step).toBe('password');
  });
});

describe('the stored data', () => {
  test('is empty where the resource does not compare browsers', async () => {
    const scene = await createFixture(ports);
    expect((await signIn(scene, OWN)).view.step).toBe('done');
    expect(await countOf(scene)).toBe(0);
    const [flow] = await ports.store.getMany([flowDocument.key((await flowOf(scene)).id)], ports.clock.now());
    expect(flow?.value.environment).toBeUndefined();
  });

  test('is unreadable, also in a sign-in under way, and differs between users', async () => {
    const scene = await checked('refuse');
    await signIn(scene, OWN);
    await LoginDriver.begin(scene, { browser: OWN });
    const lines: string[] = [];
    for await (const line of backUp(ports)) lines.push(line.toLowerCase());
    const dump = lines.join('\n');
    for (const text of ['lisbon', 'en-gb', '2560x1440']) expect(dump).not.toContain(text);
    const macs = async ({ user }: Fixture) => {
      const [stored] = await ports.store.getMany([environmentsDocument.key(user.id)], ports.clock.now());
      return Object.values(stored?.value.list[0]?.traits ?? {});
    };
    const other = await checked('refuse');
    await signIn(other, OWN);
    expect(await macs(scene)).toHaveLength(6);
    expect((await macs(other)).filter((mac) => dump.includes(mac.toLowerCase()))).toEqual([]);
  });

  test('is deleted on demand, and with the user', async () => {
    const scene = await checked('refuse');
    await signIn(scene, OWN);
    expect(await countOf(scene)).toBe(1);
    unwrap(await forgetEnvironments(ports, operatorContext(scene.account), scene.user.id));
    expect(await countOf(scene)).toBe(0);
    expect((await signIn(scene, THIEF)).view.step).toBe('done');
    unwrap(await deleteUser(ports, operatorContext(scene.account), scene.user.id));
    expect(await ports.store.getMany([environmentsDocument.key(scene.user.id)], ports.clock.now())).toEqual([
      undefined,
    ]);
  });
});

describe('a host’s backend', () => {
  test('asks how far a browser matches, and vouches for browsers of the user', async () => {
    const scene = await createFixture(ports);
    const act = operatorContext(scene.account);
    const about = { user: 'alice', resource: scene.resource.id };
    expect(await checkEnvironment(ports, act, { ...about, environment: OWN })).toEqual({ percent: null, fits: true });
    unwrap(await saveEnvironment(ports, act, { user: 'alice', environment: OWN }));
    expect(await checkEnvironment(ports, act, { ...about, environment: OWN })).toEqual({ percent: 100, fits: true });
    expect(await checkEnvironment(ports, act, { ...about, environment: THIEF })).toEqual({ percent: 0, fits: false });
    const { zone: _travels, ...rest } = OWN;
    const abroad = { ...rest, zone: 'Asia/Tokyo' };
    expect(await checkEnvironment(ports, act, { ...about, environment: abroad })).toEqual({ percent: 80, fits: true });
    expect(await saveEnvironment(ports, act, { user: 'alice', environment: {} })).toMatchObject({
      refused: 'INPUT_INVALID',
    });
  });

  test('with a key for some resources is limited to these', async () => {
    const scene = await createFixture(ports);
    const { account, resource } = scene;
    const confined = {
      kind: 'api-key',
      account,
      id: 'key_01k8dq9z2mp',
      scopes: ['authenticate'],
      resources: [resource.id],
    };
    const act = { actor: confined } as unknown as Parameters<typeof saveEnvironment>[1];
    const saved = { user: 'alice', environment: OWN };
    expect(await saveEnvironment(ports, act, saved)).toEqual({ refused: 'SCOPE_MISSING' });
    expect(await saveEnvironment(ports, act, { ...saved, resource: resource.id })).toEqual({ saved: true });
  });
});

describe('an explanation', () => {
  test('shows how far the browser matches, and the consequence', async () => {
    const scene = await checked('demand-otp');
    await signIn(scene, OWN);
    const about = async (environment: ReportedTraits) => {
      const question = {
        resource: scene.resource.id,
        environment,
        subject: { user: 'alice', method: 'widget' },
      } as const;
      return unwrap(await explain(ports, operatorContext(scene.account), question)).explained;
    };
    expect((await about(OWN)).verdict).toEqual({ granted: true, otp: 'not_used' });
    const differs = await about(THIEF);
    expect(differs.checks).toContainEqual({ check: 'environment', action: 'demand-otp', percent: 0, passed: true });
    expect(differs.checks.at(-1)).toMatchObject({ check: 'factors', reason: 'environment' });
    expect(differs.verdict).toEqual({ granted: false, code: 'ENVIRONMENT_MISMATCH' });
  });
});

async function flowOf(scene: Fixture) {
  const handle = parseHandle((await LoginDriver.begin(scene, { browser: OWN })).handle);
  if (!handle) throw new Error('no handle');
  return handle;
}
