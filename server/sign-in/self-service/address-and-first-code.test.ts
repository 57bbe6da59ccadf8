import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { assign, updateUser } from '../../testing/as-operator.ts';
import { addResource, type Fixture, PASSWORD, read, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, toSelf } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { userDocument } from '../../users/documents.ts';
import { addOwnToken } from './add-token.ts';
import { confirmEmailChange, requestEmailChange } from './change-email.ts';

// The attack: with a stolen password, set the stored address to the thief's mailbox; a stricter resource of the same
// account then sends the first code of a second factor there.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('address and first code');
});
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(24 * 3_600_000);
});
afterAll(() => ports.close());

const MINE = 'mallory@evil.example';
const BY_MAIL = { kinds: ['email' as const], required: true };

/** A resource with self-service, and a strict one that demands a mailed code of every user. */
async function setStage(
  options: Parameters<typeof createSelfServiceFixture>[1] = {},
): Promise<{ lax: Fixture; strict: Fixture }> {
  const lax = await createSelfServiceFixture(ports, options);
  const { account, user } = lax;
  const resource = await addResource(ports, account, { enrolment: BY_MAIL, tokenKinds: ['email', 'totp', 'recovery'] });
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
  return { lax, strict: { ...lax, resource } };
}

async function moveAddress(walk: LoginDriver, email: string): Promise<void> {
  await walk.self(requestEmailChange, { email });
  await walk.self(confirmEmailChange, { code: ports.courier.last('confirmation-code', email).code });
  expect(walk.view).toMatchObject({ step: 'self', self: { person: { email } } });
}

async function toEnrol(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

test('SR-38: an address that was set after a password alone gets no first code after a password alone', async () => {
  const { lax, strict } = await setStage();
  await moveAddress(await toSelf(lax), MINE);
  const walk = await toEnrol(strict);
  // The demand stays: the user is not excused from the code either.
  expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
  expect(await walk.sendFirst()).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
  expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
  expect(ports.codes.to(MINE)).toEqual([]);
});

test('SR-38: nor does an address that is set that way while the code is pending', async () => {
  const { lax, strict } = await setStage();
  const walk = await toEnrol(strict);
  await moveAddress(await toSelf(lax), MINE);
  expect(await walk.sendFirst()).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  expect(ports.codes.to(MINE)).toEqual([]);
});

test('accepts the address once another actor has confirmed it, also for the same address', async () => {
  const { lax, strict } = await setStage();
  await moveAddress(await toSelf(lax), 'alice@new.example');
  unwrap(await updateUser(ports, lax.account, lax.user.id, { email: 'alice@new.example' }));
  const walk = await toEnrol(strict);
  await walk.sendFirst();
  await walk.enrol(ports.codes.last('alice@new.example').code);
  await walk.confirmCodes();
  expect(walk.view.step).toBe('done');
});

test('accepts an address that was set with a second factor', async () => {
  const { lax } = await setStage({ resource: { enrolment: { kinds: ['totp', 'email'], required: true } } });
  const walk = await LoginDriver.begin(lax, { purpose: 'self' });
  await walk.identify();
  await walk.password(PASSWORD);
  await walk.chooseKind('totp');
  await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  await walk.confirmCodes();
  await moveAddress(walk, 'alice@new.example');
  expect(await read(ports, userDocument.key(lax.user.id))).not.toHaveProperty('emailOnPassword');
  await walk.self(addOwnToken, {});
  await walk.chooseKind('email');
  await walk.sendFirst();
  expect(await walk.enrol(ports.codes.last('alice@new.example').code)).toMatchObject({ step: 'self' });
});
