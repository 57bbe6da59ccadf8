import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operatorContext, updateToken } from '../../testing/as-operator.ts';
import { beforeCommitOf } from '../../testing/before-commit.ts';
import { freshAddress, giveSent } from '../../testing/devices/sent-device.ts';
import { createFixture, type Fixture, read, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { isRecovery } from '../../tokens/token.ts';
import { reportLostDevice } from '../../user-management/report-lost-device.ts';
import { userDocument } from '../../users/documents.ts';

// SR-4, SR-69. The attack: a thief with the password and the phone has begun to add a token of their own. The loss is
// reported, and then they type the first code of that token.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('shown factor ends');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.clock.advance(60_000);
});

const setStage = () =>
  createFixture(ports, {
    tokens: [{}],
    resource: { enrolment: { kinds: ['totp'], required: true } },
    user: { email: 'alice@shop.example' },
  });

async function beginEnrolment(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.toOtp(scene, { purpose: 'enrol' });
  await walk.otp((await scene.tokens[0]?.code()) ?? '');
  expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kind: 'totp' } });
  return walk;
}
const tokensOf = async ({ user }: Fixture) =>
  (await read(ports, userDocument.key(user.id))).assignments.flatMap(({ tokens }) => tokens.map(({ token }) => token));

/** The tokens that the user has besides those of the scene. */
const addedTokens = async (scene: Fixture) =>
  (await tokensOf(scene)).filter((token) => !scene.tokens.some(({ id }) => id === token));

type End = (scene: Fixture, ports: TestPorts) => Promise<unknown>;
const change =
  (changes: Parameters<typeof updateToken>[3]): End =>
  async ({ account, tokens: [token] }, replica) =>
    token && unwrap(await updateToken(replica, account, token.id, changes));
const report: End = async ({ account, user }, replica) =>
  unwrap(await reportLostDevice(replica, operatorContext(account), user.id, {}));
const ENDS: [string, End][] = [
  ['that is then reported as lost', report],
  ['that is then deactivated', change({ enabled: false })],
  ['that is then locked', change({ locked: true })],
  ['that is then taken away', change({ owner: null })],
  ['that then expires', (scene, replica) => change({ expiresAt: replica.clock.now() })(scene, replica)],
  ['whose PIN is then set', change({ pin: { digits: '2468', position: 'before' } })],
  [
    'that is then deleted',
    async ({ account, tokens: [token] }, replica) =>
      token && unwrap(await deleteToken(replica, operatorContext(account), token.id)),
  ],
];

describe('SR-4, SR-69: an enrolment that has begun with a token', () => {
  test.each(ENDS)('%s adds no other', async (_, end) => {
    const scene = await setStage();
    const walk = await beginEnrolment(scene);
    const app = totpApp(walk.view);
    await end(scene, ports);
    expect(await walk.enrol(app.code(ports.clock.now()))).toMatchObject({
      step: 'denied',
      error: { code: 'ACCESS_DENIED' },
    });
    expect(await addedTokens(scene)).toEqual([]);
  });

  // Every read before the commit still sees the token as it was.
  test.each(ENDS)('%s, just before the new one is assigned, adds no other', async (_, end) => {
    const scene = await setStage();
    const walk = await beginEnrolment(scene);
    const code = totpApp(walk.view).code(ports.clock.now());
    beforeCommitOf(ports, 'user', (replica) => end(scene, replica));
    expect(await walk.enrol(code)).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect(await addedTokens(scene)).toEqual([]);
  });

  test.each(ENDS)('%s ends before the token does', async (_, end) => {
    const scene = await setStage();
    let epoch: number | undefined;
    beforeCommitOf(ports, 'token', async (replica) => {
      epoch = (await read(replica, userDocument.key(scene.user.id))).trustEpoch;
    });
    await end(scene, ports);
    expect(epoch).toBe(1);
  });

  test('is over before the loss is recorded: the report takes the new token too', async () => {
    const scene = await setStage();
    const walk = await beginEnrolment(scene);
    const code = totpApp(walk.view).code(ports.clock.now());
    beforeCommitOf(ports, 'user', async () => {
      expect(await walk.enrol(code)).not.toMatchObject({ step: 'denied' });
    });
    await report(scene, ports);
    const states = await Promise.all((await tokensOf(scene)).map((id) => read(ports, tokenDocument.key(id))));
    expect(states.filter((token) => !isRecovery(token)).map(({ enabled }) => enabled)).toEqual([false, false]);
  });

  // The attack: the thief has the phone with the SIM card. The owner has the number changed, and the thief goes on.
  test('whose number is then changed adds no other', async () => {
    const scene = await createFixture(ports, {
      tokens: [],
      resource: { enrolment: { kinds: ['totp'], required: true }, tokenKinds: ['totp', 'sms', 'recovery'] },
    });
    const to = freshAddress('sms');
    const { id } = await giveSent(scene, 'sms', to);
    const walk = await LoginDriver.toOtp(scene, { purpose: 'enrol' });
    await walk.choose(id);
    await walk.otp(ports.codes.last(to).code);
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kind: 'totp' } });
    unwrap(await updateToken(ports, scene.account, id, { to: freshAddress('sms') }));
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect(await tokensOf(scene)).toEqual([id]);
  });

  test('ends with it alone: the same state once more ends nothing', async () => {
    const scene = await createFixture(ports, {
      tokens: [{}, {}],
      resource: { enrolment: { kinds: ['totp'], required: true } },
    });
    await change({ enabled: false })(scene, ports);
    const walk = await LoginDriver.toOtp(scene, { purpose: 'enrol' });
    await walk.otp((await scene.tokens[1]?.code()) ?? '');
    await change({ enabled: false, name: 'old phone' })(scene, ports);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(walk.view).not.toMatchObject({ step: 'denied' });
  });

  test('that stays active adds another', async () => {
    const scene = await setStage();
    const walk = await beginEnrolment(scene);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect((await tokensOf(scene)).length).toBeGreaterThan(1);
  });
});
