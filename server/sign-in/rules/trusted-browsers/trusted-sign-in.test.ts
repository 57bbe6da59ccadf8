// SR-73, SR-4, SR-17, SR-39
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResultClaims } from '@countersign/protocol/result';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../../kernel/event.ts';
import { DAY_MS } from '../../../kernel/time.ts';
import { DEFAULT_WEIGHTS } from '../../../resources/environment-check.ts';
import {
  assign,
  consumeResult,
  createLoginRequest,
  operatorContext,
  updateResource,
  updateToken,
  updateUser,
} from '../../../testing/as-operator.ts';
import { givePasskey, inTheFrame } from '../../../testing/devices/passkey-device.ts';
import {
  addResource,
  addUser,
  birth,
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  read,
  unwrap,
} from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { createSelfServiceFixture, toSelf, withOwnApp } from '../../../testing/self-service-fixture.ts';
import { SoftwareAuthenticator } from '../../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { createTrustFixture, signInWith, trustIn } from '../../../testing/trust-fixture.ts';
import { tokenDocument } from '../../../tokens/documents.ts';
import { deleteUser } from '../../../user-management/delete-user.ts';
import { trustedBrowsersDocument } from './documents.ts';
import { endBrowserTrust } from './end-trust.ts';
import { MAX_TRUSTED_BROWSERS } from './trusted-browser.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('trusted-browsers');
});
afterAll(() => ports.close());

const TRUSTING = { trustedBrowserDays: 30 } as const;
const setScene = (options: FixtureOptions = {}) => createTrustFixture(ports, options);
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';
const claimsIn = (walk: LoginDriver) => decodeJwt<ResultClaims>(walk.view.result ?? '');
const stored = async ({ user }: Fixture) => (await read(ports, trustedBrowsersDocument.key(user.id))).list;
const consume = ({ account, resource }: Fixture, walk: LoginDriver) =>
  consumeResult(ports, { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE });
async function eventsOf({ user }: Fixture): Promise<AccountEvent[]> {
  const all = await ports.store.readEvents(0, 0, 1_000_000);
  return all.map(({ event }) => event as unknown as AccountEvent).filter(({ subject }) => subject === user.id);
}

describe('a browser that its user trusts', () => {
  test('needs the password alone, and the result says so', async () => {
    const scene = await setScene();
    const first = await LoginDriver.toOtp(scene, { address: '203.0.113.7' });
    expect(first.view).toMatchObject({ step: 'otp', trustDays: 30 });
    const secret = (await first.trust(await code(scene))) ?? '';
    expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(claimsIn(first)).toMatchObject({ acr: '2', otp: 'verified' });
    ports.clock.advance(DAY_MS);
    const walk = await signInWith(scene, ['x'.repeat(32), secret]);
    expect(walk.view).toMatchObject({ step: 'done' });
    // It is not trusted again: the time does not restart.
    expect(walk.view.trust).toBeUndefined();
    const now = Math.floor(ports.clock.now() / 1000);
    expect(claimsIn(walk)).toMatchObject({ amr: ['pwd'], acr: '1', otp: 'remembered', auth_time: now });
    expect(unwrap(await consume(scene, walk)).claims.otp).toBe('remembered');
    const [browser] = await stored(scene);
    expect(browser).toMatchObject({ address: '203.0.113.7', usedAt: ports.clock.now() });
    expect(await eventsOf(scene)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'user.browser-trusted', related: [browser?.id], resource: scene.resource.id }),
        expect.objectContaining({
          type: 'authentication',
          outcome: 'granted',
          otp: 'remembered',
          factors: ['password'],
          related: [expect.any(String), browser?.id],
        }),
      ]),
    );
    // Only a hash is stored.
    expect(JSON.stringify(await stored(scene))).not.toContain(secret);
    ports.clock.advance(29 * DAY_MS);
    expect((await signInWith(scene, [secret])).view.step).toBe('otp');
  });

  test('stays trusted in two tabs at once', async () => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const walks = await Promise.all([signInWith(scene, [secret]), signInWith(scene, [secret])]);
    expect(walks.map(({ view }) => view.step)).toEqual(['done', 'done']);
    expect((await signInWith(scene, [secret])).view.step).toBe('done');
  });

  test('is not trusted without the user’s wish, and not if the resource does not offer it', async () => {
    const scene = await setScene();
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await code(scene));
    expect(walk.view.trust).toBeUndefined();
    const off = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    const other = await LoginDriver.toOtp(off);
    expect(other.view.trustDays).toBeUndefined();
    expect(await other.trust(await code(off))).toBeUndefined();
    expect(other.view.step).toBe('done');
  });

  test('can be trusted with a passkey, and not with a recovery code', async () => {
    const scene = await setScene();
    const device = new SoftwareAuthenticator();
    await givePasskey(scene, device);
    const walk = await LoginDriver.toOtp(scene);
    expect(walk.view).toMatchObject({ step: 'passkey', trustDays: 30 });
    await walk.trustByPasskey(device.get(inTheFrame(walk.view.passkey)));
    expect((await signInWith(scene, [walk.view.trust?.secret ?? ''])).view.step).toBe('done');

    const stage = await createSelfServiceFixture(ports, { resource: TRUSTING });
    const { codes } = await withOwnApp(stage);
    const paper = await LoginDriver.toOtp(stage);
    await paper.choose('recovery');
    expect(paper.view).toMatchObject({ step: 'recovery' });
    expect(paper.view.trustDays).toBeUndefined();
    await paper.recovery(codes[0] ?? '');
    expect(paper.view).toMatchObject({ step: 'done' });
    expect(paper.view.trust).toBeUndefined();
  });

  test('the eleventh replaces the oldest', async () => {
    const scene = await setScene();
    const secrets: string[] = [];
    for (let at = 0; at <= MAX_TRUSTED_BROWSERS; at++) secrets.push(await trustIn(scene));
    expect(await stored(scene)).toHaveLength(MAX_TRUSTED_BROWSERS);
    expect((await signInWith(scene, secrets.slice(0, 1))).view.step).toBe('otp');
    expect((await signInWith(scene, secrets.slice(1, 2))).view.step).toBe('done');
  });
});

