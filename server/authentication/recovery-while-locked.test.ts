import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resourceDocument } from '../resources/documents.ts';
import { authenticate, createLoginRequest, operatorContext, updateToken } from '../testing/as-operator.ts';
import { passkeyDevice } from '../testing/devices/passkey-device.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import {
  birth,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  PASSWORD,
  setState,
  signInByApi,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import type { Token } from '../tokens/token.ts';
import { explain } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('recovery while locked');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.clock.advance(60_000);
});

const setStage = () => createFixture(ports, { tokens: [{}], alone: true, user: { email: 'alice@shop.example' } });
const BY_ADMINISTRATOR = { step: 'denied', error: { code: 'TOKEN_LOCKED_BY_ADMINISTRATOR' } };
const WRONG = '00000-00000';

function authenticatorOf({ tokens: [token] }: Fixture) {
  if (!token) throw new Error('no token');
  return token;
}
const lockByAdministrator = async (scene: Fixture) =>
  unwrap(await updateToken(ports, scene.account, authenticatorOf(scene).id, { locked: true }));
const stored = async (id: Token['id']) =>
  (await ports.store.getMany([tokenDocument.key(id)], ports.clock.now()))[0]?.value;

/** Types wrong codes until the token locks. */
async function lockByGuessing(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.toOtp(scene);
  for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
  return walk;
}

async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

async function explained({ account, resource, user }: Fixture, method: 'widget' | 'password-otp' = 'widget') {
  const subject = { user: user.login, method };
  return unwrap(await explain(ports, operatorContext(account), { resource: resource.id, subject })).explained;
}

const byApi = ({ account, resource, user }: Fixture, second: { otp?: string; recoveryCode?: string }) =>
  authenticate(ports, {
    account,
    resource: resource.id,
    user: user.login,
    method: 'password-otp',
    password: PASSWORD,
    ...second,
  });

// SR-15. The attack: a thief with the password types wrong codes until the authenticator locks, then guesses at
// recovery codes, which the owner still needs.
describe('while wrong codes have locked the authenticator', () => {
  test('SR-15: a recovery code is the second factor of a fresh sign-in, once, and unlocks nothing', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    const walk = await byPassword(scene);
    expect(walk.view).toMatchObject({
      step: 'recovery',
      factors: [{ kind: 'recovery' }],
      error: { code: 'RECOVERY_CODE_REQUIRED' },
    });
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
    expect(await authenticatorOf(scene).stored()).toMatchObject({ lock: { reason: 'otp-failures' } });
    const next = await byPassword(scene);
    expect(await next.recovery(codes[0] ?? '')).toMatchObject({ step: 'recovery', error: { code: 'OTP_REPLAYED' } });
    expect(await next.recovery(codes[1] ?? '')).toMatchObject({ step: 'done' });
  });

  test('SR-2, SR-15: guesses at recovery codes count as before the lock, and then lock these too', async () => {
    const scene = await setStage();
    const { id, codes } = await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    const walk = await byPassword(scene);
    for (let i = 0; i < 5; i++) expect(await walk.recovery(WRONG)).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await walk.recovery(WRONG)).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await stored(id)).toMatchObject({ failures: 6, lock: { reason: 'otp-failures' } });
    expect((await byPassword(scene)).view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await byApi(scene, { recoveryCode: codes[0] ?? '' })).toMatchObject({ refused: 'TOKEN_LOCKED' });
  });

  test('SR-15: no code of the authenticator is evaluated or counted, in the widget or over the API', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    const { failures } = await authenticatorOf(scene).stored();
    const right = await authenticatorOf(scene).code();
    expect(await signInByApi(ports, scene, right)).toMatchObject({ refused: 'TOKEN_LOCKED' });
    expect(await byApi(scene, {})).toEqual({ refused: 'RECOVERY_CODE_REQUIRED' });
    expect((await authenticatorOf(scene).stored()).failures).toBe(failures);
    expect(await byApi(scene, { recoveryCode: codes[0] ?? '' })).toMatchObject({ otp: 'verified' });
  });

  test('a site that checked the password is led to a recovery code too', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    const { loginRequest } = unwrap(
      await createLoginRequest(ports, birth(ports, 'flw'), {
        account: scene.account,
        resource: scene.resource.id,
        user: scene.user.login,
        nonce: NONCE,
        passwordChecked: true,
      }),
    );
    const walk = await LoginDriver.begin(scene, { loginRequest });
    expect(walk.view).toMatchObject({ step: 'recovery', error: { code: 'RECOVERY_CODE_REQUIRED' } });
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
  });

  test('SR-15: nothing stands in for a token that could not be used without the lock either', async () => {
    for (const state of ['expired', 'out-of-step', 'secret-lost'] as const) {
      const scene = await setStage();
      await giveRecoveryCodes(scene);
      await lockByGuessing(scene);
      await setState(ports, scene.account, authenticatorOf(scene).id, state);
      expect((await byPassword(scene)).view.step).toBe('denied');
    }
  });

  test('where recovery codes are not accepted, the lock denies as it did', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    await overwrite(ports, resourceDocument.key(scene.resource.id), { tokenKinds: ['totp'] });
    expect((await byPassword(scene)).view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await byApi(scene, { recoveryCode: codes[0] ?? '' })).toMatchObject({ refused: 'TOKEN_LOCKED' });
  });

  test('explain says so, as the sign-in decides it', async () => {
    const scene = await setStage();
    await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    for (const method of ['widget', 'password-otp'] as const) {
      expect(await explained(scene, method)).toMatchObject({
        factors: { password: true, otp: true, recoveryOnly: true },
        verdict: { granted: true, otp: 'verified' },
      });
    }
  });
});

