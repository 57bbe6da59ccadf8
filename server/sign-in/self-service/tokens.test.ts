import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { addUser, PASSWORD, read, setState } from '../../testing/fixtures.ts';
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
import { tokenDocument } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';
import { addOwnToken } from './add-token.ts';
import { changeOwnPassword } from './change-password.ts';
import { changeOwnPin } from './change-pin.ts';
import { removeOwnToken } from './remove-token.ts';
import { renameOwnToken } from './rename-token.ts';
import { keepRecoveryCodes, renewRecoveryCodes } from './renew-recovery-codes.ts';
import { resyncOwnToken } from './resync-token.ts';
import { PROOF_FRESH_MS } from './self-service.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('own-tokens');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(60_000);
});

const NEW_PASSWORD = 'a quite different set of words';
const DEMANDED = { kinds: ['totp' as const], required: true };

describe('tokens', () => {
  test('a self-enrolled token can be renamed and removed, with a mail, and then no longer signs in', async () => {
    const scene = await createSelfServiceFixture(ports);
    const { walk, app } = await withOwnApp(scene);
    const [token] = shownIn(walk.view).tokens;
    expect(token).toMatchObject({ mayRename: true, mayRemove: true });
    const id = token?.id ?? '';
    expect(await walk.self(renameOwnToken, { token: id, name: 'my phone' })).toMatchObject({
      self: { tokens: [{ name: 'my phone' }] },
    });
    ports.courier.sent.length = 0;
    expect(await walk.self(removeOwnToken, { token: id })).toMatchObject({ step: 'self', self: { tokens: [] } });
    expect(ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'token-removed' });
    const [gone] = await ports.store.getMany([tokenDocument.key(id as never)], ports.clock.now());
    expect(gone).toBeUndefined();
    ports.clock.advance(60_000);
    const next = await LoginDriver.begin(scene);
    await next.identify();
    await next.password();
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
  });

  test('the last one stays where one is demanded', async () => {
    const scene = await createSelfServiceFixture(ports, { resource: { enrolment: DEMANDED } });
    const { walk } = await withOwnApp(scene);
    const [token] = shownIn(walk.view).tokens;
    expect(token).toMatchObject({ mayRemove: false, kept: 'last' });
    expect(await walk.self(removeOwnToken, { token: token?.id ?? '' })).toMatchObject({
      error: { code: 'TOKEN_KEPT' },
    });
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toHaveLength(2);
  });

  test('a token that an administrator handed out or locked stays, and is visible', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    const [handed] = scene.tokens;
    expect(await walk.self(removeOwnToken, { token: handed?.id ?? '' })).toMatchObject({
      error: { code: 'TOKEN_KEPT' },
    });
    expect(await walk.self(renameOwnToken, { token: handed?.id ?? '', name: 'x' })).toMatchObject({
      error: { code: 'TOKEN_KEPT' },
    });
    await walk.self(addOwnToken, {});
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    await walk.confirmCodes();
    const own = shownIn(walk.view).tokens.find(({ id }) => id !== handed?.id);
    await setState(ports, scene.account, own?.id as never, 'locked');
    expect(await walk.self(removeOwnToken, { token: own?.id ?? '' })).toMatchObject({ error: { code: 'TOKEN_KEPT' } });
    expect(shownIn(walk.view).tokens).toContainEqual(
      expect.objectContaining({ id: own?.id, state: 'locked', kept: 'locked', mayResync: false }),
    );
  });

  test('fifty removals of the last two tokens, from two pages at once, leave one where one is demanded', async () => {
    const scene = await createSelfServiceFixture(ports, { resource: { enrolment: DEMANDED } });
    const { walk, app } = await withOwnApp(scene);
    await walk.self(addOwnToken, {});
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(walk.view.step).toBe('self');
    ports.clock.advance(60_000);
    const other = await LoginDriver.toOtp(scene, { purpose: 'self' });
    await other.otp(app.code(ports.clock.now()));
    const [one, two] = shownIn(other.view).tokens.map(({ id }) => id);
    if (!one || !two) throw new Error('two tokens');
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) => {
        const page = at % 2 ? walk : other;
        return page.self(removeOwnToken, { token: at % 4 < 2 ? one : two }, page.view.seq);
      }),
    );
    expect(answers.every(({ status }) => status === 'fulfilled')).toBe(true);
    const left = await ports.store.getMany(
      [tokenDocument.key(one as never), tokenDocument.key(two as never)],
      ports.clock.now(),
    );
    const stored = left.filter((token) => token !== undefined);
    const user = await read(ports, userDocument.key(scene.user.id));
    const paired = user.assignments.flatMap(({ tokens }) => tokens.map(({ token }) => token as string));
    expect(stored).toHaveLength(1);
    expect(paired).toContain(stored[0]?.value.id);
    expect(ports.courier.sent.filter(({ kind }) => kind === 'security-notice').length).toBeGreaterThan(0);
  });

  test('a double click adds, removes and creates once', async () => {
    const scene = await createSelfServiceFixture(ports);
    const { walk } = await withOwnApp(scene);
    const id = shownIn(walk.view).tokens[0]?.id ?? '';
    const { seq } = walk.view;
    ports.courier.sent.length = 0;
    const both = await Promise.all([1, 2].map(() => walk.self(removeOwnToken, { token: id }, seq)));
    expect(both.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    expect(both.filter(isRefusal)[0]?.refused).toMatch(/STEP_(IN_PROGRESS|STALE)/);
    expect(ports.courier.sent).toHaveLength(1);
  });

  test('a token that is out of step is resynchronised with two of its codes, and guesses at them lock it', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{ kind: 'hotp' }], alone: true });
    const walk = await toSelf(scene);
    const [token] = scene.tokens;
    const far = [await token?.code(40), await token?.code(41)].map((code) => code ?? '');
    const otps = [far[0] ?? '', far[1] ?? ''] as const;
    expect(await walk.self(resyncOwnToken, { token: token?.id ?? '', otps })).toMatchObject({ step: 'self' });
    expect(walk.view.error).toBeUndefined();
    expect((await token?.stored())?.nextCounter).toBeGreaterThan(40);
    const wrong = ['000000', '000001'] as const;
    for (let at = 0; at < 6; at++) await walk.self(resyncOwnToken, { token: token?.id ?? '', otps: wrong });
    expect((await token?.stored())?.lock).toMatchObject({ reason: 'resync-failures' });
    expect(walk.view.step).toBe('denied');
  });
});

