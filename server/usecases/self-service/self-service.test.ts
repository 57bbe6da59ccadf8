import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PROOF_FRESH_MS, SELF_LIFETIME_MS } from '../../domain/self-service.ts';
import { documents } from '../../ports/documents.ts';
import { assign, operatorOf, updateResource, updateUser } from '../../testing/acting.ts';
import { appOf } from '../../testing/app-on-a-phone.ts';
import { addPerson, addResource, addToken, meanwhile, must, PASSWORD, putInState, read } from '../../testing/scene.ts';
import { EVERYTHING, setSelfStage, shownIn, toSelf, withOwnApp } from '../../testing/self-stage.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { Walk } from '../../testing/walk.ts';
import { deleteToken } from '../tokens/delete-token.ts';
import { isRefusal } from '../verdict.ts';
import { addOwnToken } from './add-own-token.ts';
import { changeOwnPassword } from './change-own-password.ts';
import { leaveSelf } from './leave-self.ts';
import { proveAgain } from './prove-again.ts';
import { removeOwnToken } from './remove-own-token.ts';
import { renameOwnToken } from './rename-own-token.ts';
import { keepRecoveryCodes, renewRecoveryCodes } from './renew-recovery-codes.ts';
import { resyncOwnToken } from './resync-own-token.ts';

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

describe('what the page shows', () => {
  test('who the person is, what they have, and nothing that anybody could sign in with', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
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

  test('nobody else', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    await addPerson(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{}] });
    const walk = await toSelf(scene);
    expect(JSON.stringify(walk.view)).not.toContain('bob');
    expect(shownIn(walk.view).tokens).toHaveLength(1);
  });

  test('there is no result that a site could take, and no record of one', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    const [id = ''] = walk.handle.split('.');
    const [record] = await ports.store.getMany([documents.result(id as never)], ports.clock.now());
    expect(record).toBeUndefined();
  });
});

