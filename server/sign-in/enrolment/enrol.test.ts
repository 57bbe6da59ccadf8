import type { MethodPolicy } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import type { EnrolmentPolicy } from '../../resources/enrolment-policy.ts';
import { operatorContext, updateResource } from '../../testing/as-operator.ts';
import { giveRecoveryCodes } from '../../testing/devices/recovery-device.ts';
import {
  addResource,
  addToken,
  createFixture,
  type Fixture,
  type FixtureOptions,
  overwrite,
  read,
  runMeanwhile,
  setState,
  unwrap,
  wrongCode,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import { REPLACEMENT_TTL_MS } from '../../tokens/lockout.ts';
import { userDocument } from '../../users/documents.ts';
import { flowDocument } from '../documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('enrolment');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
});

const REQUIRED: EnrolmentPolicy = { kinds: ['totp'], required: true };
const OFFERED: EnrolmentPolicy = { kinds: ['totp'], required: false };

const setStage = (enrolment: EnrolmentPolicy = REQUIRED, options: FixtureOptions = {}) =>
  createFixture(ports, {
    ...options,
    resource: { enrolment, ...options.resource },
    user: { email: 'alice@shop.example', ...options.user },
  });

async function toEnrol(scene: Fixture, purpose?: 'enrol'): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, purpose ? { purpose } : {});
  await walk.identify();
  if (walk.view.step === 'password') await walk.password();
  return walk;
}
const claimsOf = (scene: Fixture, { view }: LoginDriver) =>
  ports.signer.verify(view.result ?? '', { audience: scene.resource.id, now: ports.clock.now() });
const keyOf = ({ view }: LoginDriver) => (view.enrol?.kind === 'totp' ? view.enrol.secret : undefined);
const ownedBy = async ({ account, user }: Fixture) =>
  (await ports.store.range(tokenIndexes.ofOwner(account, user.id), { limit: 100 })).map(({ id }) => id);

describe('enrolment at the first sign-in', () => {
  test('the token and recovery codes are set up before there is a result, and the first code counts', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { mayWait: false } });
    expect(walk.view.result).toBeUndefined();
    expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'codes' });
    expect(walk.view.codes).toHaveLength(10);
    expect(walk.view.enrol).toBeUndefined();
    expect(walk.view.result).toBeUndefined();
    expect(await walk.confirmCodes()).toMatchObject({ step: 'done', used: 'code' });
    expect(walk.view.codes).toBeUndefined();
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: '2', otp: 'verified' });
  });

  test('afterwards the user signs in with the app or a recovery code', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const app = totpApp(walk.view);
    await walk.enrol(app.code(ports.clock.now()));
    const [code = ''] = walk.view.codes ?? [];
    await walk.confirmCodes();
    ports.clock.advance(60_000);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ step: 'done' });
    const other = await LoginDriver.toOtp(scene);
    await other.choose('recovery');
    expect(await other.recovery(code)).toMatchObject({ step: 'done', used: 'recovery' });
  });

  test('the code that set the token up is used up', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const otp = totpApp(walk.view).code(ports.clock.now());
    await walk.enrol(otp);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(otp)).toMatchObject({ step: 'otp', error: { code: 'OTP_REPLAYED' } });
  });

  test('notifies the user by mail', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'token-added' });
  });

  test('a phone that reloads the page sees the same key and recovery codes, and no other client does', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    expect(await walk.look()).toMatchObject({ enrol: { secret: keyOf(walk) } });
    const other = await toEnrol(scene);
    expect(keyOf(other)).not.toBe(keyOf(walk));
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(await walk.look()).toMatchObject({ codes: walk.view.codes });
  });

  test('an optional enrolment can be skipped', async () => {
    const scene = await setStage(OFFERED);
    const walk = await toEnrol(scene);
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { mayWait: true } });
    expect(await walk.later()).toMatchObject({ step: 'done' });
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['pwd'], otp: 'not_used' });
    expect(await ownedBy(scene)).toEqual([]);
  });
});