describe('the attack: a stolen secret', () => {
  test('with a wrong password is as good as none, and reveals nothing', async () => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const views = [];
    for (const [login, browsers] of [
      ['alice', [secret]],
      ['alice', []],
      ['mallory', [secret]],
    ] as const) {
      const walk = await LoginDriver.begin(scene);
      await walk.identify(login);
      await walk.passwordIn([...browsers], 'wrong');
      const { login: _login, ...view } = walk.view;
      views.push(view);
    }
    expect(views[0]).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    expect(views[1]).toEqual({ ...views[0], expiresAt: expect.any(Number) });
    expect(views[2]).toEqual({ ...views[0], expiresAt: expect.any(Number) });
  });

  test('of one user says nothing about another in the same browser', async () => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const { account, resource } = scene;
    const other = await addUser(ports, account, resource, { user: { login: 'bob' }, tokens: [{ kind: 'hotp' }] });
    expect((await signInWith(other, [secret])).view.step).toBe('otp');
  });

  test('of one resource says nothing about another, nor of one account', async () => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const { account, user, tokens } = scene;
    const resource = await addResource(ports, account, TRUSTING);
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: tokens[0]?.id }));
    expect((await signInWith({ ...scene, resource }, [secret])).view.step).toBe('otp');
    expect((await signInWith(await setScene(), [secret])).view.step).toBe('otp');
  });

  test('is its hash, which opens nothing', async () => {
    const scene = await setScene();
    await trustIn(scene);
    const [browser] = await stored(scene);
    expect((await signInWith(scene, [browser?.secretHash.slice(0, 32) ?? ''])).view.step).toBe('otp');
  });
});

describe('the race', () => {
  test('of a use and an end: the result of the overtaken sign-in is void, and the end stays', async () => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const [walk] = await Promise.all([
      signInWith(scene, [secret]),
      endBrowserTrust(ports, operatorContext(scene.account), { user: scene.user.id }),
    ]);
    if (walk.view.step === 'done') expect(await consume(scene, walk)).toMatchObject({ refused: 'RESULT_REVOKED' });
    expect((await signInWith(scene, [secret])).view.step).toBe('otp');
  });

  // The attack: use the trust while something slow, such as the list of breached passwords, is asked about the password.
  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    ['a lock', (scene) => updateToken(ports, scene.account, scene.tokens[0]?.id ?? 'tok_0', { locked: true })],
    ['a new password', (scene) => updateUser(ports, scene.account, scene.user.id, { password: 'quite other words' })],
    ['a block', (scene) => updateUser(ports, scene.account, scene.user.id, { blocked: true })],
    ['a shorter time', (scene) => updateResource(ports, scene.account, scene.resource.id, { trustedBrowserDays: 1 })],
    ['an end', (scene) => endBrowserTrust(ports, operatorContext(scene.account), { user: scene.user.id })],
  ])('of a use and %s after the password: a code is asked for', async (_what, change) => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const { name } = trustedBrowsersDocument.key(scene.user.id);
    // Not the read before the password, which decides only where the attempt counts.
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      ports.store.intercept = {
        async read(keys) {
          if (!keys.some((key) => key.name === name)) return;
          ports.store.intercept = {};
          await change(scene);
        },
      };
    };
    const walk = await signInWith(scene, [secret]);
    expect(walk.view).toMatchObject({ step: 'otp' });
  });

  test('of a change and the wish: what changed after the password is not trusted', async () => {
    const scene = await setScene({ tokens: [{ kind: 'hotp' }, { kind: 'hotp' }] });
    const walk = await LoginDriver.toOtp(scene);
    unwrap(
      await updateToken(ports, scene.account, scene.tokens[1]?.id ?? 'tok_0', {
        pin: { digits: '1234', position: 'before' },
      }),
    );
    expect(await walk.trust(await code(scene))).toBeUndefined();
    expect(walk.view.step).toBe('done');
  });
});

