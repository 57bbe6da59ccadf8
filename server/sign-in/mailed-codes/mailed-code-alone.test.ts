import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticationDocument } from '../../authentication/documents.ts';
import { signingKinds } from '../../authentication/signing.ts';
import type { FlowId } from '../../kernel/ids.ts';
import { isRefusal } from '../../kernel/result.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { createLoginRequest, updateResource, updateUser } from '../../testing/as-operator.ts';
import { givePasskey, inTheFrame } from '../../testing/devices/passkey-device.ts';
import { freshAddress, giveSent } from '../../testing/devices/sent-device.ts';
import {
  addResource,
  birth,
  type Fixture,
  NONCE,
  overwrite,
  read,
  runMeanwhile,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import {
  claimsIn,
  consume,
  createMailedFixture,
  errorIn,
  mailedCode,
  passMailedCode,
  tokenCode,
} from '../../testing/mailed-code-fixture.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { userDocument } from '../../users/documents.ts';
import { MAILED_CODES_WINDOW_MS } from './mailed-code.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('mailbox alone');
});
afterAll(() => ports.close());

describe('SR-69: a mailbox alone', () => {
  const MAILBOX = ['totp', 'email', 'recovery'] as const;

  // The attack: the reader of the mailbox answers with the code of the first factor, and with that of an email token.
  test('is never two factors: an email token does not count', async () => {
    const scene = await createMailedFixture(ports, { resource: { tokenKinds: [...MAILBOX] } });
    await giveSent(scene, 'email', scene.to);
    const walk = await passMailedCode(scene);
    expect(claimsIn(walk)).toMatchObject({ amr: ['otp'], acr: '1', otp: 'not_used' });
    unwrap(await consume(scene, walk));
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { methodPolicy: 'password-otp' }));
    ports.clock.advance(MAILED_CODES_WINDOW_MS);
    const strict = await passMailedCode(scene);
    expect(strict.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });

  test('confirms no transaction, and is no second factor after a password of the site', async () => {
    const scene = await createMailedFixture(ports, { resource: { tokenKinds: [...MAILBOX] } });
    await giveSent(scene, 'email', scene.to);
    const { account, resource, user } = scene;
    const asked = { account, resource: resource.id, user: user.login, nonce: NONCE, passwordChecked: true };
    const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked));
    const walk = await LoginDriver.begin(scene, { loginRequest });
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect(signingKinds(resource, { fields: [] })).not.toContain('email');
  });

  test('sets up no token, opens no self-service page and trusts no browser: these settings do not go together', async () => {
    const { account, resource } = await createMailedFixture(ports);
    const enrolment = { kinds: ['totp' as const], required: true };
    const selfService = { tokens: true, password: false, details: [], browsers: false };
    const refused = { refused: 'INPUT_INVALID' };
    for (const other of [{ enrolment }, { selfService }, { trustedBrowserDays: 3 }, { methodPolicy: 'otp' as const }]) {
      expect(await updateResource(ports, account, resource.id, other)).toMatchObject(refused);
      const made = addResource(ports, account, { ...other, firstFactor: 'mailed-code' });
      await expect(made).rejects.toThrow('INPUT_INVALID');
      const plain = await addResource(ports, account, other);
      expect(await updateResource(ports, account, plain.id, { firstFactor: 'mailed-code' })).toMatchObject(refused);
    }
    await expect(addResource(ports, account, { testMode: 'pass', firstFactor: 'mailed-code' })).rejects.toThrow();
    const both = { firstFactor: 'password' as const, enrolment };
    expect(isRefusal(await updateResource(ports, account, resource.id, both))).toBe(false);
  });

  test('lets a user in whose tokens are all deactivated, and none whose token is locked', async () => {
    const scene = await createMailedFixture(ports, { tokens: [{ state: 'deactivated' }] });
    await giveSent(scene, 'email', scene.to);
    const walk = await passMailedCode(scene);
    expect(claimsIn(walk)).toMatchObject({ acr: '1', otp: 'skipped' });
    unwrap(await consume(scene, walk));
    const locked = await createMailedFixture(ports, { tokens: [{ state: 'locked' }] });
    expect((await passMailedCode(locked)).view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
  });
});

