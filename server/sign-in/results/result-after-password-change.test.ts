import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { consumeResult, createLoginRequest, operatorContext, updateUser } from '../../testing/as-operator.ts';
import { weakHash } from '../../testing/fake-hasher.ts';
import {
  birth,
  type Fixture,
  type FixtureOptions,
  NONCE,
  overwrite,
  PASSWORD,
  unwrap,
} from '../../testing/fixtures.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, toSelf } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { importPasswordHash } from '../../user-management/import-password-hash.ts';
import { userDocument } from '../../users/documents.ts';
import { requestPasswordReset } from '../recovery/password-reset/request-password-reset.ts';
import { resetPassword } from '../recovery/password-reset/reset-password.ts';
import { startPasswordReset } from '../recovery/password-reset/start-password-reset.ts';
import { changeOwnPassword } from '../self-service/change-password.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('result after password change');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const NEW = 'seven quiet marmots';
const FROM = { address: '198.51.100.7' };

const setStage = (options: FixtureOptions = {}) =>
  createSelfServiceFixture(ports, { tokens: [{}], ...options, resource: { passwordReset: true, ...options.resource } });

/** A completed sign-in of this user, whose result is not consumed yet. */
async function signIn(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  if (walk.view.step === 'password') await walk.password();
  if (walk.view.step === 'otp') await walk.otp(await codeOf(scene));
  expect(walk.view.step).toBe('done');
  return walk;
}

async function codeOf({ tokens: [token] }: Fixture): Promise<string> {
  if (!token) throw new Error('the scene has no token');
  ports.clock.advance(30_000);
  return token.code();
}

const consume = ({ account, resource }: Fixture, { view }: LoginDriver) =>
  consumeResult(ports, { account, resource: resource.id, result: view.result ?? '', nonce: NONCE });

async function redeemMail(): Promise<void> {
  const mail = ports.courier.sent.at(-1);
  const path = mail?.kind === 'password-reset' ? mail.facts.path : '';
  unwrap(await resetPassword(ports, FROM, { link: /#(.+)$/.exec(path)?.[1], password: NEW, language: 'en' }));
}

const changes: Record<string, (scene: Fixture) => Promise<unknown>> = {
  'the user changes it on the self-service page': async (scene) => {
    ports.clock.advance(30_000);
    const page = await toSelf(scene);
    const changed = await page.self(changeOwnPassword, { current: PASSWORD, password: NEW });
    expect(changed).toMatchObject({ step: 'self' });
    expect(changed).not.toHaveProperty('error');
  },
  'the user resets it by a mailed link': async ({ resource, user }) => {
    const asked = { resource: resource.id, name: user.login, language: 'en' } as const;
    await unwrap(await requestPasswordReset(ports, FROM, asked)).deliver();
    await redeemMail();
  },
  'an administrator starts a reset': async ({ account, user }) => {
    unwrap(await startPasswordReset(ports, operatorContext(account), user.id, { language: 'en' }));
    await redeemMail();
  },
  'the API changes it': async ({ account, user }) =>
    unwrap(await updateUser(ports, account, user.id, { password: NEW })),
  'the Protectimus-compatible API sets it': async ({ account, user }) =>
    unwrap(await importPasswordHash(ports, operatorContext(account), user.id, { password: NEW })),
};

// SR-38, SR-39. The attack: a thief with the old password and a code signs in just before the user changes the password.
describe('SR-39: a result from before a password change is refused', () => {
  test.each(Object.entries(changes))('%s', async (_name, change) => {
    const scene = await setStage({ resource: { resultLifetimeMs: 300_000 } });
    const [before, consumed] = [await signIn(scene), await signIn(scene)];
    unwrap(await consume(scene, consumed));
    await change(scene);
    expect(await consume(scene, before)).toEqual({ refused: 'RESULT_REVOKED' });
    const seen = await before.look();
    expect(seen).toMatchObject({ step: 'denied' });
    expect(seen).not.toHaveProperty('result');
  });

  test('also if no password was asked for', async () => {
    const scene = await setStage({ resource: { methodPolicy: 'otp' } });
    const walk = await signIn(scene);
    unwrap(await updateUser(ports, scene.account, scene.user.id, { password: NEW }));
    expect(await consume(scene, walk)).toEqual({ refused: 'RESULT_REVOKED' });
  });

  test('also if the site checked its own password, and the first one here is set', async () => {
    const scene = await setStage({ password: false });
    const input = {
      account: scene.account,
      resource: scene.resource.id,
      user: scene.user.login,
      nonce: NONCE,
      passwordChecked: true,
    };
    const signInOnce = async () => {
      const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), input));
      const walk = await LoginDriver.begin(scene, { loginRequest });
      await walk.otp(await codeOf(scene));
      return walk;
    };
    unwrap(await consume(scene, await signInOnce()));
    const before = await signInOnce();
    unwrap(await updateUser(ports, scene.account, scene.user.id, { password: NEW }));
    expect(await consume(scene, before)).toEqual({ refused: 'RESULT_REVOKED' });
    unwrap(await consume(scene, await signInOnce()));
  });
});

test('a sign-in after the change gives a result that is consumed, and so does one that renews a weak hash', async () => {
  const scene = await setStage();
  unwrap(await importPasswordHash(ports, operatorContext(scene.account), scene.user.id, { password: PASSWORD }));
  unwrap(await consume(scene, await signIn(scene)));
  await overwrite(ports, userDocument.key(scene.user.id), { passwordHash: weakHash(PASSWORD) });
  unwrap(await consume(scene, await signIn(scene)));
});

describe('SR-39: a change during the consumption', () => {
  test('that is acknowledged before the result is used up wins', async () => {
    const scene = await setStage();
    const walk = await signIn(scene);
    ports.store.intercept = {
      async commit(change, go) {
        if (!touches(change, 'result')) return go();
        ports.store.intercept = {};
        unwrap(await updateUser(ports, scene.account, scene.user.id, { password: NEW }));
        return go();
      },
    };
    expect(await consume(scene, walk)).toEqual({ refused: 'RESULT_REVOKED' });
    expect(await consume(scene, walk)).toEqual({ refused: 'RESULT_USED' });
  });

  test('of many at once, none is consumed after its change was acknowledged', async () => {
    for (let round = 0; round < 20; round++) {
      const scene = await setStage();
      const walk = await signIn(scene);
      const before = ports.store.commits.length;
      const later = async () => {
        for (let tick = 0; tick < round; tick++) await nextTurn();
        return consume(scene, walk);
      };
      const [changed, consumed] = await Promise.all([
        updateUser(ports, scene.account, scene.user.id, { password: NEW }),
        later(),
      ]);
      unwrap(changed);
      if (isRefusal(consumed)) expect(consumed).toEqual({ refused: 'RESULT_REVOKED' });
      else {
        const commits = ports.store.commits.slice(before).map(({ change }) => change);
        const [used, changedAt] = ['result', 'user'].map((name) =>
          commits.findIndex((change) => touches(change, name)),
        );
        expect(used).toBeLessThan(changedAt ?? -1);
      }
      expect(await consume(scene, walk)).toHaveProperty('refused');
    }
  });
});