describe('trust does not count', () => {
  test('on the self-service page, which asks for every factor', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{ kind: 'hotp' }], resource: TRUSTING });
    const secret = await trustIn(scene);
    const walk = await signInWith(scene, [secret], { purpose: 'self' });
    expect(walk.view.step).toBe('otp');
    expect(walk.view.trustDays).toBeUndefined();
    expect((await toSelf(scene)).view.step).toBe('self');
  });

  test.each([{ acr: '1' }, { acr: '2' }] as const)('where a host demands %o', async (demand) => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    const { loginRequest } = unwrap(
      await createLoginRequest(ports, birth(ports, 'flw'), {
        account: scene.account,
        resource: scene.resource.id,
        user: scene.user.login,
        nonce: NONCE,
        passwordChecked: false,
        demand,
      }),
    );
    const walk = await LoginDriver.begin(scene, { loginRequest });
    expect(walk.view.step).toBe('password');
    await walk.passwordIn([secret]);
    expect(walk.view.step).toBe('otp');
    expect(walk.view.trustDays).toBeUndefined();
  });

  test('where the code is the only factor of the widget', async () => {
    const scene = await setScene({ resource: { methodPolicy: 'otp' } });
    const walk = await LoginDriver.toOtp(scene);
    expect(walk.view.trustDays).toBeUndefined();
    expect(await walk.trust(await code(scene))).toBeUndefined();
  });

  test('in an unknown browser, although it has the secret', async () => {
    const environment = { action: 'demand-otp', threshold: 60, weights: DEFAULT_WEIGHTS } as const;
    const scene = await setScene({ resource: { environment } });
    const own = { language: 'de-DE', zone: 'Europe/Berlin', screen: { width: 1920, height: 1080 }, colourDepth: 24 };
    const secret = await trustIn(scene, { browser: { ...own, userAgent: 'Firefox/140 Linux' } });
    expect((await signInWith(scene, [secret], { browser: { ...own, userAgent: 'Firefox/140 Linux' } })).view.step).toBe(
      'done',
    );
    const theirs = { language: 'xx', zone: 'UTC', screen: { width: 1, height: 1 }, colourDepth: 8 };
    expect((await signInWith(scene, [secret], { browser: { ...theirs, userAgent: 'curl' } })).view.step).toBe('otp');
  });

  test('after a step-up: a remembered code proves no second factor later', async () => {
    const scene = await setScene({ resource: { rememberMs: 3_600_000 } });
    const secret = await trustIn(scene);
    const walk = await signInWith(scene, [secret]);
    const { claims } = unwrap(await consume(scene, walk));
    const { loginRequest } = unwrap(
      await createLoginRequest(ports, birth(ports, 'flw'), {
        account: scene.account,
        resource: scene.resource.id,
        user: scene.user.login,
        nonce: NONCE,
        passwordChecked: false,
        demand: { acr: '2' },
        ...omitUndefined({ previous: claims.jti as never }),
      }),
    );
    expect((await LoginDriver.begin(scene, { loginRequest })).view.step).toBe('otp');
  });
});

test('a deleted user leaves no trust behind', async () => {
  const scene = await setScene();
  await trustIn(scene);
  unwrap(await deleteUser(ports, operatorContext(scene.account), scene.user.id));
  const [left] = await ports.store.getMany([trustedBrowsersDocument.key(scene.user.id)], ports.clock.now());
  expect(left).toBeUndefined();
});

test('the counter of the trust is not shown, and changes no version that an administrator has seen', async () => {
  const scene = await setScene();
  const id = scene.tokens[0]?.id ?? 'tok_0';
  unwrap(await updateToken(ports, scene.account, id, { locked: false }));
  expect(await read(ports, tokenDocument.key(id))).toMatchObject({ trustEpoch: expect.any(Number) });
  const changes = (await ports.store.readEvents(0, 0, 1_000_000)).map(({ event }) => event as unknown as AccountEvent);
  expect(changes.some(({ changed = [] }) => changed.includes('trustEpoch'))).toBe(false);
});