// SR-5, SR-23
describe('attacks on the enrolment', () => {
  test.each<[MethodPolicy, TokenState]>([
    ['auto', 'locked'],
    ['auto', 'expired'],
    ['password-otp', 'locked'],
    ['password-otp', 'expired'],
    ['auto', 'active'],
  ])('a stolen password sets up no token under %s if the existing token is %s', async (methodPolicy, state) => {
    const scene = await setStage(REQUIRED, { tokens: [{ state }], alone: true, resource: { methodPolicy } });
    const walk = await toEnrol(scene, 'enrol');
    expect(walk.view.step).not.toBe('enrol');
    expect(walk.view.enrol).toBeUndefined();
  });

  test.each<MethodPolicy>(['auto', 'password-otp'])(
    'a stolen password sets up no token under %s a week after the existing token was deactivated',
    async (methodPolicy) => {
      const stage = { tokens: [{ state: 'deactivated' as const }], alone: true, resource: { methodPolicy } };
      const scene = await setStage(REQUIRED, stage);
      ports.clock.advance(REPLACEMENT_TTL_MS);
      const walk = await toEnrol(scene, 'enrol');
      expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
    },
  );

  test('a stolen password sets up no token if the user owns one that is assigned elsewhere or not at all', async () => {
    const scene = await setStage();
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    await setState(ports, scene.account, token.id, 'locked');
    // A thief does not get past a required enrolment either.
    expect((await toEnrol(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
  });

  // SR-69
  test('a stolen password sets up no token after the old one was deleted, even if the deletion was interrupted', async () => {
    const scene = await setStage(REQUIRED, { tokens: [{}], alone: true });
    const [token] = scene.tokens;
    if (!token) throw new Error('no token');
    const key = tokenDocument.key(token.id);
    const gone = { anchor: key.anchor, operation: 'gone', now: ports.clock.now(), expect: [], delete: [key] };
    const stored = await read(ports, key);
    await ports.store.commit(gone);
    expect((await toEnrol(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: [] } });
    await ports.store.commit({ ...gone, operation: 'back', delete: [], put: [{ key, value: stored }] });
    unwrap(await deleteToken(ports, operatorContext(scene.account), token.id));
    expect((await toEnrol(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
  });

  test('a request cannot skip a required step', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    for (const answer of [walk.confirmCodes(), walk.otp('123456'), walk.password(), walk.recovery('a')]) {
      expect(await answer).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    }
    expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
    expect((await walk.look()) as object).not.toHaveProperty('result');
  });

  test('enrolment cannot be postponed after its deadline, even if it was offered before', async () => {
    const until = ports.clock.now() + 60_000;
    const scene = await setStage({ ...REQUIRED, postponableUntil: until });
    const early = await toEnrol(scene);
    const late = await toEnrol(scene);
    expect(early.view.enrol).toMatchObject({ mayWait: true, until });
    expect(await early.later()).toMatchObject({ step: 'done' });
    ports.clock.advance(60_000);
    expect(await late.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
    expect(late.view.enrol?.mayWait).toBe(false);
    expect((await toEnrol(scene)).view.enrol?.mayWait).toBe(false);
  });

  test('refuses codes of another key, limits the tries and locks no token', async () => {
    const scene = await setStage(REQUIRED);
    const [walk, other] = [await toEnrol(scene), await toEnrol(scene)];
    const wrong = totpApp(other.view).code(ports.clock.now());
    expect(await walk.enrol(wrong)).toMatchObject({ step: 'enrol', error: { code: 'OTP_WRONG' } });
    while (walk.view.step === 'enrol') await walk.enrol(wrong);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
    expect(await ownedBy(scene)).toEqual([]);
    expect((await toEnrol(scene)).view.step).toBe('enrol');
  });

  test('refuses a code that is minutes old and reports clock drift', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const otp = totpApp(walk.view).code(ports.clock.now() - 90_000);
    expect(await walk.enrol(otp)).toMatchObject({ step: 'enrol', error: { code: 'OTP_CLOCK_OFF' } });
  });

  // SR-1
  test('50 simultaneous requests with one valid code create one token', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const otp = totpApp(walk.view).code(ports.clock.now());
    const { seq } = walk.view;
    const answers = await Promise.all(Array.from({ length: 50 }, () => walk.enrol(otp, seq)));
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    expect(await ownedBy(scene)).toHaveLength(2);
  });

  test('of many sign-ins with one password, one sets up the first token and no other completes with the password alone', async () => {
    const scene = await setStage(OFFERED);
    const walks = await Promise.all(Array.from({ length: 5 }, () => toEnrol(scene)));
    const waiting = await toEnrol(scene);
    await Promise.all(walks.map((walk) => walk.enrol(totpApp(walk.view).code(ports.clock.now()))));
    expect(walks.map(({ view }) => view.step).sort()).toEqual(['codes', 'denied', 'denied', 'denied', 'denied']);
    expect(await ownedBy(scene)).toHaveLength(2);
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toHaveLength(2);
    // SR-38: this sign-in rested on the password alone.
    expect(await waiting.later()).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });

  // SR-4, SR-38, SR-39
  test.each(['blockUser', 'changePassword', 'disableResource', 'deactivatePlan'] as const)(
    'no token is set up after %s',
    async (change) => {
      const scene = await setStage();
      const walk = await toEnrol(scene);
      await runMeanwhile[change](scene);
      expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'denied' });
      expect(await ownedBy(scene)).toEqual([]);
    },
  );

  test('no token is set up once the policy is withdrawn', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    await updateResource(ports, scene.account, scene.resource.id, { enrolment: null });
    expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'denied' });
  });

  test('a user who is blocked while recovery codes are on the screen gets no result', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    await runMeanwhile.blockUser(scene);
    expect(await walk.confirmCodes()).toMatchObject({ step: 'denied' });
  });

  // SR-23
  test('stored data contains neither the key nor recovery codes', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const secret = keyOf(walk) ?? '';
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    const stored = JSON.stringify(ports.store.commits);
    expect(stored).not.toContain(secret);
    for (const code of walk.view.codes ?? []) expect(stored).not.toContain(code);
  });
});