describe('a PIN', () => {
  test('changes to another one of four digits, with a notice, and the old one is wrong from then on', async () => {
    const pin = { digits: '1234', position: 'before' } as const;
    const scene = await createSelfServiceFixture(ports, { tokens: [{ pin }], alone: true });
    const [token] = scene.tokens;
    const typed = async (digits: string) => `${digits}${await token?.code()}`;
    const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
    await walk.otp(await typed('1234'));
    expect(shownIn(walk.view).tokens).toMatchObject([{ mayChangePin: true, mayRename: false }]);
    expect(JSON.stringify(walk.view)).not.toContain((await token?.stored())?.pin?.mac);
    await walk.self(changeOwnPin, { token: token?.id ?? '', pin: '8642' });
    expect(walk.view.error).toBeUndefined();
    expect(ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'pin' });
    ports.clock.advance(30_000);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(await typed('1234'))).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await next.otp(await typed('8642'))).toMatchObject({ step: 'done' });
  });

  // The attack: who has watched the PIN, and has the device, has begun to add a token of their own.
  test('SR-38: that changes ends an enrolment that was begun with the old one', async () => {
    const pin = { digits: '1234', position: 'before' } as const;
    const scene = await createSelfServiceFixture(ports, { tokens: [{ pin }], alone: true });
    const [token] = scene.tokens;
    const begin = async (purpose: 'enrol' | 'self') => {
      ports.clock.advance(30_000);
      const walk = await LoginDriver.toOtp(scene, { purpose });
      await walk.otp(`1234${await token?.code()}`);
      return walk;
    };
    const thief = await begin('enrol');
    expect(thief.view).toMatchObject({ step: 'enrol', enrol: { kind: 'totp' } });
    const owner = await begin('self');
    await owner.self(changeOwnPin, { token: token?.id ?? '', pin: '8642' });
    expect(owner.view).toMatchObject({ step: 'self' });
    await thief.enrol(totpApp(thief.view).code(ports.clock.now()));
    expect(thief.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });

  test('is not set where there is none, nor on another user’s token, nor with an old proof', async () => {
    const pin = { digits: '1234', position: 'after' } as const;
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const mate = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{ pin }] });
    const walk = await toSelf(scene);
    const change = (token = '') => walk.self(changeOwnPin, { token, pin: '8642' });
    expect(await change(scene.tokens[0]?.id)).toMatchObject({ error: { code: 'TOKEN_KEPT' } });
    const before = await mate.tokens[0]?.stored();
    expect(await change(mate.tokens[0]?.id)).toMatchObject({ error: { code: 'TOKEN_NOT_FOUND' } });
    expect(await mate.tokens[0]?.stored()).toEqual(before);
    ports.clock.advance(PROOF_FRESH_MS);
    expect(await change(scene.tokens[0]?.id)).toMatchObject({ error: { code: 'PROOF_NEEDED' } });
  });
});

