import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operatorContext, updateToken } from '../testing/as-operator.ts';
import { createFixture, type Fixture, read, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { totpApp } from '../testing/totp-app.ts';
import { reportLostDevice } from '../user-management/report-lost-device.ts';
import { userDocument } from '../users/documents.ts';

// SR-4, SR-69. The attack: a thief with the password and the phone has begun to add a token of their own. The loss is
// reported, and then they type the first code of that token.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('shown factor ends');
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

describe('an enrolment that has begun with a token', () => {
  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    [
      'that is then reported as lost',
      async ({ account, user }) => unwrap(await reportLostDevice(ports, operatorContext(account), user.id, {})),
    ],
    [
      'that is then deactivated',
      async ({ account, tokens: [token] }) =>
        token && unwrap(await updateToken(ports, account, token.id, { enabled: false })),
    ],
  ])('%s adds no other', async (_, end) => {
    const scene = await setStage();
    const walk = await beginEnrolment(scene);
    const app = totpApp(walk.view);
    await end(scene);
    expect(await walk.enrol(app.code(ports.clock.now()))).toMatchObject({
      step: 'denied',
      error: { code: 'ACCESS_DENIED' },
    });
    expect(await tokensOf(scene)).toEqual(scene.tokens.map(({ id }) => id));
  });

  test('that stays active adds another', async () => {
    const scene = await setStage();
    const walk = await beginEnrolment(scene);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect((await tokensOf(scene)).length).toBeGreaterThan(1);
  });
});
