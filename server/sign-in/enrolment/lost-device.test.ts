import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FlowId } from '../../kernel/ids.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { ResourceSettings } from '../../resources/resource-settings.ts';
import {
  assign,
  consumeResult,
  createLoginRequest,
  unassign,
  updateResource,
  updateToken,
} from '../../testing/as-operator.ts';
import { giveRecoveryCodes } from '../../testing/devices/recovery-device.ts';
import {
  addResource,
  addToken,
  birth,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  read,
  setState,
  signInByApi,
  unwrap,
  wrongCode,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { updateToken as updateTokenAs } from '../../tokens/update-token.ts';
import { userDocument } from '../../users/documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('lost-device');
});
afterAll(() => ports.close());
afterEach(() => {
  ports.store.intercept = {};
});
beforeEach(() => {
  ports.clock.advance(60_000);
});

const REQUIRED: Partial<ResourceSettings> = { enrolment: { kinds: ['totp'], required: true } };
const setStage = (resource = REQUIRED) =>
  createFixture(ports, { tokens: [{}], alone: true, resource, user: { email: 'alice@shop.example' } });

function lostOf({ tokens: [token] }: Fixture) {
  if (!token) throw new Error('no token');
  return token;
}
const deactivate = async (scene: Fixture, enabled = false) =>
  unwrap(await updateToken(ports, scene.account, lostOf(scene).id, { enabled }));

async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  if (walk.view.step === 'identify') await walk.identify();
  if (walk.view.step === 'password') await walk.password();
  return walk;
}

/** Types the first code of the new token, and notes the new recovery codes if there are any. */
async function enrolApp(walk: LoginDriver): Promise<ReturnType<typeof totpApp>> {
  const app = totpApp(walk.view);
  await walk.enrol(app.code(ports.clock.now()));
  if (walk.view.step === 'codes') await walk.confirmCodes();
  return app;
}

