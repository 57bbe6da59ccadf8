import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { updateUser } from '../../testing/as-operator.ts';
import { type Fixture, PASSWORD, read, unwrap } from '../../testing/fixtures.ts';
import type { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, toSelf } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { userDocument } from '../../users/documents.ts';
import { addOwnToken } from './add-token.ts';
import { changeOwnPassword } from './change-password.ts';
import { reauthenticateUser } from './reauthenticate.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('back on the self-service page');
});
beforeEach(() => ports.clock.advance(24 * 3_600_000));
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const ELSEWHERE = 'elsewhere@shop.example';

/** The owner, in another process, restores their address just before that read. */
function beforeRead(number: number, scene: Fixture): () => number {
  let reads = 0;
  ports.store.intercept.read = async () => {
    reads += 1;
    if (reads !== number) return;
    const replica = ports.replica();
    unwrap(await updateUser(replica, scene.account, scene.user.id, { email: ELSEWHERE }));
  };
  return () => reads;
}

/** The steps that lead away from the page and back to it, up to their last step. */
const RETURNS: [string, (walk: LoginDriver, scene: Fixture) => Promise<() => Promise<unknown>>][] = [
  [
    'no token after all',
    async (walk) => {
      const view = await walk.self(addOwnToken, {});
      expect(view).toMatchObject({ enrol: { mayWait: true, fromSelf: true } });
      return () => walk.later();
    },
  ],
  [
    'recovery codes written down',
    async (walk) => {
      await walk.self(addOwnToken, {});
      await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
      expect(walk.view.step).toBe('codes');
      return () => walk.confirmCodes();
    },
  ],
  [
    'factors shown again',
    async (walk, scene) => {
      await walk.self(reauthenticateUser, {});
      await walk.password();
      ports.clock.advance(30_000);
      const code = (await scene.tokens[0]?.code()) ?? '';
      return () => walk.otp(code);
    },
  ],
];

// SR-38
test.each(RETURNS)(
  'SR-38: %s: a change elsewhere on the way back ends the page, at any moment',
  async (_, way) => {
    for (let number = 1; ; number++) {
      const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
      const walk = await toSelf(scene);
      const last = await way(walk, scene);
      const reads = beforeRead(number, scene);
      await last();
      ports.store.intercept = {};
      if (reads() < number) {
        expect(number).toBeGreaterThan(5);
        break;
      }
      expect(await read(ports, userDocument.key(scene.user.id))).toMatchObject({ email: ELSEWHERE });
      expect([number, await walk.look()]).toMatchObject([number, { step: 'denied' }]);
    }
  },
  60_000,
);

test('a password that was changed on the page does not prevent an enrolment from it', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
  const walk = await toSelf(scene);
  await walk.self(changeOwnPassword, { current: PASSWORD, password: 'a quite different set of words' });
  await walk.self(addOwnToken, {});
  await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  expect(await walk.confirmCodes()).toMatchObject({ step: 'self', self: { tokens: [{}, {}] } });
});

test('SR-38: nor does it allow one once the password has changed elsewhere', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
  const walk = await toSelf(scene);
  await walk.self(changeOwnPassword, { current: PASSWORD, password: 'a quite different set of words' });
  await walk.self(addOwnToken, {});
  const code = totpApp(walk.view).code(ports.clock.now());
  unwrap(await updateUser(ports, scene.account, scene.user.id, { password: 'yet another set of words' }));
  expect(await walk.enrol(code)).toMatchObject({ step: 'denied' });
});