describe('recovery codes', () => {
  test('new ones are shown until the user confirms them, once, and the old ones are void', async () => {
    const scene = await createSelfServiceFixture(ports);
    const { walk, codes: old } = await withOwnApp(scene);
    expect(shownIn(walk.view).recovery).toEqual({ left: 10 });
    await walk.self(renewRecoveryCodes, {});
    const { codes = [] } = shownIn(walk.view);
    expect(codes).toHaveLength(10);
    expect(codes.some((code) => old.includes(code))).toBe(false);
    expect(await walk.look()).toMatchObject({ self: { codes } });
    expect(ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'recovery-codes' });
    await walk.self(keepRecoveryCodes, {});
    expect(shownIn(walk.view).codes).toBeUndefined();
    const next = await LoginDriver.toOtp(scene);
    await next.choose('recovery');
    expect(await next.recovery(old[0] ?? '')).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await next.recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
  });

  test('a user with a token and no codes gets some; a user without a token gets none', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).recovery).toBeUndefined();
    await walk.self(renewRecoveryCodes, {});
    const { codes = [] } = shownIn(walk.view);
    await walk.self(keepRecoveryCodes, {});
    expect(shownIn(walk.view).recovery).toEqual({ left: 10 });
    const next = await LoginDriver.toOtp(scene);
    await next.choose('recovery');
    expect(await next.recovery(codes[3] ?? '')).toMatchObject({ step: 'done' });

    const bare = await toSelf(await createSelfServiceFixture(ports));
    expect(shownIn(bare.view).may.recoveryCodes).toBe(false);
    expect(await bare.self(renewRecoveryCodes, {})).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
  });
});

describe('the password', () => {
  test('a change asks for the current one, checks the new one, and ends the other pages and sign-ins', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(30_000);
    const other = await toSelf(scene);
    const half = await LoginDriver.toOtp(scene);
    const change = (current: string, password: string) => walk.self(changeOwnPassword, { current, password });
    expect(await change('not the password', NEW_PASSWORD)).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect(await change(PASSWORD, 'short')).toMatchObject({ error: { code: 'PASSWORD_TOO_SHORT' } });
    expect(await change(PASSWORD, 'passwordpassword')).toMatchObject({ error: { code: 'PASSWORD_COMMON' } });
    expect(ports.courier.sent).toEqual([]);
    expect(await change(PASSWORD, NEW_PASSWORD)).toMatchObject({ step: 'self' });
    expect(walk.view.error).toBeUndefined();
    expect(ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'password' });
    expect(await other.look()).toMatchObject({ step: 'denied' });
    ports.clock.advance(30_000);
    expect(await half.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'denied' });
    const next = await LoginDriver.begin(scene);
    await next.identify();
    expect(await next.password()).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect(await next.password(NEW_PASSWORD)).toMatchObject({ step: 'otp' });
  });

  test('guesses at the current one wait as they do at a sign-in, from any page', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    for (let at = 0; at < 7; at++) {
      await walk.self(changeOwnPassword, { current: `guess ${at}`, password: NEW_PASSWORD });
    }
    expect(walk.view.error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    const next = await LoginDriver.begin(scene);
    await next.identify();
    // Their login has no wait of its own, and does not reveal the user's.
    expect(await next.password()).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    ports.clock.advance(1_000);
    expect(await next.password()).toMatchObject({ step: 'otp' });
  });

  test('of two pages that change it at once, one succeeds', async () => {
    const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(30_000);
    const other = await toSelf(scene);
    const answers = await Promise.all(
      [walk, other].map((page, at) =>
        page.self(changeOwnPassword, { current: PASSWORD, password: `${NEW_PASSWORD} ${at}` }),
      ),
    );
    expect(answers.filter((answer) => !isRefusal(answer) && answer.step === 'self')).toHaveLength(1);
  });

  test('is not changed where the policy forbids it', async () => {
    const scene = await createSelfServiceFixture(ports, {
      resource: { selfService: { ...EVERYTHING, password: false } },
    });
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).may.password).toBe(false);
    const fields = { current: PASSWORD, password: NEW_PASSWORD };
    expect(await walk.self(changeOwnPassword, fields)).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
  });
});
