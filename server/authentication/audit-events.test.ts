import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../kernel/event.ts';
import type { Json } from '../kernel/ports/store.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { assign } from '../resources/assign.ts';
import { startRedirectedFlow } from '../sign-in/start/start-redirected-flow.ts';
import { createLoginRequest, operatorContext } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import {
  addToken,
  addUser,
  birth,
  createFixture,
  type Fixture,
  NONCE,
  PASSWORD,
  runMeanwhile,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { updateUser } from '../user-management/update-user.ts';
import { userDocument } from '../users/documents.ts';
import { authenticate } from './authenticate.ts';

// SR-34: every evaluated attempt has one event, in the commit that decides it.

let ports: TestPorts;
beforeEach(async () => {
  ports = await openTestPorts('attempts-are-told');
});

/** The events recorded by a run, and the number of its commits. */
async function recordedEvents(run: () => Promise<unknown>): Promise<AccountEvent[]> {
  const before = ports.store.commits.length;
  await run();
  const changes = ports.store.commits.slice(before).map(({ change }) => change);
  return changes.flatMap(({ append = [] }) => append as readonly Json[]) as unknown as AccountEvent[];
}

const ADDRESS = '203.0.113.9';
type Request = Parameters<typeof authenticate>[2];

function byApi(scene: Fixture, request: Record<string, unknown>): Promise<AccountEvent[]> {
  const act: RequestContext = {
    ...operatorContext(scene.account),
    address: '192.0.2.1',
    userAgent: 'shop/1.0',
    requestId: 'r1',
  };
  const whole = { resource: scene.resource.id, address: ADDRESS, user: scene.user.login, ...request };
  return recordedEvents(() => authenticate(ports, act, whole as Request));
}

describe('over the API', () => {
  test('a right password: one event, with the user’s address and not the backend’s', async () => {
    const scene = await createFixture(ports);
    expect(await byApi(scene, { method: 'password', password: PASSWORD })).toEqual([
      {
        type: 'authentication',
        at: ports.clock.now(),
        account: scene.account,
        actor: { kind: 'operator' },
        subject: scene.user.id,
        resource: scene.resource.id,
        outcome: 'granted',
        method: 'password',
        factors: ['password'],
        otp: 'not_used',
        address: ADDRESS,
        userAgent: 'shop/1.0',
        requestId: 'r1',
      },
    ]);
  });

  test('a wrong password: refused, with the user behind the name and nothing that was typed', async () => {
    const scene = await createFixture(ports);
    const events = await byApi(scene, { method: 'password', password: 'hunter2 hunter2' });
    expect(events).toMatchObject([{ outcome: 'refused', reason: 'INVALID_CREDENTIALS', subject: scene.user.id }]);
    const unknownUser = await byApi(scene, {
      method: 'password',
      user: 'my secret typed here',
      password: 'hunter2 hunter2',
    });
    expect(unknownUser).toMatchObject([{ outcome: 'refused', reason: 'INVALID_CREDENTIALS' }]);
    expect(unknownUser[0]).not.toHaveProperty('subject');
    expect(JSON.stringify([events, unknownUser])).not.toMatch(/hunter2|secret typed/);
  });

  test('password and code: one event for both, with the token', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const otp = await scene.tokens[0]?.code();
    const [event, ...others] = await byApi(scene, { method: 'password-otp', password: PASSWORD, otp });
    expect(others).toEqual([]);
    expect(event).toMatchObject({ outcome: 'granted', factors: ['password', 'otp'], otp: 'verified' });
    expect(event?.related).toEqual([scene.tokens[0]?.id]);
  });

  test('a wrong code against three tokens: one event that names them', async () => {
    const scene = await createFixture(ports, { tokens: [{}, {}, {}] });
    const otp = await wrongCode(scene);
    const events = await byApi(scene, { method: 'password-otp', password: PASSWORD, otp });
    expect(events).toMatchObject([{ outcome: 'refused', reason: 'OTP_WRONG', factors: ['password'] }]);
    expect(events[0]?.related).toEqual(scene.tokens.map(({ id }) => id));
  });

  test('a replayed code, a code for an unknown user, a token that is not assigned: one event each', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const otp = (await scene.tokens[0]?.code()) ?? '';
    expect(await byApi(scene, { method: 'otp', otp })).toMatchObject([{ outcome: 'granted' }]);
    expect(await byApi(scene, { method: 'otp', otp })).toMatchObject([{ reason: 'OTP_REPLAYED' }]);
    expect(await byApi(scene, { method: 'otp', user: 'nobody', otp })).toMatchObject([
      { reason: 'INVALID_CREDENTIALS' },
    ]);
    const stray = await addToken(ports, scene.account, {});
    const asked = { method: 'token', token: stray.id, otp: await stray.code() };
    expect(await byApi(scene, asked)).toMatchObject([{ reason: 'INVALID_CREDENTIALS' }]);
    unwrap(await assign(ports, operatorContext(scene.account), { resource: scene.resource.id, token: stray.id }));
    expect(await byApi(scene, asked)).toMatchObject([{ outcome: 'granted', method: 'token', subject: stray.id }]);
  });

  test('tokens all deactivated: the event says that the code was skipped', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const asked = { method: 'password-otp', password: PASSWORD };
    expect(await byApi(scene, asked)).toMatchObject([{ outcome: 'granted', otp: 'skipped' }]);
    expect(await byApi(scene, { ...asked, otp: '123456' })).toMatchObject([{ outcome: 'granted', otp: 'skipped' }]);
  });

  test('a right password with the code still to come: the event says so', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    expect(await byApi(scene, { method: 'password-otp', password: PASSWORD })).toMatchObject([
      { outcome: 'refused', reason: 'OTP_REQUIRED', factors: ['password'], subject: scene.user.id },
    ]);
  });

  test('an attempt that was not evaluated has no event', async () => {
    const scene = await createFixture(ports);
    for (let at = 0; at < 8; at++) await byApi(scene, { method: 'password', password: 'guess' });
    expect(await byApi(scene, { method: 'password', password: 'guess' })).toEqual([]);
  });
});

