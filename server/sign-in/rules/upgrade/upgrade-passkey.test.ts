import { FLOW_HEADER } from '@countersign/protocol/flow';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../../kernel/event.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { addCompleted, KNOWN_NETWORK_TTL_MS } from '../../../passwords/password-backoff.ts';
import { recordNetwork } from '../../../passwords/password-counters.ts';
import { consumeResult, operatorContext, updateResource, updateUser } from '../../../testing/as-operator.ts';
import { beforeCommitOf } from '../../../testing/before-commit.ts';
import { inTheFrame } from '../../../testing/devices/passkey-device.ts';
import {
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  ORIGIN,
  PASSWORD,
  read,
  unwrap,
} from '../../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../../testing/http-service.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { SoftwareAuthenticator, type Tampering } from '../../../testing/software-authenticator.ts';
import { ISSUER, type TestPorts } from '../../../testing/test-ports.ts';
import { signInWith } from '../../../testing/trust-fixture.ts';
import { deleteToken } from '../../../tokens/delete-token.ts';
import { findPasskey } from '../../../tokens/kinds/passkey/find-passkey.ts';
import { reportLostDevice } from '../../../user-management/report-lost-device.ts';
import { userDocument } from '../../../users/documents.ts';
import { upgradePasskey } from './upgrade-passkey.ts';

const UPGRADING = { enrolment: { kinds: ['webauthn' as const], required: false, passkeyUpgrade: true } };
/** As browsers do with conditional mediation: the user is not asked, so neither presence nor verification is reported. */
const UNASKED: Tampering = { flags: 8 | 16 };
const newDevice = () => new SoftwareAuthenticator({ synced: true, signCount: 0 });