// SR-15. The attack: a thief with the password uses the sign-in that goes on for more guesses.
describe('in the sign-in whose wrong codes have locked the authenticator', () => {
  const REQUIRED = { step: 'recovery', error: { code: 'RECOVERY_CODE_REQUIRED' } };

  test('SR-15: a recovery code completes it, and the token stays locked', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    const walk = await lockByGuessing(scene);
    expect(walk.view).toMatchObject({ ...REQUIRED, factor: 'recovery', factors: [{ kind: 'recovery' }] });
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
    expect(await authenticatorOf(scene).stored()).toMatchObject({ lock: { reason: 'otp-failures' } });
  });

  test('SR-2, SR-15: it evaluates no further code of the authenticator, and counts recovery codes by themselves', async () => {
    const scene = await setStage();
    const { id } = await giveRecoveryCodes(scene);
    const walk = await lockByGuessing(scene);
    const locked = await authenticatorOf(scene).stored();
    expect(await walk.otp(await authenticatorOf(scene).code())).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.choose('code')).toMatchObject({ step: 'recovery', error: { code: 'STEP_NOT_EXPECTED' } });
    expect(await authenticatorOf(scene).stored()).toEqual(locked);
    for (let i = 0; i < 5; i++) expect(await walk.recovery(WRONG)).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await walk.recovery(WRONG)).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await stored(id)).toMatchObject({ failures: 6, lock: { reason: 'otp-failures' } });
  });

  test('SR-15: a code in another sign-in that began before the lock is not evaluated either', async () => {
    const scene = await setStage();
    await giveRecoveryCodes(scene);
    const other = await LoginDriver.toOtp(scene);
    await lockByGuessing(scene);
    const { failures } = await authenticatorOf(scene).stored();
    expect(await other.otp(await authenticatorOf(scene).code())).toMatchObject(REQUIRED);
    expect((await authenticatorOf(scene).stored()).failures).toBe(failures);
  });

  test('SR-15: without recovery codes, or where none are accepted, it ends', async () => {
    const DENIED = { step: 'denied', error: { code: 'TOKEN_LOCKED' } };
    const plain = await setStage();
    expect((await lockByGuessing(plain)).view).toMatchObject(DENIED);
    const scene = await setStage();
    await giveRecoveryCodes(scene);
    await overwrite(ports, resourceDocument.key(scene.resource.id), { tokenKinds: ['totp'] });
    expect((await lockByGuessing(scene)).view).toMatchObject(DENIED);
  });

  test('SR-15: the lock of an administrator takes the place of the lock by wrong codes, and ends it', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    const walk = await lockByGuessing(scene);
    await lockByAdministrator(scene);
    expect(await walk.recovery(codes[0] ?? '')).toMatchObject(BY_ADMINISTRATOR);
  });
});

