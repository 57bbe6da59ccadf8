import { afterAll, beforeAll, expect, test } from 'vitest';
import { assign } from '../../testing/as-operator.ts';
import { addResource, createFixture, type Fixture, type TokenSpec, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';

// The attack: a thief has the password for a resource that requires a second factor and sends the first code to the
// owner's mailbox. So the thief first sets up a token on a less strict resource of the account.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('required everywhere');
});
afterAll(() => ports.close());

const LAX = { enrolment: { kinds: ['totp' as const], required: false } };
const STRICT = {
  enrolment: { kinds: ['email' as const], required: true },
  tokenKinds: ['email' as const, 'totp' as const],
};

async function setStage(strictly: object = STRICT): Promise<{ lax: Fixture; strict: Fixture }> {
  const lax = await createFixture(ports, { resource: LAX, user: { email: 'alice@shop.example' } });
  const { account, user } = lax;
  const resource = await addResource(ports, account, strictly);
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
  return { lax, strict: { ...lax, resource } };
}

async function withPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

async function setUpApp(scene: Fixture): Promise<void> {
  const walk = await withPassword(scene);
  await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  await walk.confirmCodes();
  expect(walk.view.step).toBe('done');
}

test('SR-5: a token set up elsewhere does not satisfy the requirement here', async () => {
  const { lax, strict } = await setStage();
  await setUpApp(lax);
  const walk = await withPassword(strict);
  expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
  expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
  for (const kind of ['email', 'totp'] as const) {
    expect(await walk.chooseKind(kind)).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
  }
  expect(walk.view.result).toBeUndefined();
});

test('SR-5: it does not help a sign-in that already waits at that step', async () => {
  const { lax, strict } = await setStage();
  const walk = await withPassword(strict);
  await setUpApp(lax);
  expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
});

test('where enrolment is optional or can wait, a token elsewhere changes nothing', async () => {
  for (const enrolment of [
    { ...STRICT.enrolment, required: false },
    { ...STRICT.enrolment, postponableUntil: ports.clock.now() + 60_000 },
  ]) {
    const { lax, strict } = await setStage({ ...STRICT, enrolment });
    await setUpApp(lax);
    expect((await withPassword(strict)).view.step).toBe('done');
  }
});

test.each<[TokenSpec, object]>([
  [{ state: 'deactivated' }, { step: 'enrol', enrol: { mayWait: false } }],
  [{}, { step: 'otp' }],
  [{ state: 'locked' }, { step: 'denied', error: { code: 'TOKEN_LOCKED' } }],
])('a user assigned here with a token signs in as its state allows: %j', async (token, view) => {
  const scene = await createFixture(ports, {
    resource: { ...STRICT, tokenKinds: ['totp'] },
    tokens: [token],
    alone: true,
  });
  expect((await withPassword(scene)).view).toMatchObject(view);
});