let service: Service;
let ports: TestPorts;
beforeAll(async () => {
  service = await openService('passkey upgrade');
  ports = service.ports;
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';

const setNewScene = (options: FixtureOptions = {}) =>
  createFixture(ports, { tokens: [{ kind: 'hotp' }], ...options, resource: { ...UPGRADING, ...options.resource } });

/** The user has signed in at home before. */
async function setScene(options: FixtureOptions = {}): Promise<Fixture> {
  const scene = await setNewScene(options);
  await recordNetwork(ports, scene.user.id, HOME, addCompleted);
  return scene;
}

async function signIn(scene: Fixture, address = HOME): Promise<LoginDriver> {
  const walk = await LoginDriver.toOtp(scene, { address });
  unwrap(await walk.otp((await scene.tokens[0]?.code()) ?? ''));
  return walk;
}

/** What the browser answers to the offer of that sign-in. */
function made({ view }: LoginDriver, device = newDevice(), tampering = UNASKED) {
  const { challenge, rp, user } = view.upgrade ?? {};
  if (!challenge || !rp || !user) throw new Error('no passkey is offered');
  return device.create({ ...inTheFrame({ challenge, rpId: rp.id }), userHandle: user.id }, tampering);
}

const upgrade = (walk: LoginDriver, response = made(walk), over: TestPorts = ports) =>
  upgradePasskey(over, { handle: walk.handle, client: { address: '203.0.113.7' }, response, language: 'en' });

const userOf = ({ user }: Fixture) => read(ports, userDocument.key(user.id));
const tokensOf = async (scene: Fixture) => (await userOf(scene)).assignments.flatMap(({ tokens }) => tokens);

describe('a passkey that the browser creates after a sign-in without asking', () => {
  // SR-4, SR-69 The attack: a thief with the password and the phone answers the offer as the loss is reported.
  test('SR-69: is not added once the token of that sign-in is lost, at any moment', async () => {
    for (const document of ['flow', 'user'] as const) {
      const scene = await setScene();
      const walk = await signIn(scene);
      const response = made(walk);
      beforeCommitOf(ports, document, (replica) =>
        reportLostDevice(replica, operatorContext(scene.account), scene.user.id, {}),
      );
      expect(await upgrade(walk, response)).toMatchObject({ refused: 'ACCESS_DENIED' });
      ports.store.intercept = {};
      expect(await tokensOf(scene)).toHaveLength(1);
    }
  });

  // SR-38 The attack: a phisher relays the password and one code, from a network of their own, and keeps a passkey.
  test('SR-38: is not offered in a network where no sign-in with both factors has ended before', async () => {
    const scene = await setNewScene();
    const thiefs = '198.51.100.66';
    // A right password alone makes the network known to the limits, and not here.
    await LoginDriver.toOtp(scene, { address: thiefs });
    expect((await signIn(scene, thiefs)).view).not.toHaveProperty('upgrade');
    expect((await signIn(scene)).view).not.toHaveProperty('upgrade');
    expect((await signIn(scene)).view).toHaveProperty('upgrade');
    // After it expired, it is as new.
    ports.clock.advance(KNOWN_NETWORK_TTL_MS);
    expect((await signIn(scene)).view).not.toHaveProperty('upgrade');
  });

  test('is offered with the result, is added once, mailed and logged, and signs in from then on', async () => {
    const scene = await setScene({ user: { email: 'alice@example.com' } });
    const walk = await signIn(scene);
    expect(walk.view).toMatchObject({ step: 'done', upgrade: { excludeCredentials: [], rp: { id: 'auth.example' } } });
    // A later reader of the flow is not offered it.
    expect(unwrap(await walk.look())).not.toHaveProperty('upgrade');
    const device = newDevice();
    const { token } = unwrap(await upgrade(walk, made(walk, device)));
    expect(token).toMatchObject({ owner: scene.user.id, factor: { kind: 'webauthn', synced: true } });
    expect(ports.courier.sent.at(-1)).toMatchObject({
      kind: 'security-notice',
      to: 'alice@example.com',
      facts: { change: 'passkey-added', address: '203.0.113.7' },
    });
    const events = (await ports.store.readEvents(0, 0, 1_000_000)).map(({ event }) => event as unknown as AccountEvent);
    expect(events.filter(({ subject, related }) => subject === token.id || related?.includes(token.id))).toMatchObject([
      { type: 'token.created', actor: { kind: 'user', id: scene.user.id } },
      { type: 'assignment.created', subject: scene.user.id, changed: ['assignments', 'passkeyUpgraded'] },
    ]);
    const next = await LoginDriver.toOtp(scene);
    expect(next.view).toMatchObject({ step: 'passkey', factors: [{ kind: 'webauthn' }, { kind: 'code' }] });
    unwrap(await next.passkey(device.get(inTheFrame(next.view.passkey))));
    expect(next.view.step).toBe('done');
    expect(next.view.upgrade).toBeUndefined();
  });

  // SR-61: creating it has proved nothing.
  test('SR-61: is no factor of that sign-in, and later only what its device shows then', async () => {
    const scene = await setScene({ resource: { passkeySignIn: true } });
    const walk = await signIn(scene);
    const device = newDevice();
    unwrap(await upgrade(walk, made(walk, device)));
    expect(decodeJwt(walk.view.result ?? '')).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: '2' });
    const { account, resource } = scene;
    const consumed = await consumeResult(ports, {
      account,
      resource: resource.id,
      result: walk.view.result ?? '',
      nonce: NONCE,
    });
    expect(unwrap(consumed).claims.amr).toEqual(['pwd', 'otp', 'mfa']);

    const alone = await LoginDriver.begin(scene);
    // Present, and not verified.
    await alone.passkey(device.get(inTheFrame(alone.view.passkey), { flags: 1 | 8 | 16 }));
    expect(alone.view).toMatchObject({ step: 'identify', error: { code: 'INVALID_CREDENTIALS' } });
    // Not even present.
    await alone.passkey(device.get(inTheFrame(alone.view.passkey), UNASKED));
    expect(alone.view).toMatchObject({ step: 'identify', error: { code: 'INVALID_CREDENTIALS' } });
    const second = await LoginDriver.toOtp(scene);
    await second.passkey(device.get(inTheFrame(second.view.passkey), UNASKED));
    expect(second.view.error).toEqual({ code: 'OTP_WRONG' });
    await second.passkey(device.get(inTheFrame(second.view.passkey), { flags: 1 | 8 | 16 }));
    expect(decodeJwt(second.view.result ?? '')).toMatchObject({ amr: ['pwd', 'swk', 'mfa'] });
  });

  // SR-1, SR-40. The attack: the handle of an ended sign-in adds the passkey of a thief beside the user's.
  test('SR-1: of any number of answers one is taken, also at once and from several processes', async () => {
    const scene = await setScene();
    const walk = await signIn(scene);
    const verdicts = await Promise.all(
      Array.from({ length: 6 }, (_, at) => upgrade(walk, made(walk), at % 2 ? ports.replica() : ports)),
    );
    expect(verdicts.filter((verdict) => !isRefusal(verdict))).toHaveLength(1);
    expect(await upgrade(walk)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await tokensOf(scene)).toHaveLength(2);
  });

  test('SR-61: a wrong answer uses the offer up, and adds nothing', async () => {
    const lies: Tampering[] = [
      { ...UNASKED, clientData: { origin: 'https://evil.example' } },
      { ...UNASKED, clientData: { topOrigin: 'https://evil.example' } },
      { ...UNASKED, clientData: { challenge: 'b2xk' } },
      { ...UNASKED, clientData: { type: 'webauthn.get' } },
    ];
    for (const lie of lies) {
      const scene = await setScene();
      const walk = await signIn(scene);
      expect(await upgrade(walk, made(walk, newDevice(), lie))).toEqual({ refused: 'PASSKEY_INVALID' });
      expect(await upgrade(walk)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
      expect(await tokensOf(scene)).toHaveLength(1);
    }
  });

  test('may be created on a related origin of the service, and on no other', async () => {
    const walk = await signIn(await setScene());
    const there = made(walk, newDevice(), { ...UNASKED, clientData: { origin: 'https://login.example.de' } });
    const related = { ...ports, relatedOrigins: ['https://login.example.de'] };
    expect(unwrap(await upgrade(walk, there, related)).token.factor.kind).toBe('webauthn');
    const other = await signIn(await setScene());
    const elsewhere = made(other, newDevice(), { ...UNASKED, clientData: { origin: 'https://login.example.fr' } });
    expect(await upgrade(other, elsewhere, related)).toEqual({ refused: 'PASSKEY_INVALID' });
  });

  test('expires after a minute, or with a shorter result', async () => {
    for (const [resultLifetimeMs, waitMs] of [
      [300_000, 60_000],
      [10_000, 10_000],
    ] as const) {
      const scene = await setScene({ resource: { resultLifetimeMs } });
      const walk = await signIn(scene);
      ports.clock.advance(waitMs);
      expect(isRefusal(await upgrade(walk))).toBe(true);
      expect(await tokensOf(scene)).toHaveLength(1);
    }
  });

  // SR-4, SR-38. The attack: the user notices the thief, and the thief still holds the handle.
  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    ['the user is blocked', ({ account, user }) => updateUser(ports, account, user.id, { blocked: true })],
    [
      'the password changes',
      ({ account, user }) => updateUser(ports, account, user.id, { password: 'another horse battery' }),
    ],
    [
      'the token that was shown is deleted',
      ({ account, tokens }) => deleteToken(ports, operatorContext(account), tokens[0]?.id as never),
    ],
    [
      'the resource stops it',
      ({ account, resource }) =>
        updateResource(ports, account, resource.id, { enrolment: { kinds: ['webauthn'], required: false } }),
    ],
    [
      'the resource is disabled',
      ({ account, resource }) => updateResource(ports, account, resource.id, { enabled: false }),
    ],
  ])('SR-4: is refused once %s', async (_, change) => {
    const scene = await setScene();
    const walk = await signIn(scene);
    const response = made(walk);
    const before = await tokensOf(scene);
    await change(scene);
    expect(isRefusal(await upgrade(walk, response))).toBe(true);
    expect((await tokensOf(scene)).length).toBeLessThanOrEqual(before.length);
    expect(await findPasskey(ports, scene.account, response.id)).toBeUndefined();
  });

  test('is offered once to a user, also after they removed it; two sign-ins at once add one', async () => {
    const scene = await setScene();
    const [one, other] = [await signIn(scene), await signIn(scene)];
    const { token } = unwrap(await upgrade(one));
    expect(await upgrade(other)).toEqual({ refused: 'ACCESS_DENIED' });
    expect(await tokensOf(scene)).toHaveLength(2);
    unwrap(await deleteToken(ports, operatorContext(scene.account), token.id));
    expect((await userOf(scene)).passkeyUpgraded).toBe(true);
    expect((await signIn(scene)).view).not.toHaveProperty('upgrade');
  });
});

