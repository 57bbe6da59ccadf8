import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { assign, operatorContext, updateResource, updateUser } from '../../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  PASSWORD,
  read,
  runMeanwhile,
  setState,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import {
  createSelfServiceFixture,
  EVERYTHING,
  shownIn,
  toSelf,
  withOwnApp,
} from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { userDocument } from '../../users/documents.ts';
import { resultDocument } from '../documents.ts';
import { addOwnToken } from './add-token.ts';
import { changeOwnPassword } from './change-password.ts';
import { reauthenticateUser } from './reauthenticate.ts';
import { removeOwnToken } from './remove-token.ts';
import { renameOwnToken } from './rename-token.ts';
import { keepRecoveryCodes, renewRecoveryCodes } from './renew-recovery-codes.ts';
import { resyncOwnToken } from './resync-token.ts';
import { PROOF_FRESH_MS, SELF_LIFETIME_MS } from './self-service.ts';
import { signOutOfSelfService } from './sign-out.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('self-service');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(60_000);
});

const NEW_PASSWORD = 'a quite different set of words';
const DEMANDED = { kinds: ['totp' as const], required: true };

describe('the content of the page', () => {
  test('is the user and their tokens, and no secret', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    expect(walk.view).toMatchObject({ step: 'self', login: 'alice' });
    expect(walk.view.result).toBeUndefined();
    const self = shownIn(walk.view);
    expect(self.person).toEqual({ login: 'alice', email: 'alice@shop.example' });
    expect(self.proof).toBe('fresh');
    expect(self.tokens).toEqual([
      {
        id: scene.tokens[0]?.id,
        name: 'phone',
        kind: 'totp',
        state: 'active',
        addedAt: expect.any(Number),
        mayRename: false,
        mayRemove: false,
        mayResync: true,
        mayChangePin: false,
        kept: 'handed-out',
      },
    ]);
    const text = JSON.stringify(walk.view);
    const stored = await scene.tokens[0]?.stored();
    for (const secret of [stored?.sealedSecret ?? '', scene.user.passwordHash ?? '']) {
      expect(secret).not.toBe('');
      expect(text).not.toContain(secret);
    }
  });

  test('includes no other user', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{}] });
    const walk = await toSelf(scene);
    expect(JSON.stringify(walk.view)).not.toContain('bob');
    expect(shownIn(walk.view).tokens).toHaveLength(1);
  });

  test('comes without a result for a site, and without a record of one', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    const [id = ''] = walk.handle.split('.');
    const [record] = await ports.store.getMany([resultDocument.key(id as never)], ports.clock.now());
    expect(record).toBeUndefined();
  });
});