describe('enrolment policy', () => {
  test.each<[MethodPolicy, EnrolmentPolicy, string, boolean | undefined]>([
    ['auto', REQUIRED, 'enrol', false],
    ['auto', OFFERED, 'enrol', true],
    ['password-otp', REQUIRED, 'enrol', false],
    ['password-otp', OFFERED, 'enrol', false],
    ['password', REQUIRED, 'done', undefined],
    ['otp', REQUIRED, 'otp', undefined],
  ])('under %s and %o a user without a token gets to %s', async (methodPolicy, enrolment, step, mayWait) => {
    const scene = await setStage(enrolment, { resource: { methodPolicy } });
    const { view } = await toEnrol(scene);
    expect(view.step).toBe(step);
    expect(view.enrol?.mayWait).toBe(mayWait);
  });

  test('without a policy the sign-in does not change', async () => {
    const scene = await createFixture(ports, { resource: { methodPolicy: 'password-otp' } });
    expect((await toEnrol(scene)).view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });

  test('no app is set up where apps are not accepted', async () => {
    const scene = await setStage(REQUIRED, { resource: { tokenKinds: ['webauthn'] } });
    expect((await toEnrol(scene)).view.step).toBe('done');
  });

  test('no recovery codes are created where they are not accepted', async () => {
    const scene = await setStage(REQUIRED, { resource: { tokenKinds: ['totp'] } });
    const walk = await toEnrol(scene);
    expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'done' });
    expect(await ownedBy(scene)).toHaveLength(1);
  });
});

describe('enrolment at the page’s request', () => {
  test('another token is set up after both factors, and the result lists the factors that were shown', async () => {
    const scene = await setStage(OFFERED, { tokens: [{}] });
    await giveRecoveryCodes(scene);
    const walk = await toEnrol(scene, 'enrol');
    expect(walk.view.step).toBe('otp');
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { mayWait: true } });
    expect(walk.view.result).toBeUndefined();
    expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'done' });
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toHaveLength(3);
  });

  test('a wrong code leads to no enrolment, whatever the page asks for', async () => {
    const scene = await setStage(OFFERED, { tokens: [{}] });
    const walk = await toEnrol(scene, 'enrol');
    expect(await walk.otp(await wrongCode(scene))).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
  });

  test('the sign-in completes without enrolment where the resource has no policy', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await toEnrol(scene, 'enrol');
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'done' });
  });

  test('skipping it leaves no trace', async () => {
    const scene = await setStage(OFFERED, { tokens: [{}] });
    const walk = await toEnrol(scene, 'enrol');
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(await walk.later()).toMatchObject({ step: 'done', used: 'code' });
    expect(await claimsOf(scene, walk)).toMatchObject({ otp: 'verified' });
  });
});

describe('an enrolment that is interrupted', () => {
  test('before the assignment leaves a token that signs in no user, and the same flow continues', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const app = totpApp(walk.view);
    ports.store.intercept.commit = (change, go) => {
      if (change.anchor === scene.user.id) throw new Error('killed');
      return go();
    };
    await expect(walk.enrol(app.code(ports.clock.now()))).rejects.toThrow();
    ports.store.intercept = {};
    expect(await ownedBy(scene)).toHaveLength(2);
    // The leftover does not count as the user's token: another sign-in is offered one.
    expect((await toEnrol(scene)).view.step).toBe('enrol');
    ports.clock.advance(30_000);
    expect(await walk.enrol(app.code(ports.clock.now()))).toMatchObject({ step: 'codes' });
    expect(await ownedBy(scene)).toHaveLength(2);
  });

  test('after the assignment continues with the recovery codes', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    const app = totpApp(walk.view);
    const before = await read(ports, flowDocument.key(walk.handle.split('.')[0] as never));
    await walk.enrol(app.code(ports.clock.now()));
    const codes = walk.view.codes;
    await overwrite(ports, flowDocument.key(before.id), before);
    expect(await walk.enrol('000000', before.seq)).toMatchObject({ step: 'codes', codes });
  });
});

test('does not affect a resource of the same account without a policy', async () => {
  const scene = await setStage();
  const other = await addResource(ports, scene.account, { name: 'Wiki' });
  const walk = await toEnrol(scene);
  await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  const user = await read(ports, userDocument.key(scene.user.id));
  expect(user.assignments.map(({ resource }) => resource)).not.toContain(other.id);
});