describe('SR-4, SR-38: a change in the middle', () => {
  const change = {
    'another address': (scene: Fixture) => setEmail(scene, freshAddress('email')),
    'no address': (scene: Fixture) => setEmail(scene, null),
    'a block': (scene: Fixture) => runMeanwhile.blockUser(scene),
    'a report of an earlier sign-in': ({ user }: Fixture) =>
      overwrite(ports, userDocument.key(user.id), { credentialEpoch: 1 }),
    'the setting switched off': ({ account, resource }: Fixture) =>
      updateResource(ports, account, resource.id, { firstFactor: 'password' }),
  };
  const setEmail = ({ account, user }: Fixture, email: string | null) => updateUser(ports, account, user.id, { email });

  test.each(Object.entries(change))('%s voids the code, the step behind it, and the result', async (what, make) => {
    const scene = await createMailedFixture(ports, { tokens: [{}] });
    const before = await LoginDriver.begin(scene);
    await before.identify();
    const typed = await mailedCode(before, scene.to);
    const between = await passMailedCode(scene);
    expect(between.view.factors).toMatchObject([{ id: 'code' }]);
    const after = await passMailedCode(scene);
    await after.otp(await tokenCode(scene));
    expect(after.view.step, what).toBe('done');
    await make(scene);
    expect(errorIn(await before.otp(typed))).toBe('ACCESS_DENIED');
    ports.clock.advance(30_000);
    expect(errorIn(await between.otp(await tokenCode(scene)))).toBe('ACCESS_DENIED');
    expect(await consume(scene, after)).toMatchObject({ refused: 'RESULT_REVOKED' });
  });

  test('a password that was asked for before the setting signs no one in', async () => {
    const scene = await createMailedFixture(ports, { tokens: [{}], resource: { firstFactor: 'password' } });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const verified = await LoginDriver.toOtp(scene);
    await updateResource(ports, scene.account, scene.resource.id, { firstFactor: 'mailed-code' });
    expect(errorIn(await walk.password())).toBe('ACCESS_DENIED');
    expect(errorIn(await verified.otp(await tokenCode(scene)))).toBe('ACCESS_DENIED');
  });
});

describe('a login request', () => {
  const ask = async (scene: Fixture, acr: '1' | '2', previous?: string) => {
    const { account, resource, user } = scene;
    const asked = { account, resource: resource.id, user: user.login, nonce: NONCE, passwordChecked: false };
    const demand = { demand: { acr }, previous: previous as FlowId | undefined };
    return createLoginRequest(ports, birth(ports, 'flw'), { ...asked, ...demand });
  };

  test('for two factors asks for the code and another factor, and remembers the other alone', async () => {
    const scene = await createMailedFixture(ports, { tokens: [{}], resource: { rememberMs: HOUR_MS } });
    const first = await LoginDriver.begin(scene, unwrap(await ask(scene, '2')));
    await first.otp(await mailedCode(first, scene.to));
    await first.otp(await tokenCode(scene));
    expect(claimsIn(first)).toMatchObject({ amr: ['otp', 'mfa'], acr: '2' });
    const { jti } = unwrap(await consume(scene, first)).claims;
    // The attack: the second factor of that sign-in counts as two by itself, so that nothing is asked for.
    const again = await LoginDriver.begin(scene, unwrap(await ask(scene, '2', jti)));
    expect(again.view).toMatchObject({ step: 'otp', factors: [{ id: 'mail' }] });
    ports.clock.advance(30_000);
    await again.otp(await mailedCode(again, scene.to));
    expect(claimsIn(again)).toMatchObject({ amr: ['otp', 'mfa'], acr: '2', auth_time: claimsIn(first).auth_time });
  });

  test('for two factors is refused for a user who has only the mailbox', async () => {
    const scene = await createMailedFixture(ports, { resource: { tokenKinds: ['totp', 'email'] } });
    await giveSent(scene, 'email', scene.to);
    expect(await ask(scene, '2')).toMatchObject({ refused: 'LEVEL_UNREACHABLE' });
  });
});

test('a passkey beside it keeps its methods, and remembers none of the mailed code', async () => {
  const scene = await createMailedFixture(ports, { resource: { rememberMs: HOUR_MS } });
  const device = new SoftwareAuthenticator();
  await givePasskey(scene, device);
  const walk = await passMailedCode(scene);
  await walk.passkey(device.get(inTheFrame(walk.view.passkey)));
  expect(claimsIn(walk)).toMatchObject({ acr: '2' });
  const { amr } = claimsIn(walk);
  const ofPasskey = amr.filter((method) => method !== 'otp' && method !== 'mfa');
  expect(amr).toEqual(['otp', ...ofPasskey, 'mfa']);
  const { jti } = unwrap(await consume(scene, walk)).claims;
  const remembered = await read(ports, authenticationDocument.key(jti as FlowId));
  expect(remembered.second).toMatchObject({ kind: 'webauthn', methods: ofPasskey });
  expect(remembered).not.toHaveProperty('password');
  expect(remembered.second).not.toHaveProperty('isTwo');
});