// SR-4, SR-5, SR-28, SR-38, SR-39
describe('attacks', () => {
  test('a sign-in with the password alone cannot open the page', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
    expect(walk.view.self).toBeUndefined();
    for (const verb of [reauthenticateUser, addOwnToken, renewRecoveryCodes, keepRecoveryCodes]) {
      expect(await walk.self(verb, {})).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    }
    const fields = { current: PASSWORD, password: NEW_PASSWORD };
    expect(await walk.self(changeOwnPassword, fields)).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.look()).not.toHaveProperty('self');
  });

  test('a sign-in that gives the site a result cannot open it either', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(walk.view.step).toBe('done');
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await signOutOfSelfService(ports, walk.handle)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });

  test('a page does not start for a resource without self-service, for a test, or with a login request', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { selfService: null }));
    await expect(LoginDriver.begin(scene, { purpose: 'self' })).rejects.toThrow('SELF_SERVICE_OFF');
    const trial = await addResource(ports, scene.account, { selfService: EVERYTHING, testMode: 'pass' });
    await expect(LoginDriver.begin({ ...scene, resource: trial }, { purpose: 'self' })).rejects.toThrow(
      'SELF_SERVICE_OFF',
    );
    const offered = await createSelfServiceFixture(ports);
    const loginRequest = 'lrq.flw_01k8dq9z2mp.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    await expect(LoginDriver.begin(offered, { purpose: 'self', loginRequest })).rejects.toThrow('SELF_SERVICE_OFF');
  });

  test('a handle with another secret, or of another page, opens nothing', async () => {
    const [scene, other] = [await createSelfServiceFixture(ports), await createSelfServiceFixture(ports)];
    const [walk, foreign] = [await toSelf(scene), await toSelf(other)];
    const [id] = walk.handle.split('.');
    const [, secret] = foreign.handle.split('.');
    const forged = { handle: `${id}.${secret}`, seq: walk.view.seq, client: {}, language: 'en' as const };
    expect(await reauthenticateUser(ports, forged)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
    expect(await signOutOfSelfService(ports, forged.handle)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });

  test('another user’s token, of the same account or of another, looks like one that never existed', async () => {
    const scene = await createSelfServiceFixture(ports, { resource: { enrolment: DEMANDED } });
    const { walk } = await withOwnApp(scene);
    const mate = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{}] });
    const stranger = await createSelfServiceFixture(ports, { tokens: [{}] });
    for (const token of [mate.tokens[0]?.id ?? '', stranger.tokens[0]?.id ?? '', 'tok_01k8dq9z2mp', '__proto__']) {
      for (const act of [
        () => walk.self(removeOwnToken, { token }),
        () => walk.self(renameOwnToken, { token, name: 'mine now' }),
        () => walk.self(resyncOwnToken, { token, otps: ['123456', '234567'] as const }),
      ]) {
        expect(await act()).toMatchObject({ step: 'self', error: { code: 'TOKEN_NOT_FOUND' } });
      }
    }
    expect(await mate.tokens[0]?.stored()).toMatchObject({ owner: mate.user.id, name: 'phone', failures: 0 });
  });

  test.each(Object.entries(runMeanwhile))(
    'the page ends at once after %s, and so do actions under way',
    async (_, change) => {
      const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
      const walk = await toSelf(scene);
      unwrap(await Promise.resolve(change(scene)).then((made) => made ?? {}));
      expect(await walk.look()).toMatchObject(
        change === runMeanwhile.deactivatePlan
          ? { step: 'self' }
          : { step: 'denied', error: { code: 'FLOW_NOT_FOUND' } },
      );
      const answer = await walk.self(renewRecoveryCodes, {});
      expect(answer).toMatchObject({ step: 'denied' });
      expect(walk.view.codes ?? walk.view.self).toBeUndefined();
      expect(ports.courier.sent).toEqual([]);
    },
  );

  test.each(['deactivated', 'locked', 'expired'] as const)(
    'the page ends when the confirmed token is %s',
    async (state) => {
      const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
      const walk = await toSelf(scene);
      await setState(ports, scene.account, scene.tokens[0]?.id ?? ('' as never), state);
      expect(await walk.look()).toMatchObject({ step: 'denied' });
      expect(await walk.self(reauthenticateUser, {})).toMatchObject({ step: 'denied' });
    },
  );

  test('the page ends when the confirmed token is deleted, the address has changed, or the policy is removed', async () => {
    const one = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(one);
    unwrap(await deleteToken(ports, operatorContext(one.account), one.tokens[0]?.id ?? ('' as never)));
    expect(await walk.look()).toMatchObject({ step: 'denied' });

    const two = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const second = await toSelf(two);
    unwrap(await updateUser(ports, two.account, two.user.id, { email: 'elsewhere@shop.example' }));
    expect(await second.look()).toMatchObject({ step: 'denied' });

    const three = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const third = await toSelf(three);
    unwrap(await updateResource(ports, three.account, three.resource.id, { selfService: null }));
    expect(await third.self(renewRecoveryCodes, {})).toMatchObject({ step: 'denied' });
  });

  test('so does an enrolment from it: no token is added after the password has changed elsewhere', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    await walk.self(addOwnToken, {});
    const app = totpApp(walk.view);
    unwrap(await updateUser(ports, scene.account, scene.user.id, { email: 'elsewhere@shop.example' }));
    expect(await walk.enrol(app.code(ports.clock.now()))).toMatchObject({ step: 'denied' });
    expect((await read(ports, userDocument.key(scene.user.id))).enrolled).toBeUndefined();
  });

  test('a user with a token elsewhere who showed a password alone can read, and changes nothing', async () => {
    const scene = await createSelfServiceFixture(ports, { alone: true });
    const strict = await addResource(ports, scene.account, { methodPolicy: 'password-otp' });
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    unwrap(await assign(ports, { account: scene.account, resource: strict.id, user: scene.user.id, token: token.id }));
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).proof).toBe('lacking');
    const acts = [
      () => walk.self(changeOwnPassword, { current: PASSWORD, password: NEW_PASSWORD }),
      () => walk.self(removeOwnToken, { token: token.id }),
      () => walk.self(renewRecoveryCodes, {}),
      () => walk.self(addOwnToken, {}),
    ];
    for (const act of acts) expect(await act()).toMatchObject({ error: { code: 'PROOF_LACKING' } });
    await walk.self(reauthenticateUser, {});
    await walk.password();
    expect(shownIn(walk.view).proof).toBe('lacking');
  });

  test('nor does the page show them the address or number of the other factor', async () => {
    const phone = '+4915112345678';
    const scene = await createSelfServiceFixture(ports, { alone: true, user: { phone } });
    const strict = await addResource(ports, scene.account, { methodPolicy: 'password-otp' });
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    unwrap(await assign(ports, { account: scene.account, resource: strict.id, user: scene.user.id, token: token.id }));
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).person).toEqual({ login: 'alice', email: 'a•••@shop.example', phone: '•••78' });
    for (const address of [phone, phone.slice(1), 'alice@shop.example']) {
      expect(JSON.stringify(walk.view)).not.toContain(address);
    }
  });

  test('nor does a user who skipped the code because their tokens are deactivated', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const walk = await toSelf(scene);
    expect(walk.view.step).toBe('self');
    expect(shownIn(walk.view).proof).toBe('lacking');
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ error: { code: 'PROOF_LACKING' } });
  });

  test('where a code alone signs in, the password is asked for before any change', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], resource: { methodPolicy: 'otp' } });
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).proof).toBe('lacking');
    ports.clock.advance(30_000);
    expect(await walk.self(reauthenticateUser, {})).toMatchObject({ step: 'password' });
    await walk.password();
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'self' });
    expect(shownIn(walk.view).proof).toBe('fresh');
  });
});