describe('in the widget', () => {
  test('a sign-in with both factors and two mistakes: three events', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const events = await recordedEvents(async () => {
      const walk = await LoginDriver.begin(scene, { address: ADDRESS });
      await walk.identify();
      await walk.password('wrong one');
      await walk.password();
      await walk.otp(await wrongCode(scene));
      await walk.otp((await scene.tokens[0]?.code()) ?? '');
    });
    const common = { type: 'authentication', subject: scene.user.id, resource: scene.resource.id, address: ADDRESS };
    expect(events).toMatchObject([
      { ...common, outcome: 'refused', reason: 'INVALID_CREDENTIALS', actor: { kind: 'user' } },
      { ...common, outcome: 'refused', reason: 'OTP_WRONG', actor: { kind: 'user', id: scene.user.id } },
      { ...common, outcome: 'granted', factors: ['password', 'otp'], otp: 'verified' },
    ]);
    expect(events[2]?.related).toContain(scene.tokens[0]?.id);
  });

  test('an unknown name: refused, without a subject', async () => {
    const scene = await createFixture(ports);
    const events = await recordedEvents(async () => {
      const walk = await LoginDriver.begin(scene);
      await walk.identify('nobody');
      await walk.password();
    });
    expect(events).toMatchObject([{ outcome: 'refused', reason: 'INVALID_CREDENTIALS' }]);
    expect(events[0]).not.toHaveProperty('subject');
  });

  // SR-34 The attack: wrong codes lock the token, and the administrator finds no trace in the token's history.
  test('wrong codes until the token locks, and later ones: each event names the token, by every method', async () => {
    for (const methodPolicy of ['auto', 'otp'] as const) {
      const scene = await createFixture(ports, {
        resource: { methodPolicy, failedAttemptsBeforeLock: 3 },
        tokens: [{}, { state: 'deactivated' }],
      });
      const [token] = scene.tokens;
      const events = await recordedEvents(async () => {
        const walk = await LoginDriver.toOtp(scene);
        for (let at = 0; at < 4; at++) await walk.otp(await wrongCode(scene, at));
      });
      expect((await token?.stored())?.lock).toBeDefined();
      expect(events.map(({ reason }) => reason)).toEqual(['OTP_WRONG', 'OTP_WRONG', 'OTP_WRONG', 'TOKEN_LOCKED']);
      for (const { related } of events) expect(related).toEqual([expect.stringMatching(/^flw_/), token?.id]);
    }
  });

  test('the code that locks is recorded as such where the sign-in goes on with a recovery code', async () => {
    const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 }, tokens: [{}], alone: true });
    await giveRecoveryCodes(scene);
    const events = await recordedEvents(async () => {
      const walk = await LoginDriver.toOtp(scene);
      for (let at = 0; at < 4; at++) await walk.otp(await wrongCode(scene, at));
      expect(walk.view.step).toBe('recovery');
    });
    expect(events.at(-1)).toMatchObject({ reason: 'TOKEN_LOCKED', related: [expect.any(String), scene.tokens[0]?.id] });
  });

  test('a locked token is named in each refusal that it causes', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'locked' }] });
    const id = scene.tokens[0]?.id;
    const [inWidget] = await recordedEvents(async () => {
      const walk = await LoginDriver.begin(scene);
      await walk.identify();
      await walk.password();
    });
    expect(inWidget).toMatchObject({ reason: 'TOKEN_LOCKED', related: [expect.stringMatching(/^flw_/), id] });
    for (const otp of [undefined, '000000']) {
      const [overApi] = await byApi(scene, { method: 'password-otp', password: PASSWORD, otp });
      expect(overApi).toMatchObject({ reason: 'TOKEN_LOCKED', related: [id] });
    }
  });

  // SR-65
  test('SR-65: where sign-in is off, a start is no attempt; the first input is', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await runMeanwhile.deactivatePlan(scene);
    expect(await recordedEvents(() => LoginDriver.begin(scene))).toEqual([]);
    expect(await recordedEvents(() => walk.identify())).toMatchObject([
      { outcome: 'refused', reason: 'PLAN_INACTIVE' },
    ]);
  });

  // SR-65
  test('SR-65: a page that restarts a denied login request records it once', async () => {
    const uri = 'https://shop.example/signed-in';
    const scene = await createFixture(ports, { resource: { redirectUris: [uri] } });
    const { account, resource } = scene;
    const asked = { account, resource: resource.id, nonce: NONCE, passwordChecked: false, redirectUri: uri };
    const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked));
    await runMeanwhile.disableResource(scene);
    const events = await recordedEvents(async () => {
      for (let at = 0; at < 10; at++) await startRedirectedFlow(ports, { loginRequest, client: {} });
    });
    expect(events.filter(({ type }) => type === 'authentication')).toMatchObject([{ reason: 'RESOURCE_DISABLED' }]);
  });
});

describe('a change', () => {
  test('has one event that names the fields and not their values', async () => {
    const scene = await createFixture(ports);
    const act = operatorContext(scene.account);
    const changes = { firstName: 'Ada', password: 'a new and long password' };
    expect(await recordedEvents(() => updateUser(ports, act, scene.user.id, changes))).toEqual([
      expect.objectContaining({
        type: 'user.updated',
        subject: scene.user.id,
        outcome: 'done',
        changed: ['firstName', 'passwordHash'],
      }),
    ]);
    const [stored] = await ports.store.getMany([userDocument.key(scene.user.id)], ports.clock.now());
    expect(stored?.value.firstName).toBe('Ada');
  });

  test('that the actor may not make is refused and leaves no trace', async () => {
    const scene = await createFixture(ports);
    const { user } = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    const act: RequestContext = { actor: { kind: 'user', account: scene.account, id: scene.user.id } };
    expect(
      await recordedEvents(async () =>
        expect(await updateUser(ports, act, user.id, { blocked: true })).toEqual({ refused: 'FORBIDDEN' }),
      ),
    ).toEqual([]);
  });
});
