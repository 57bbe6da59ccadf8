import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountEvent } from '../../kernel/event.ts';
import { givePasskey, inTheFrame } from '../../testing/devices/passkey-device.ts';
import type { Fixture } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, shownIn } from '../../testing/self-service-fixture.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { reauthenticateUser } from './reauthenticate.ts';
import { removeOwnToken } from './remove-token.ts';
import { renameOwnToken } from './rename-token.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';
import { PROOF_FRESH_MS } from './self-service.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('proof by passkey');
});
afterAll(() => ports.close());

const answer = (walk: LoginDriver, device: SoftwareAuthenticator) =>
  walk.passkey(device.get(inTheFrame(walk.view.passkey)));

/** A user without a password, who signs in with a passkey that verifies the user, and also has an app. */
async function onThePage(
  device: SoftwareAuthenticator,
  ...others: SoftwareAuthenticator[]
): Promise<{ scene: Fixture; walk: LoginDriver }> {
  const scene = await createSelfServiceFixture(ports, {
    password: false,
    tokens: [{}],
    resource: { passkeySignIn: true },
  });
  for (const one of [device, ...others]) await givePasskey(scene, one);
  const walk = await LoginDriver.begin(scene, { purpose: 'self' });
  await answer(walk, device);
  expect(shownIn(walk.view).proof).toBe('fresh');
  ports.clock.advance(PROOF_FRESH_MS);
  await walk.self(reauthenticateUser, {});
  return { scene, walk };
}

// SR-38. The attack: an unattended page and a code read over a shoulder, where a code alone does not sign in.
test('SR-38: a user who signed in with a two-factor passkey confirms with one again, and a code does not replace it', async () => {
  const device = new SoftwareAuthenticator();
  const { scene, walk } = await onThePage(device);
  expect(walk.view).toMatchObject({ step: 'passkey', factors: [{ kind: 'webauthn' }] });
  expect(await walk.choose('code')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
  expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
  await walk.choose('passkey');
  await answer(walk, device);
  expect(shownIn(walk.view).proof).toBe('fresh');
  expect(await walk.self(renewRecoveryCodes, {})).toMatchObject({ self: { codes: expect.any(Array) } });
});

test('a passkey has the name of its provider until its owner renames it, and the mails name it', async () => {
  const device = new SoftwareAuthenticator({ aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' });
  const scene = await createSelfServiceFixture(ports, {
    resource: { enrolment: { kinds: ['webauthn'], required: false } },
  });
  const walk = await LoginDriver.begin(scene, { purpose: 'self' });
  await walk.identify();
  await walk.password();
  if (walk.view.enrol?.kind !== 'webauthn') throw new Error(`no passkey is asked for at ${walk.view.step}`);
  const { challenge, rp, user } = walk.view.enrol.creation;
  await walk.enrolPasskey(device.create({ ...inTheFrame({ challenge, rpId: rp.id }), userHandle: user.id }));
  await walk.confirmCodes();
  const [shown] = shownIn(walk.view).tokens;
  const token = shown?.id ?? '';
  expect(shown).toMatchObject({ kind: 'webauthn', name: '1Password' });
  const lastNotice = () => ports.courier.last('security-notice', 'alice@shop.example');
  expect(lastNotice()).toMatchObject({ change: 'passkey-added', tokenName: '1Password' });

  await walk.self(renameOwnToken, { token, name: 'At <b>work</b>' });
  const events = ports.store.commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
  expect(events.at(-1)).toMatchObject({ type: 'token.updated', subject: token, changed: ['name'] });

  await walk.self(removeOwnToken, { token });
  expect(lastNotice()).toMatchObject({ change: 'passkey-removed', tokenName: 'At <b>work</b>' });
});

test('SR-38: nor does a passkey without user verification', async () => {
  const other = new SoftwareAuthenticator({ verifies: false });
  const { walk } = await onThePage(new SoftwareAuthenticator(), other);
  expect(await answer(walk, other)).toMatchObject({ step: 'denied', error: { code: 'LEVEL_UNREACHABLE' } });
});