/** The user neither gets a result nor sets anything up. */
function expectNothing({ view }: LoginDriver): void {
  expect(view.result).toBeUndefined();
  if (view.step !== 'denied') expect(view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
}

const loginRequest = async ({ account, resource, user }: Fixture, more: object = {}) =>
  unwrap(
    await createLoginRequest(ports, birth(ports, 'flw'), {
      account,
      resource: resource.id,
      user: user.login,
      nonce: NONCE,
      passwordChecked: true,
      ...more,
    }),
  ).loginRequest;

// SR-69. The attack: the thief has the password, and an administrator deactivates the token of the phone that was lost.
describe('where a token is required, a user whose tokens are all deactivated', () => {
  test('signs in with the password, a recovery code and a new token, and not before the new token', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    await deactivate(scene);
    const walk = await byPassword(scene);
    expect(walk.view).toMatchObject({ step: 'recovery', factors: [{ kind: 'recovery' }] });
    expect(await walk.recovery('00000-00000')).toMatchObject({ step: 'recovery', error: { code: 'OTP_WRONG' } });
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject({
      step: 'enrol',
      enrol: { kinds: ['totp'], mayWait: false },
    });
    expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
    const app = await enrolApp(walk);
    expect(walk.view.step).toBe('done');
    ports.clock.advance(60_000);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ step: 'done' });
  });

  test('enrols with the password alone if they have no recovery codes', async () => {
    const scene = await setStage();
    await deactivate(scene);
    const walk = await byPassword(scene);
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'], mayWait: false } });
    expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
    await enrolApp(walk);
    expect(walk.view.step).toBe('done');
  });

  test('needs another recovery code for every try, and wrong ones lock the codes', async () => {
    const scene = await setStage();
    const { id, codes } = await giveRecoveryCodes(scene);
    await deactivate(scene);
    const walk = await byPassword(scene);
    for (let i = 0; walk.view.step === 'recovery' && i < 20; i++) await walk.recovery(`0000${i % 10}-00000`);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await read(ports, tokenDocument.key(id))).toMatchObject({ lock: { reason: 'otp-failures' } });
    const again = await byPassword(scene);
    expect(again.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await again.recovery(codes[0] ?? '')).toMatchObject({ refused: expect.any(String) });
  });

  const unusable: Record<string, (scene: Fixture) => Promise<unknown>> = {
    expired: async (scene) => setState(ports, scene.account, (await giveRecoveryCodes(scene)).id, 'expired'),
    'of another resource': async (scene) => {
      const elsewhere = await addResource(ports, scene.account);
      unwrap(await assign(ports, { account: scene.account, resource: elsewhere.id, user: scene.user.id }));
      const { id: token } = await giveRecoveryCodes({ ...scene, resource: elsewhere });
      return token;
    },
    'not accepted here': async (scene) => {
      await giveRecoveryCodes(scene);
      await overwrite(ports, resourceDocument.key(scene.resource.id), { tokenKinds: ['totp'] });
    },
  };
  test.each(Object.entries(unusable))('sets up nothing if their recovery codes are %s', async (_, give) => {
    const scene = await setStage();
    await give(scene);
    await deactivate(scene);
    expectNothing(await byPassword(scene));
  });

  test('counts as a user without recovery codes once those are used up or deactivated', async () => {
    for (const change of [{ factor: { kind: 'recovery', macs: [] } }, { enabled: false }] as const) {
      const scene = await setStage();
      const { id } = await giveRecoveryCodes(scene);
      await overwrite(ports, tokenDocument.key(id), change as never);
      await deactivate(scene);
      expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
    }
  });

  test('does not enrol with a password that was reset by mail, except after a recovery code', async () => {
    const scene = await setStage();
    await deactivate(scene);
    await overwrite(ports, userDocument.key(scene.user.id), { needsConfirmation: {} });
    expectNothing(await byPassword(scene));
    const { codes } = await giveRecoveryCodes(scene);
    const walk = await byPassword(scene);
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
  });

  test('does not enrol in an unknown browser', async () => {
    const scene = await setStage({
      ...REQUIRED,
      environment: { traits: ['userAgent'], action: 'demand-otp', threshold: 50 } as never,
    });
    await deactivate(scene);
    const walk = await byPassword(scene);
    expect(walk.view.result).toBeUndefined();
  });

  test('gets no result for a code that was asked for before the token was deactivated', async () => {
    for (const withCodes of [true, false]) {
      const scene = await setStage();
      const codes = withCodes ? (await giveRecoveryCodes(scene)).codes : [];
      const walk = await LoginDriver.toOtp(scene);
      await deactivate(scene);
      await walk.otp(await wrongCode(scene));
      expect(walk.view).toMatchObject(withCodes ? { step: 'recovery' } : { step: 'enrol', enrol: { kinds: ['totp'] } });
      if (withCodes) await walk.recovery(codes[0] ?? '');
      expect(walk.view.result).toBeUndefined();
      expect(walk.view.step).toBe('enrol');
    }
  });

  test('gets no result for a recovery code that was asked for before the token was deactivated', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose('recovery');
    await deactivate(scene);
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
  });

  test.each([true, false])(
    'sets up the token where the site has checked the password (recovery codes: %s)',
    async (withCodes) => {
      const scene = await setStage();
      const codes = withCodes ? (await giveRecoveryCodes(scene)).codes : [];
      await deactivate(scene);
      const request = await loginRequest(scene);
      let walk = await LoginDriver.begin(scene, { loginRequest: request });
      if (withCodes) {
        expect(walk.view).toMatchObject({ step: 'recovery' });
        // A page that is loaded again continues.
        walk = await LoginDriver.begin(scene, { loginRequest: request });
        await walk.recovery(codes[0] ?? '');
      }
      expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
      walk = await LoginDriver.begin(scene, { loginRequest: request });
      expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
      await enrolApp(walk);
      expect(walk.view.step).toBe('done');
    },
  );

  test('gets no result by a password of an earlier sign-in', async () => {
    const scene = await setStage({ ...REQUIRED, rememberMs: DAY_MS / 2 });
    const { account, resource } = scene;
    const first = await LoginDriver.toOtp(scene);
    await first.otp(await lostOf(scene).code());
    const result = first.view.result ?? '';
    const { claims } = unwrap(await consumeResult(ports, { account, resource: resource.id, result, nonce: NONCE }));
    await deactivate(scene);
    const more = { passwordChecked: false, demand: { acr: '1' as const }, previous: claims.jti as FlowId };
    const walk = await LoginDriver.begin(scene, { loginRequest: await loginRequest(scene, more) });
    expect(walk.view).toMatchObject({ step: 'password' });
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
  });

  test('sets up nothing with the login of the site alone', async () => {
    const scene = await setStage();
    await deactivate(scene);
    expectNothing(
      await LoginDriver.begin(scene, { loginRequest: await loginRequest(scene, { passwordChecked: false }) }),
    );
  });

  test('signs in over the API by the rules of the guide: the backend asks for no enrolment', async () => {
    const scene = await setStage();
    await deactivate(scene);
    expect(await signInByApi(ports, scene, '000000')).toMatchObject({ otp: 'skipped' });
  });
});