// SR-4, SR-5, SR-28, SR-38, SR-39
describe('attacks', () => {
  test('a sign-in that stands on the password alone reaches nothing', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await Walk.toOtp(scene, { purpose: 'self' });
    expect(walk.view.self).toBeUndefined();
    for (const verb of [proveAgain, addOwnToken, renewRecoveryCodes, keepRecoveryCodes]) {
      expect(await walk.self(verb, {})).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    }
    const fields = { current: PASSWORD, password: NEW_PASSWORD };
    expect(await walk.self(changeOwnPassword, fields)).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.look()).not.toHaveProperty('self');
  });

  test('a sign-in that the site would get a result of reaches nothing either', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await Walk.toOtp(scene);
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(walk.view.step).toBe('done');
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await leaveSelf(ports, walk.handle)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });

  test('a page of a resource that offers none, of a test, or with a login request is not begun', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    must(await updateResource(ports, scene.account, scene.resource.id, { selfService: null }));
    await expect(Walk.begin(scene, { purpose: 'self' })).rejects.toThrow('SELF_SERVICE_OFF');
    const trial = await addResource(ports, scene.account, { selfService: EVERYTHING, testMode: 'pass' });
    await expect(Walk.begin({ ...scene, resource: trial }, { purpose: 'self' })).rejects.toThrow('SELF_SERVICE_OFF');
    const offered = await setSelfStage(ports);
    const loginRequest = 'lrq.flw_01k8dq9z2mp.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    await expect(Walk.begin(offered, { purpose: 'self', loginRequest })).rejects.toThrow('SELF_SERVICE_OFF');
  });

  test('a handle with another secret, or of another page, opens nothing', async () => {
    const [scene, other] = [await setSelfStage(ports), await setSelfStage(ports)];
    const [walk, foreign] = [await toSelf(scene), await toSelf(other)];
    const [id] = walk.handle.split('.');
    const [, secret] = foreign.handle.split('.');
    const forged = { handle: `${id}.${secret}`, seq: walk.view.seq, whence: {}, language: 'en' as const };
    expect(await proveAgain(ports, forged)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
    expect(await leaveSelf(ports, forged.handle)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });

  test('another person’s token, of the same account or of another, is as absent as one that never was', async () => {
    const scene = await setSelfStage(ports, { resource: { enrolment: DEMANDED } });
    const { walk } = await withOwnApp(scene);
    const mate = await addPerson(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{}] });
    const stranger = await setSelfStage(ports, { tokens: [{}] });
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

  test.each(Object.entries(meanwhile))(
    'it is over at once after %s, and so is what was under way',
    async (_, change) => {
      const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
      const walk = await toSelf(scene);
      must(await Promise.resolve(change(scene)).then((made) => made ?? {}));
      expect(await walk.look()).toMatchObject(
        change === meanwhile.deactivatePlan ? { step: 'self' } : { step: 'denied', error: { code: 'FLOW_NOT_FOUND' } },
      );
      const answer = await walk.self(renewRecoveryCodes, {});
      expect(answer).toMatchObject({ step: 'denied' });
      expect(walk.view.codes ?? walk.view.self).toBeUndefined();
      expect(ports.courier.sent).toEqual([]);
    },
  );

  test.each(['deactivated', 'locked', 'expired'] as const)('it is over when the token shown is %s', async (state) => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    await putInState(ports, scene.account, scene.tokens[0]?.id ?? ('' as never), state);
    expect(await walk.look()).toMatchObject({ step: 'denied' });
    expect(await walk.self(proveAgain, {})).toMatchObject({ step: 'denied' });
  });

  test('it is over when the token shown is gone, or the address has changed, or the policy is no more', async () => {
    const one = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(one);
    must(await deleteToken(ports, operatorOf(one.account), one.tokens[0]?.id ?? ('' as never)));
    expect(await walk.look()).toMatchObject({ step: 'denied' });

    const two = await setSelfStage(ports, { tokens: [{}], alone: true });
    const second = await toSelf(two);
    must(await updateUser(ports, two.account, two.user.id, { email: 'elsewhere@shop.example' }));
    expect(await second.look()).toMatchObject({ step: 'denied' });

    const three = await setSelfStage(ports, { tokens: [{}], alone: true });
    const third = await toSelf(three);
    must(await updateResource(ports, three.account, three.resource.id, { selfService: null }));
    expect(await third.self(renewRecoveryCodes, {})).toMatchObject({ step: 'denied' });
  });

  test('on the way to another token the same holds: none is added after the password has changed elsewhere', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    await walk.self(addOwnToken, {});
    const app = appOf(walk.view);
    must(await updateUser(ports, scene.account, scene.user.id, { email: 'elsewhere@shop.example' }));
    expect(await walk.enrol(app.code(ports.clock.now()))).toMatchObject({ step: 'denied' });
    expect((await read(ports, documents.user(scene.user.id))).enrolled).toBeUndefined();
  });

  test('whoever has a token elsewhere and showed a password alone sees, and changes nothing', async () => {
    const scene = await setSelfStage(ports, { alone: true });
    const strict = await addResource(ports, scene.account, { methodPolicy: 'password-otp' });
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    must(await assign(ports, { account: scene.account, resource: strict.id, user: scene.user.id, token: token.id }));
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).proof).toBe('lacking');
    const acts = [
      () => walk.self(changeOwnPassword, { current: PASSWORD, password: NEW_PASSWORD }),
      () => walk.self(removeOwnToken, { token: token.id }),
      () => walk.self(renewRecoveryCodes, {}),
      () => walk.self(addOwnToken, {}),
    ];
    for (const act of acts) expect(await act()).toMatchObject({ error: { code: 'PROOF_LACKING' } });
    await walk.self(proveAgain, {});
    await walk.password();
    expect(shownIn(walk.view).proof).toBe('lacking');
  });

  test('nor does whoever was let off the code because their tokens are deactivated', async () => {
    const scene = await setSelfStage(ports, { tokens: [{ state: 'deactivated' }] });
    const walk = await toSelf(scene);
    expect(walk.view.step).toBe('self');
    expect(shownIn(walk.view).proof).toBe('lacking');
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ error: { code: 'PROOF_LACKING' } });
  });

  test('where a code alone is asked for, the password is asked for before anything changes', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], resource: { methodPolicy: 'otp' } });
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).proof).toBe('lacking');
    ports.clock.advance(30_000);
    expect(await walk.self(proveAgain, {})).toMatchObject({ step: 'password' });
    await walk.password();
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'self' });
    expect(shownIn(walk.view).proof).toBe('fresh');
  });
});