// SR-15. The attack: a thief with the password answers for the passkey with a key of their own, until it locks.
describe('where the authenticator is a passkey', () => {
  async function setPasskeyStage() {
    const scene = await createFixture(ports, { alone: true, user: { email: 'alice@shop.example' } });
    const passkey = await passkeyDevice.give(scene);
    return { scene, passkey, ...(await giveRecoveryCodes(scene)) };
  }
  type Stage = Awaited<ReturnType<typeof setPasskeyStage>>;

  async function lockByGuessing({ scene, passkey }: Stage): Promise<LoginDriver> {
    const walk = await LoginDriver.toOtp(scene);
    const { wrong } = await passkey.ready(walk);
    for (let guesses = 1; guesses <= 6; guesses++) {
      expect(walk.view.step).toBe('passkey');
      await wrong();
    }
    return walk;
  }
  const REQUIRED = {
    step: 'recovery',
    factor: 'recovery',
    factors: [{ kind: 'recovery' }],
    error: { code: 'RECOVERY_CODE_REQUIRED' },
  };

  test('SR-15: wrong answers lock it, and its user is led to a recovery code, then and in a fresh sign-in', async () => {
    const stage = await setPasskeyStage();
    const { scene, passkey, codes } = stage;
    for (const [at, walk] of [await lockByGuessing(stage), await byPassword(scene)].entries()) {
      expect(walk.view).toMatchObject(REQUIRED);
      expect(walk.view).not.toHaveProperty('passkey');
      expect(await walk.recovery(codes[at] ?? '')).toMatchObject({ step: 'done' });
    }
    expect(await stored(passkey.token)).toMatchObject({ failures: 6, lock: { reason: 'otp-failures' } });
  });

  test('SR-15: no answer of the passkey is evaluated any more, also not a right one made before the lock', async () => {
    const stage = await setPasskeyStage();
    const { scene, passkey } = stage;
    const other = await LoginDriver.toOtp(scene);
    const { right } = await passkey.ready(other);
    const walk = await lockByGuessing(stage);
    const locked = await stored(passkey.token);
    expect(await right()).toMatchObject(REQUIRED);
    expect(await walk.choose('passkey')).toMatchObject({ step: 'recovery', error: { code: 'STEP_NOT_EXPECTED' } });
    expect(await stored(passkey.token)).toEqual(locked);
  });

  test('SR-15: without recovery codes the lock ends the sign-in', async () => {
    const scene = await createFixture(ports, { alone: true });
    const passkey = await passkeyDevice.give(scene);
    const walk = await lockByGuessing({ scene, passkey, id: passkey.token, codes: [] });
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
  });

  test('SR-15: the lock of an administrator asks for no recovery code, and ends what wrong answers led to one', async () => {
    const stage = await setPasskeyStage();
    const { scene, passkey, id, codes } = stage;
    const lock = async () => unwrap(await updateToken(ports, scene.account, passkey.token, { locked: true }));
    const running = await LoginDriver.toOtp(scene);
    const { right } = await passkey.ready(running);
    const led = await lockByGuessing(stage);
    await lock();
    expect(await led.recovery(codes[0] ?? '')).toMatchObject(BY_ADMINISTRATOR);
    expect(await right()).toMatchObject(BY_ADMINISTRATOR);
    expect((await byPassword(scene)).view).toMatchObject(BY_ADMINISTRATOR);
    expect(await stored(id)).toMatchObject({ failures: 0, factor: { macs: { length: codes.length } } });
  });
});

// SR-15. The attack: an administrator locked the token after misuse, and the thief has the password and the paper.
describe('while an administrator has locked the authenticator', () => {
  test('SR-15: no recovery code is asked for or evaluated, and the user is told who locked it', async () => {
    const scene = await setStage();
    const { id, codes } = await giveRecoveryCodes(scene);
    const running = await LoginDriver.toOtp(scene);
    await running.choose('recovery');
    await lockByAdministrator(scene);
    expect(await running.recovery(codes[0] ?? '')).toMatchObject(BY_ADMINISTRATOR);
    expect((await byPassword(scene)).view).toMatchObject(BY_ADMINISTRATOR);
    expect(await byApi(scene, { recoveryCode: codes[0] ?? '' })).toMatchObject({
      refused: 'TOKEN_LOCKED_BY_ADMINISTRATOR',
    });
    expect(await byApi(scene, {})).toMatchObject({ refused: 'TOKEN_LOCKED_BY_ADMINISTRATOR' });
    expect(await stored(id)).toMatchObject({ failures: 0, factor: { macs: { length: codes.length } } });
  });

  test('explain and the event name the reason', async () => {
    const scene = await setStage();
    const { at } = await lockByAdministrator(scene).then(({ object }) => object.lock ?? { at: 0 });
    const found = await explained(scene);
    expect(found.checks).toContainEqual({
      check: 'token',
      id: authenticatorOf(scene).id,
      state: 'locked',
      lock: { reason: 'administrator', at },
      counts: true,
      passed: true,
    });
    expect(found.checks.at(-1)).toMatchObject({ check: 'factors', reason: 'locked-by-administrator', passed: false });
    expect(found.verdict).toEqual({ granted: false, code: 'TOKEN_LOCKED_BY_ADMINISTRATOR' });
  });

  test('nothing tells it apart where the code stands alone', async () => {
    const scene = await createFixture(ports, { tokens: [{}], resource: { methodPolicy: 'otp' } });
    await lockByAdministrator(scene);
    const walk = await LoginDriver.toOtp(scene);
    expect(await walk.otp(await authenticatorOf(scene).code())).toMatchObject({
      error: { code: 'INVALID_CREDENTIALS' },
    });
  });
});

describe('where a link may be mailed that unlocks the token', () => {
  test('the locked token stays among the options, and choosing it leads to the offer', async () => {
    const scene = await createFixture(ports, {
      tokens: [{}],
      user: { email: 'alice@shop.example' },
      resource: { enrolment: { kinds: ['totp'], required: false, unlockByMail: true } },
    });
    const { codes } = await giveRecoveryCodes(scene);
    const same = await lockByGuessing(scene);
    for (const walk of [same, await byPassword(scene)]) {
      expect(walk.view).toMatchObject({
        step: 'recovery',
        factor: 'recovery',
        factors: [{ kind: 'recovery' }, { kind: 'code' }],
      });
      expect(await walk.choose('code')).toMatchObject({
        step: 'denied',
        error: { code: 'TOKEN_LOCKED' },
        unlock: 'offered',
      });
    }
    const other = await byPassword(scene);
    expect(await other.recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
  });
});