// SR-38
describe('SR-38: no passkey is offered', () => {
  test('where the resource has not turned it on', async () => {
    const scene = await setScene({ resource: { enrolment: { kinds: ['webauthn'], required: false } } });
    expect((await signIn(scene)).view).not.toHaveProperty('upgrade');
  });

  test('after a password alone', async () => {
    const scene = await setScene({ tokens: [], resource: { methodPolicy: 'password' } });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password(PASSWORD);
    expect(walk.view.step).toBe('done');
    expect(walk.view).not.toHaveProperty('upgrade');
  });

  test('in a trusted browser, nor to one that is about to be', async () => {
    const scene = await setScene({ resource: { trustedBrowserDays: 30 } });
    const trusting = await LoginDriver.toOtp(scene, { address: HOME });
    const secret = (await trusting.trust((await scene.tokens[0]?.code()) ?? '')) ?? '';
    for (const walk of [trusting, await signInWith(scene, [secret])]) {
      expect(walk.view.step).toBe('done');
      expect(walk.view).not.toHaveProperty('upgrade');
    }
    expect((await userOf(scene)).passkeyUpgraded).toBeUndefined();
  });
});

describe('over HTTP', () => {
  const FROM_OUR_FRAME = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };
  const send = (walk: LoginDriver, body: object, headers: object = FROM_OUR_FRAME) =>
    service.call('POST /widget/v1/flow/upgrade', { body, headers: { ...headers, [FLOW_HEADER]: walk.handle } });

  test('the frame answers the offer, and learns nothing of it', async () => {
    const walk = await signIn(await setScene());
    const answer = await send(walk, { response: made(walk), language: 'de' });
    expect(answer.status).toBe(204);
    expect(await refusalOf(await send(walk, { response: made(walk), language: 'de' }))).toEqual({
      status: 409,
      code: 'STEP_NOT_EXPECTED',
    });
  });

  // SR-11, SR-28
  test('SR-11: a foreign page, and a malformed answer, leave the offer as it is', async () => {
    const walk = await signIn(await setScene());
    const body = { response: made(walk), language: 'en' };
    const foreign = await send(walk, body, { origin: ORIGIN, 'sec-fetch-site': 'cross-site' });
    expect(await refusalOf(foreign)).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    expect((await send(walk, { ...body, user: 'usr_0' })).status).toBe(422);
    expect((await send(walk, { language: 'en' })).status).toBe(422);
    expect((await send(walk, body)).status).toBe(204);
  });
});