describe('showing the factors again', () => {
  test('an old proof changes nothing; both factors, and neither alone, make it new', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(PROOF_FRESH_MS);
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ error: { code: 'PROOF_NEEDED' } });
    expect(shownIn(walk.view).proof).toBe('stale');
    expect(await walk.self(proveAgain, {})).toMatchObject({ step: 'password' });
    expect(walk.view.self).toBeUndefined();
    // Neither a step aside nor half of it leads back.
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.password('not the password')).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect(await walk.password()).toMatchObject({ step: 'otp' });
    expect(await walk.otp('000000')).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'self' });
    expect(shownIn(walk.view).proof).toBe('fresh');
    expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ self: { codes: expect.any(Array) } });
  });

  test('wrong passwords there are counted as at every sign-in', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    await walk.self(proveAgain, {});
    for (let at = 0; at < 7; at++) await walk.password(`wrong ${at}`);
    expect(walk.view.error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  });

  test('the proof is as old as the password in it, however late the code came', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await Walk.toOtp(scene, { purpose: 'self' });
    ports.clock.advance(PROOF_FRESH_MS);
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(shownIn(walk.view).proof).toBe('stale');
  });

  test('setting up a token makes it no younger', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(PROOF_FRESH_MS - 60_000);
    await walk.self(addOwnToken, {});
    ports.clock.advance(60_000);
    await walk.enrol(appOf(walk.view).code(ports.clock.now()));
    await walk.confirmCodes();
    expect(shownIn(walk.view)).toMatchObject({ proof: 'stale', tokens: [{}, { name: 'alice' }] });
  });

  test('whoever is asked again is offered nothing on the way', async () => {
    const scene = await setSelfStage(ports);
    const walk = await toSelf(scene);
    ports.clock.advance(PROOF_FRESH_MS);
    await walk.self(proveAgain, {});
    expect(await walk.password()).toMatchObject({ step: 'self', self: { proof: 'fresh' } });
  });

  test('the page ends a quarter of an hour after the proof, whatever is done on it', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(SELF_LIFETIME_MS - 1);
    expect(await walk.self(keepRecoveryCodes, {})).toMatchObject({ step: 'self' });
    ports.clock.advance(1);
    expect(await walk.self(keepRecoveryCodes, {})).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });

  test('whoever leaves leaves nothing open', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    expect(await leaveSelf(ports, walk.handle)).toEqual({ left: true });
    expect(await walk.look()).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
    expect(await leaveSelf(ports, walk.handle)).toMatchObject({ refused: 'FLOW_NOT_FOUND' });
  });
});

