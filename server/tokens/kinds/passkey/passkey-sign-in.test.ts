import type { FlowView } from '@countersign/protocol/flow';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../../kernel/event.ts';
import type { TokenId } from '../../../kernel/ids.ts';
import { isRefusal, type Result } from '../../../kernel/result.ts';
import { createLoginRequest, unassign, updateResource, updateToken } from '../../../testing/as-operator.ts';
import { givePasskey, inTheFrame, registerPasskey } from '../../../testing/devices/passkey-device.ts';
import {
  birth,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  read,
  runMeanwhile,
  setState,
  unwrap,
} from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { SoftwareAuthenticator, type Tampering } from '../../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { tokenDocument } from '../../documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('passkeys');
});
afterAll(() => ports.close());

const stepOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.step);
const codeOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.error?.code);
const claimsOf = ({ result = '' }: FlowView) => decodeJwt(result);
const factorOf = async (id: TokenId) => (await read(ports, tokenDocument.key(id))).factor;

/** A user with a passkey on a resource that allows passkeys alone. */
async function person(
  device = new SoftwareAuthenticator(),
  options: Parameters<typeof createFixture>[1] = {},
): Promise<{ scene: Fixture; device: SoftwareAuthenticator; token: TokenId }> {
  const resource = { passkeySignIn: true, failedAttemptsBeforeLock: 3, ...options.resource };
  const scene = await createFixture(ports, { ...options, resource });
  return { scene, device, token: await givePasskey(scene, device) };
}

const answer = (walk: LoginDriver, device: SoftwareAuthenticator, tampering: Tampering = {}) =>
  walk.passkey(device.get(inTheFrame(walk.view.passkey), tampering));

describe('after a password', () => {
  test.each([
    [{ verifies: true, synced: false }, ['pwd', 'hwk', 'user', 'mfa']],
    [{ verifies: false, synced: false }, ['pwd', 'hwk', 'mfa']],
    [{ verifies: true, synced: true }, ['pwd', 'swk', 'user', 'mfa']],
  ])('a passkey that reports %o is the second factor, and in the result', async (traits, amr) => {
    const { scene, device, token } = await person(new SoftwareAuthenticator(traits));
    const walk = await LoginDriver.toOtp(scene);
    expect(walk.view).toMatchObject({
      step: 'passkey',
      factor: 'passkey',
      passkey: {
        rpId: 'auth.example',
        userVerification: 'preferred',
        allowCredentials: [{ type: 'public-key', id: device.id, transports: ['internal'] }],
      },
    });
    expect(walk.view.passkey?.challenge).toMatch(/^[\w-]{43}$/);
    await answer(walk, device);
    expect(walk.view).toMatchObject({ step: 'done' });
    expect(claimsOf(walk.view)).toMatchObject({ amr, acr: '2', otp: 'verified' });
    expect(await factorOf(token)).toMatchObject({ signCount: device.signCount });
  });

  test('any of several may respond, and the others stay unchanged', async () => {
    const { scene, token } = await person();
    const second = new SoftwareAuthenticator();
    const other = await givePasskey(scene, second);
    const walk = await LoginDriver.toOtp(scene);
    expect(walk.view.passkey?.allowCredentials).toHaveLength(2);
    expect(walk.view.factors).toEqual([{ id: 'passkey', kind: 'webauthn' }]);
    const before = await factorOf(token);
    await answer(walk, second);
    expect(walk.view.step).toBe('done');
    expect(await factorOf(token)).toEqual(before);
    expect(await factorOf(other)).toMatchObject({ signCount: second.signCount });
  });

  test('requested by the host alone, it counts as one factor, or as two if the device verified its user', async () => {
    for (const [verifies, acr] of [
      [false, '1'],
      [true, '2'],
    ] as const) {
      const { scene, device } = await person(new SoftwareAuthenticator({ verifies }));
      const { account, resource, user } = scene;
      const asked = { account, resource: resource.id, user: user.id, nonce: NONCE, passwordChecked: true };
      const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked));
      const walk = await LoginDriver.begin(scene, { loginRequest });
      expect(walk.view.step).toBe('passkey');
      await answer(walk, device);
      expect(claimsOf(walk.view)).toMatchObject({ acr });
    }
  });

  // SR-61
  test('SR-61: a challenge is void after any response, and after another selection', async () => {
    const { scene, device } = await person(undefined, { tokens: [{ kind: 'totp' }] });
    const walk = await LoginDriver.toOtp(scene);
    const first = device.get(inTheFrame(walk.view.passkey));
    const before = walk.view.passkey?.challenge;

    await walk.choose('code');
    expect(walk.view.passkey).toBeUndefined();
    expect(stepOf(await walk.passkey(first))).toBe('STEP_NOT_EXPECTED');
    await walk.choose('passkey');
    expect(walk.view.passkey?.challenge).not.toBe(before);
    expect(codeOf(await walk.passkey(first))).toBe('OTP_WRONG');

    const afterWrong = walk.view.passkey?.challenge;
    expect(afterWrong).not.toBe(before);
    await answer(walk, device);
    expect(walk.view.step).toBe('done');
  });

  // SR-61, SR-1
  test('SR-61: a response whose sign-in was interrupted after it counted is not accepted again', async () => {
    const { scene, device, token } = await person(new SoftwareAuthenticator({ signCount: 0 }));
    const walk = await LoginDriver.toOtp(scene);
    const right = device.get(inTheFrame(walk.view.passkey));
    const { factor } = await read(ports, tokenDocument.key(token));
    if (factor.kind !== 'webauthn') throw new Error('no passkey');
    // As after a crash between the commit of the token and that of the sign-in.
    const challenge = walk.view.passkey?.challenge ?? '';
    await overwrite(ports, tokenDocument.key(token), { factor: { ...factor, lastChallenge: challenge } } as never);
    expect(codeOf(await walk.passkey(right))).toBe('OTP_REPLAYED');
    expect((await read(ports, tokenDocument.key(token))).failures).toBe(0);
  });

  test('the passkey of another user of the account is refused, and no count is raised', async () => {
    const { scene, token } = await person();
    const { device: foreign, token: foreignToken } = await person();
    const walk = await LoginDriver.toOtp(scene);
    expect(codeOf(await answer(walk, foreign))).toBe('OTP_WRONG');
    for (const one of [token, foreignToken]) expect((await read(ports, tokenDocument.key(one))).failures).toBe(0);
  });

  test('a copy is detected: refused, counted, and the event has the reason', async () => {
    const { scene, device, token } = await person(new SoftwareAuthenticator({ signCount: 9 }));
    const walk = await LoginDriver.toOtp(scene);
    await answer(walk, device, { signCount: 5 });
    expect(walk.view).toMatchObject({ step: 'passkey', error: { code: 'OTP_WRONG' } });
    expect((await read(ports, tokenDocument.key(token))).failures).toBe(1);
    expect(attempts(scene).at(-1)).toMatchObject({
      outcome: 'refused',
      reason: 'PASSKEY_COPIED',
      subject: scene.user.id,
    });
  });
});

