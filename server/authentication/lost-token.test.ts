import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import { resourceDocument } from '../resources/documents.ts';
import { sendEnrolmentLink } from '../sign-in/enrolment/send-enrolment-link.ts';
import { unlockOwnTokens } from '../sign-in/recovery/unlock/unlock-own-tokens.ts';
import { changeOwnPin } from '../sign-in/self-service/change-pin.ts';
import { removeOwnToken } from '../sign-in/self-service/remove-token.ts';
import { renameOwnToken } from '../sign-in/self-service/rename-token.ts';
import { resyncOwnToken } from '../sign-in/self-service/resync-token.ts';
import { startLinkedFlow } from '../sign-in/start/start-linked-flow.ts';
import { authenticate, operatorContext, resyncToken, updateToken } from '../testing/as-operator.ts';
import { type Fixture, overwrite, read, setState, signInByApi, unwrap, wrongCode } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { createSelfServiceFixture, withOwnApp } from '../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { totpApp } from '../testing/totp-app.ts';
import { deleteToken } from '../tokens/delete-token.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { dryRunCode } from '../tokens/dry-run-code.ts';
import { updateToken as updateTokenAs } from '../tokens/update-token.ts';
import { userDocument } from '../users/documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('lost-token');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(60_000);
});

const EMAIL = 'alice@shop.example';
const setStage = () =>
  createSelfServiceFixture(ports, {
    tokens: [{ kind: 'hotp', pin: { digits: '4711', position: 'before' } }],
    alone: true,
    resource: { enrolment: { kinds: ['totp'], required: false, unlockByMail: true } },
  });

/** The finder also has the password and types wrong codes until the token locks. */
async function lockByGuessing(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.toOtp(scene);
  for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
  return walk;
}

function lostOf(scene: Fixture) {
  const [token] = scene.tokens;
  if (!token) throw new Error('no token');
  return token;
}

const deactivate = (scene: Fixture) => updateToken(ports, scene.account, lostOf(scene).id, { enabled: false });

/** Submits a password and no code. */
async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