describe('reauthentication', () => {
  test('an old proof changes nothing; only both factors together renew it', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(PROOF_FRESH_MS);
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ error: { code: 'PROOF_NEEDED' } });
    expect(shownIn(walk.view).proof).toBe('stale');
    expect(await walk.self(reauthenticateUser, {})).toMatchObject({ step: 'password' });
    expect(walk.view.self).toBeUndefined();
    // Neither another step nor half of the factors leads back.
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.password('not the password')).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect(await walk.password()).toMatchObject({ step: 'otp' });
    expect(await walk.otp('000000')).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'self' });
    expect(shownIn(walk.view).proof).toBe('fresh');
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ self: { codes: expect.any(Array) } });
  });

  test('counts wrong passwords as at every sign-in', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    await walk.self(reauthenticateUser, {});
    for (let at = 0; at < 7; at++) await walk.password(`wrong ${at}`);
    expect(walk.view.error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  });

  test('a proof dates from its password, however late the code came', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
    ports.clock.advance(PROOF_FRESH_MS);
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(shownIn(walk.view).proof).toBe('stale');
  });

  test('an enrolment does not renew the proof', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(PROOF_FRESH_MS - 60_000);
    await walk.self(addOwnToken, {});
    ports.clock.advance(60_000);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    await walk.confirmCodes();
    expect(shownIn(walk.view)).toMatchObject({ proof: 'stale', tokens: [{}, { name: 'Authenticator app' }] });
  });

  test('offers no enrolment on the way', async () => {
    const scene = await createSelfServiceFixture(ports);
    const walk = await toSelf(scene);
    ports.clock.advance(PROOF_FRESH_MS);
    await walk.self(reauthenticateUser, {});
    expect(await walk.password()).toMatchObject({ step: 'self', self: { proof: 'fresh' } });
  });

  test('the page ends a quarter of an hour after the proof, whatever the user does on it', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(SELF_LIFETIME_MS - 1);
    expect(await walk.self(keepRecoveryCodes, {})).toMatchObject({ step: 'self' });
    ports.clock.advance(1);
    expect(await walk.self(keepRecoveryCodes, {})).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });

  test('sign-out leaves no page open', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    expect(await signOutOfSelfService(ports, walk.handle)).toEqual({ left: true });
    expect(await walk.look()).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
    expect(await signOutOfSelfService(ports, walk.handle)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });
});