/** The events of sign-ins of the account, in order. */
function attempts(scene: Fixture): AccountEvent[] {
  const events = ports.store.commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
  return events.filter(({ type, account }) => type === 'authentication' && account === scene.account);
}

describe('instead of name, password and code', () => {
  test('a passkey signs its owner in with two factors and one event', async () => {
    const { scene, device, token } = await person();
    const walk = await LoginDriver.begin(scene);
    expect(walk.view).toMatchObject({
      step: 'identify',
      passkey: { allowCredentials: [], userVerification: 'required', rpId: 'auth.example' },
    });
    await answer(walk, device);
    expect(walk.view.step).toBe('done');
    expect(claimsOf(walk.view)).toMatchObject({
      sub: scene.user.id,
      preferred_username: scene.user.login,
      amr: ['hwk', 'user', 'mfa'],
      acr: '2',
    });
    expect(attempts(scene)).toMatchObject([
      { outcome: 'granted', subject: scene.user.id, factors: ['passkey'], related: [expect.any(String), token] },
    ]);
  });

  // SR-17
  test('SR-17: it is offered to every user or to none, and gone once a name was given', async () => {
    const { scene } = await person();
    const off = await createFixture(ports);
    expect((await LoginDriver.begin(off)).view.passkey).toBeUndefined();
    const kinds = await createFixture(ports, { resource: { passkeySignIn: true, tokenKinds: ['totp'] } });
    expect((await LoginDriver.begin(kinds)).view.passkey).toBeUndefined();

    const views = await Promise.all(
      [scene.user.login, 'nobody'].map(async (login) => {
        const walk = await LoginDriver.begin(scene);
        expect(walk.view.passkey).toBeDefined();
        await walk.identify(login);
        const { login: _login, ...view } = walk.view;
        return view;
      }),
    );
    expect(views[0]).toEqual(views[1]);
    expect(views[0]?.passkey).toBeUndefined();
  });

  // SR-61
  test('SR-61: without user verification it is refused, whatever the browser claims', async () => {
    const { scene, device } = await person(new SoftwareAuthenticator({ verifies: false }));
    const walk = await LoginDriver.begin(scene);
    expect(codeOf(await answer(walk, device))).toBe('INVALID_CREDENTIALS');
    expect(walk.view.step).toBe('identify');
  });

  // SR-61
  test.each<[string, Tampering]>([
    ['that names no user', { userHandle: undefined }],
    ['that names another user', { userHandle: 'dXNyXzAxazhkcTl6Mm1w' }],
    ['of another page', { clientData: { topOrigin: 'https://evil.example' } }],
    ['of another origin', { clientData: { origin: 'https://evil.example' } }],
    ['to another challenge', { clientData: { challenge: 'b2xk' } }],
  ])('SR-61: a response %s is refused', async (_, tampering) => {
    const { scene, device } = await person();
    const walk = await LoginDriver.begin(scene);
    expect(codeOf(await answer(walk, device, tampering))).toBe('INVALID_CREDENTIALS');
    await answer(walk, device);
    expect(walk.view.step).toBe('done');
  });

  // SR-61
  test('SR-61: a response to one sign-in is refused in another', async () => {
    const { scene, device } = await person();
    const [one, other] = [await LoginDriver.begin(scene), await LoginDriver.begin(scene)];
    const response = device.get(inTheFrame(one.view.passkey));
    expect(codeOf(await other.passkey(response))).toBe('INVALID_CREDENTIALS');
    await one.passkey(response);
    expect(one.view.step).toBe('done');
    expect(stepOf(await one.passkey(response))).toBe('STEP_NOT_EXPECTED');
  });

  // SR-17, SR-4
  test.each<[string, (scene: Fixture, token: TokenId) => Promise<unknown>, string]>([
    ['of a blocked user', (scene) => runMeanwhile.blockUser(scene), 'INVALID_CREDENTIALS'],
    ['that is locked', ({ account }, token) => setState(ports, account, token, 'locked'), 'INVALID_CREDENTIALS'],
    [
      'that is deactivated',
      ({ account }, token) => setState(ports, account, token, 'deactivated'),
      'INVALID_CREDENTIALS',
    ],
    ['that has expired', ({ account }, token) => setState(ports, account, token, 'expired'), 'INVALID_CREDENTIALS'],
    [
      'without an owner',
      ({ account }, token) => updateToken(ports, account, token, { owner: null }),
      'INVALID_CREDENTIALS',
    ],
    [
      'that is not assigned any more',
      ({ account, resource, user }, token) => unassign(ports, { account, resource: resource.id, user: user.id, token }),
      'INVALID_CREDENTIALS',
    ],
    ['where the resource is off', (scene) => runMeanwhile.disableResource(scene), 'RESOURCE_DISABLED'],
    ['without a plan', (scene) => runMeanwhile.deactivatePlan(scene), 'PLAN_INACTIVE'],
    [
      'where passkeys no longer sign in',
      ({ account, resource }) => updateResource(ports, account, resource.id, { passkeySignIn: false }),
      'ACCESS_DENIED',
    ],
    [
      'where passkeys no longer count',
      ({ account, resource }) => updateResource(ports, account, resource.id, { tokenKinds: ['totp'] }),
      'ACCESS_DENIED',
    ],
  ])('SR-17: a passkey %s is refused', async (_, change, code) => {
    const { scene, device, token } = await person();
    const walk = await LoginDriver.begin(scene);
    await change(scene, token);
    const view = await answer(walk, device);
    expect(codeOf(view)).toBe(code);
    expect(walk.view.result).toBeUndefined();
  });

  // SR-17
  test('SR-17: an unknown passkey gets the same response as a refused one, and costs as many commits', async () => {
    const { scene, device } = await person();
    const attempt = async (one: SoftwareAuthenticator, tampering: Tampering = {}) => {
      const walk = await LoginDriver.begin(scene);
      const response = one.get(inTheFrame(walk.view.passkey), tampering);
      const before = ports.store.commits.length;
      await walk.passkey(response);
      const { passkey: _passkey, ...view } = walk.view;
      return { view, commits: ports.store.commits.length - before };
    };
    const unknown = new SoftwareAuthenticator();
    unknown.userHandle = device.userHandle;
    expect(await attempt(unknown)).toEqual(await attempt(device, { clientData: { challenge: 'b2xk' } }));
  });

  test('a passkey that its owner is not assigned with is refused', async () => {
    const scene = await createFixture(ports, { resource: { passkeySignIn: true } });
    const device = new SoftwareAuthenticator();
    await registerPasskey(scene, device);
    const walk = await LoginDriver.begin(scene);
    expect(codeOf(await answer(walk, device))).toBe('INVALID_CREDENTIALS');
  });

  // SR-14, SR-15
  test('SR-15: refused responses of a passkey count, and lock it', async () => {
    const { scene, device, token } = await person();
    for (let time = 0; time < 4; time++) {
      const walk = await LoginDriver.begin(scene);
      expect(codeOf(await answer(walk, device, { clientData: { challenge: 'b2xk' } }))).toBe('INVALID_CREDENTIALS');
    }
    expect((await read(ports, tokenDocument.key(token))).lock?.reason).toBe('otp-failures');
  });

  // SR-5
  test('SR-5: it is not accepted in a sign-in that has a name already', async () => {
    const { scene, device } = await person();
    const walk = await LoginDriver.begin(scene);
    const response = device.get(inTheFrame(walk.view.passkey));
    await walk.identify();
    expect(stepOf(await walk.passkey(response))).toBe('STEP_NOT_EXPECTED');
  });
});