// SR-69. The attack: the permission is used a second time, later, or after it was taken back.
describe('the permission of a deactivation', () => {
  test('ends after a week', async () => {
    const scene = await setStage();
    await deactivate(scene);
    ports.clock.advance(7 * DAY_MS - 60_000);
    expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
    ports.clock.advance(60_000);
    expectNothing(await byPassword(scene));
  });

  test('ends an enrolment that has begun, when it ends', async () => {
    const scene = await setStage();
    await deactivate(scene);
    ports.clock.advance(7 * DAY_MS - 60_000);
    const walk = await byPassword(scene);
    ports.clock.advance(60_000);
    await enrolApp(walk);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });

  test('ends when the token is activated again, also for an enrolment that has begun', async () => {
    const scene = await setStage();
    await deactivate(scene);
    const walk = await byPassword(scene);
    await deactivate(scene, true);
    await enrolApp(walk);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect((await byPassword(scene)).view.step).toBe('otp');
  });

  test('ends in the commit of the enrolment if the token is activated at that moment', async () => {
    const scene = await setStage();
    await deactivate(scene);
    const walk = await byPassword(scene);
    const app = totpApp(walk.view);
    ports.store.intercept.commit = async (change, go) => {
      const isAssigning = change.put?.some(({ key }) => key.name === userDocument.key(scene.user.id).name);
      if (!isAssigning) return go();
      ports.store.intercept = {};
      await deactivate(scene, true);
      return go();
    };
    await walk.enrol(app.code(ports.clock.now()));
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    const user = await read(ports, userDocument.key(scene.user.id));
    expect(user.assignments[0]?.tokens).toHaveLength(1);
  });

  test('is for one enrolment, also if several have begun', async () => {
    const scene = await setStage();
    await deactivate(scene);
    const walks = [await byPassword(scene), await byPassword(scene), await byPassword(scene)];
    const apps = walks.map(({ view }) => totpApp(view));
    await Promise.all(walks.map((walk, at) => walk.enrol(apps[at]?.code(ports.clock.now()) ?? '')));
    expect(walks.filter(({ view }) => view.step === 'codes')).toHaveLength(1);
    const user = await read(ports, userDocument.key(scene.user.id));
    // The lost one, the new one and its recovery codes.
    expect(user.assignments[0]?.tokens).toHaveLength(3);
  });

  test('is used up: the new token is unassigned, and the password alone enrols no other', async () => {
    const scene = await setStage();
    await deactivate(scene);
    await enrolApp(await byPassword(scene));
    const { assignments, enrolled = [] } = await read(ports, userDocument.key(scene.user.id));
    expect(assignments[0]?.tokens.length).toBeGreaterThan(1);
    for (const token of enrolled) {
      unwrap(
        await unassign(ports, { account: scene.account, resource: scene.resource.id, user: scene.user.id, token }),
      );
    }
    expectNothing(await byPassword(scene));
  });

  test('ends when the user is given another token', async () => {
    const scene = await setStage();
    await deactivate(scene);
    const walk = await byPassword(scene);
    const { account, resource, user } = scene;
    const { id: token } = await addToken(ports, account, { owner: user.id });
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token }));
    await enrolApp(walk);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });

  test('does not come back with a restored backup', async () => {
    const scene = await setStage();
    await deactivate(scene);
    const key = tokenDocument.key(lostOf(scene).id);
    const restored = tokenDocument.restore?.(await read(ports, key), { now: ports.clock.now(), heads: new Map() }, key);
    await overwrite(ports, key, restored as never);
    expectNothing(await byPassword(scene));
  });

  test('is not given by a token that was never active, nor by one of another owner or resource', async () => {
    const scene = await setStage();
    const { account, user } = scene;
    await overwrite(ports, tokenDocument.key(lostOf(scene).id), { enabled: false });
    expectNothing(await byPassword(scene));
    const { id } = await addToken(ports, account, { owner: user.id });
    unwrap(await updateToken(ports, account, id, { enabled: false }));
    expectNothing(await byPassword(scene));
  });

  test('is not given by a user, nor by a repeated deactivation', async () => {
    const scene = await setStage();
    const { account, user } = scene;
    const self = { actor: { kind: 'user', account, id: user.id } } as const;
    expect(await updateTokenAs(ports, self, lostOf(scene).id, { enabled: false })).toEqual({ refused: 'FORBIDDEN' });
    await deactivate(scene);
    ports.clock.advance(8 * DAY_MS);
    await deactivate(scene);
    expectNothing(await byPassword(scene));
  });
});

describe('where a token is not required', () => {
  test.each([
    { enrolment: { kinds: ['totp' as const], required: false } },
    { enrolment: { kinds: ['totp' as const], required: true, postponableUntil: Number.MAX_SAFE_INTEGER } },
    {},
  ])('the rule of the guide holds: password and filters alone (%j)', async (settings) => {
    const scene = await setStage(settings);
    await giveRecoveryCodes(scene);
    await deactivate(scene);
    expect((await byPassword(scene)).view).toMatchObject({ step: 'done' });
  });

  test('a resource that requires one meanwhile gives no result to a sign-in that is under way', async () => {
    const scene = await setStage({});
    await deactivate(scene);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    unwrap(await updateResource(ports, scene.account, scene.resource.id, REQUIRED));
    await walk.password();
    expect(walk.view.result).toBeUndefined();
  });
});