describe('a token that its finder has locked and an administrator deactivates', () => {
  test('signs its owner in by password alone, through the widget and by API, and never without it', async () => {
    const scene = await setStage();
    await lockByGuessing(scene);
    expect((await byPassword(scene)).view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    unwrap(await deactivate(scene));
    expect((await byPassword(scene)).view).toMatchObject({ step: 'done' });
    expect(await signInByApi(ports, scene, '000000')).toMatchObject({ otp: 'skipped' });
    const who = { account: scene.account, resource: scene.resource.id, user: scene.user.login };
    const otp = await lostOf(scene).code();
    expect(await authenticate(ports, { ...who, method: 'otp', otp })).toMatchObject({ refused: 'INVALID_CREDENTIALS' });
  });

  test.each(['expired', 'out-of-step', 'secret-lost'] as const)('does so if it is %s', async (state) => {
    const scene = await setStage();
    await setState(ports, scene.account, lostOf(scene).id, state);
    expect((await byPassword(scene)).view.step).toBe('denied');
    unwrap(await deactivate(scene));
    expect((await byPassword(scene)).view.step).toBe('done');
  });

  test('does so if the resource does not accept its kind', async () => {
    const scene = await setStage();
    await lockByGuessing(scene);
    unwrap(await deactivate(scene));
    await overwrite(ports, resourceDocument.key(scene.resource.id), { tokenKinds: ['totp'] });
    expect((await byPassword(scene)).view.step).toBe('done');
  });

  test('is locked as before once it is enabled again', async () => {
    const scene = await setStage();
    await lockByGuessing(scene);
    unwrap(await deactivate(scene));
    unwrap(await updateToken(ports, scene.account, lostOf(scene).id, { enabled: true }));
    expect((await byPassword(scene)).view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
  });
});

// SR-4, SR-14. The attack: the finder knows the password, and typed wrong codes until the token locked.
describe('a finder who locked the token', () => {
  test('does not sign in anywhere, and is offered no page and no other token', async () => {
    const scene = await setStage();
    const walk = await lockByGuessing(scene);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    for (const purpose of ['self', 'enrol'] as const) {
      const other = await LoginDriver.begin(scene, { purpose });
      await other.identify();
      await other.password();
      expect(other.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
      expect(other.view.self ?? other.view.enrol).toBeUndefined();
    }
    expect(await lostOf(scene).stored()).toMatchObject({ enabled: true, lock: { reason: 'otp-failures' } });
  });

  test('does not deactivate or delete it in the name of its owner', async () => {
    const scene = await setStage();
    await lockByGuessing(scene);
    const { id } = lostOf(scene);
    const self: Actor = { kind: 'user', account: scene.account, id: scene.user.id };
    for (const changes of [{ enabled: false }, { locked: false }, { owner: null }]) {
      expect(await updateTokenAs(ports, { actor: self }, id, changes)).toEqual({ refused: 'FORBIDDEN' });
    }
    expect(await deleteToken(ports, { actor: self }, id)).toEqual({ refused: 'FORBIDDEN' });
  });

  test('still needs a code with an enrolment link: the new token is required besides it', async () => {
    const scene = await setStage();
    await lockByGuessing(scene);
    unwrap(
      await sendEnrolmentLink(ports, operatorContext(scene.account), scene.user.id, {
        resource: scene.resource.id,
        language: 'en',
      }),
    );
    const link = ports.courier.last('enrolment-link', EMAIL).path.split('#')[1] ?? '';
    const walk = new LoginDriver(
      scene,
      ports,
      unwrap(await startLinkedFlow(ports, { link, client: {} })) as never,
      undefined,
    );
    await walk.password();
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(await lostOf(scene).stored()).toMatchObject({ enabled: true, lock: { reason: 'otp-failures' } });
    expect((await byPassword(scene)).view).toMatchObject({ step: 'otp' });
  });

  test('gets no link that unlocks it once it is deactivated, and one sent before no longer unlocks it', async () => {
    const scene = await setStage();
    const walk = await lockByGuessing(scene);
    await walk.askUnlock();
    const link = /#(.+)$/.exec(ports.courier.last('unlock-link', EMAIL).path)?.[1] ?? '';
    unwrap(await deactivate(scene));
    await unlockOwnTokens(ports, {}, { link, language: 'en' });
    expect(await lostOf(scene).stored()).toMatchObject({ enabled: false, lock: { reason: 'otp-failures' } });
  });

  // SR-2: a lock ends guessing, and a deactivation does not restart it.
  test('has no code of it evaluated while it is deactivated', async () => {
    const scene = await setStage();
    await lockByGuessing(scene);
    unwrap(await deactivate(scene));
    const token = lostOf(scene);
    const before = await token.stored();
    const pair = [`4711${await token.code()}`, `4711${await token.code(1)}`] as const;
    expect(await resyncToken(ports, scene.account, token.id, pair)).toEqual({ refused: 'TOKEN_LOCKED' });
    expect(await dryRunCode(ports, operatorContext(scene.account), token.id, pair[0])).toEqual({
      refused: 'TOKEN_LOCKED',
    });
    expect(await token.stored()).toEqual(before);
  });
});

// SR-4, SR-38. The attack: the thief has both factors, and a token of the same user is locked.
describe('a user with both factors on the self-service page', () => {
  test('neither removes, moves nor changes a locked token of theirs, deactivated or not', async () => {
    const scene = await createSelfServiceFixture(ports);
    const { walk } = await withOwnApp(scene);
    const [own] = walk.view.self?.tokens ?? [];
    const key = tokenDocument.key(own?.id as never);
    await setState(ports, scene.account, key.anchor as never, 'locked');
    for (const enabled of [true, false]) {
      await overwrite(ports, key, { enabled });
      const before = await read(ports, key);
      const token = own?.id ?? '';
      const next = await LoginDriver.begin(scene, { purpose: 'self' });
      await next.identify();
      await next.password();
      for (const page of [walk, next]) {
        await page.self(removeOwnToken, { token });
        await page.self(renameOwnToken, { token, name: 'x' });
        await page.self(resyncOwnToken, { token, otps: ['123456', '123457'] as const });
        await page.self(changeOwnPin, { token, pin: '1234' });
      }
      expect(await read(ports, key)).toMatchObject({ lock: before.lock, enabled });
      expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toContainEqual(
        expect.objectContaining({ token: own?.id }),
      );
    }
  });
});