describe('tokens', () => {
  test('one that the person set up is renamed, removed, told of by mail, and lets nobody in any more', async () => {
    const scene = await setSelfStage(ports);
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
    const [gone] = await ports.store.getMany([documents.token(id as never)], ports.clock.now());
    expect(gone).toBeUndefined();
    ports.clock.advance(60_000);
    const next = await Walk.begin(scene);
    await next.identify();
    await next.password();
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
  });

  test('the last one stays where one is demanded', async () => {
    const scene = await setSelfStage(ports, { resource: { enrolment: DEMANDED } });
    const { walk } = await withOwnApp(scene);
    const [token] = shownIn(walk.view).tokens;
    expect(token).toMatchObject({ mayRemove: false, kept: 'last' });
    expect(await walk.self(removeOwnToken, { token: token?.id ?? '' })).toMatchObject({
      error: { code: 'TOKEN_KEPT' },
    });
    expect((await read(ports, documents.user(scene.user.id))).assignments[0]?.tokens).toHaveLength(2);
  });

  test('what an administrator handed out or locked stays, and is seen', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    const [handed] = scene.tokens;
    expect(await walk.self(removeOwnToken, { token: handed?.id ?? '' })).toMatchObject({
      error: { code: 'TOKEN_KEPT' },
    });
    expect(await walk.self(renameOwnToken, { token: handed?.id ?? '', name: 'x' })).toMatchObject({
      error: { code: 'TOKEN_KEPT' },
    });
    await walk.self(addOwnToken, {});
    await walk.enrol(appOf(walk.view).code(ports.clock.now()));
    await walk.confirmCodes();
    const own = shownIn(walk.view).tokens.find(({ id }) => id !== handed?.id);
    await putInState(ports, scene.account, own?.id as never, 'locked');
    expect(await walk.self(removeOwnToken, { token: own?.id ?? '' })).toMatchObject({ error: { code: 'TOKEN_KEPT' } });
    expect(shownIn(walk.view).tokens).toContainEqual(
      expect.objectContaining({ id: own?.id, state: 'locked', kept: 'locked', mayResync: false }),
    );
  });

  test('fifty removals of the two last tokens, from two pages at once, leave one where one is demanded', async () => {
    const scene = await setSelfStage(ports, { resource: { enrolment: DEMANDED } });
    const { walk, app } = await withOwnApp(scene);
    await walk.self(addOwnToken, {});
    await walk.enrol(appOf(walk.view).code(ports.clock.now()));
    expect(walk.view.step).toBe('self');
    ports.clock.advance(60_000);
    const other = await Walk.toOtp(scene, { purpose: 'self' });
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
      [documents.token(one as never), documents.token(two as never)],
      ports.clock.now(),
    );
    const stored = left.filter((token) => token !== undefined);
    const user = await read(ports, documents.user(scene.user.id));
    const paired = user.assignments.flatMap(({ tokens }) => tokens.map(({ token }) => token as string));
    expect(stored).toHaveLength(1);
    expect(paired).toContain(stored[0]?.value.id);
    expect(ports.courier.sent.filter(({ kind }) => kind === 'security-notice').length).toBeGreaterThan(0);
  });

  test('a double click adds, removes and makes once', async () => {
    const scene = await setSelfStage(ports);
    const { walk } = await withOwnApp(scene);
    const id = shownIn(walk.view).tokens[0]?.id ?? '';
    const { seq } = walk.view;
    ports.courier.sent.length = 0;
    const both = await Promise.all([1, 2].map(() => walk.self(removeOwnToken, { token: id }, seq)));
    expect(both.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    expect(both.filter(isRefusal)[0]?.refused).toMatch(/STEP_(IN_PROGRESS|STALE)/);
    expect(ports.courier.sent).toHaveLength(1);
  });

  test('one that is out of step is brought back by two of its codes, and guesses at them lock it', async () => {
    const scene = await setSelfStage(ports, { tokens: [{ kind: 'hotp' }], alone: true });
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

describe('recovery codes', () => {
  test('new ones are shown until the person has them, once, and the old ones are worth nothing', async () => {
    const scene = await setSelfStage(ports);
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
    const next = await Walk.toOtp(scene);
    await next.choose('recovery');
    expect(await next.recovery(old[0] ?? '')).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await next.recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
  });

  test('whoever has a token and no codes gets some; whoever has no token gets none', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).recovery).toBeUndefined();
    await walk.self(renewRecoveryCodes, {});
    const { codes = [] } = shownIn(walk.view);
    await walk.self(keepRecoveryCodes, {});
    expect(shownIn(walk.view).recovery).toEqual({ left: 10 });
    const next = await Walk.toOtp(scene);
    await next.choose('recovery');
    expect(await next.recovery(codes[3] ?? '')).toMatchObject({ step: 'done' });

    const bare = await toSelf(await setSelfStage(ports));
    expect(shownIn(bare.view).may.recoveryCodes).toBe(false);
    expect(await bare.self(renewRecoveryCodes, {})).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
  });
});

describe('the password', () => {
  test('the present one is asked for, the new one judged, and the other pages and sign-ins end', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    ports.clock.advance(30_000);
    const other = await toSelf(scene);
    const half = await Walk.toOtp(scene);
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
    const next = await Walk.begin(scene);
    await next.identify();
    expect(await next.password()).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect(await next.password(NEW_PASSWORD)).toMatchObject({ step: 'otp' });
  });

  test('guesses at the present one wait as they do at a sign-in, whichever page they come from', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
    const walk = await toSelf(scene);
    for (let at = 0; at < 7; at++) {
      await walk.self(changeOwnPassword, { current: `guess ${at}`, password: NEW_PASSWORD });
    }
    expect(walk.view.error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    const next = await Walk.begin(scene);
    await next.identify();
    expect(await next.password()).toMatchObject({ error: { code: 'TOO_MANY_ATTEMPTS' } });
  });

  test('two pages that change it at once: one does', async () => {
    const scene = await setSelfStage(ports, { tokens: [{}], alone: true });
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

  test('where it is not the person’s to change, it is not changed', async () => {
    const scene = await setSelfStage(ports, { resource: { selfService: { ...EVERYTHING, password: false } } });
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).may.password).toBe(false);
    const fields = { current: PASSWORD, password: NEW_PASSWORD };
    expect(await walk.self(changeOwnPassword, fields)).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
  });
});
