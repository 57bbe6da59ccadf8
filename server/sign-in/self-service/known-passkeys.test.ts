import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { registerPasskey } from '../../testing/devices/passkey-device.ts';
import { addToken, addUser, type Fixture, overwrite } from '../../testing/fixtures.ts';
import { createSelfServiceFixture, shownIn, toSelf } from '../../testing/self-service-fixture.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { userHandleOf } from '../../tokens/kinds/passkey/passkey-request.ts';
import { changeOwnNames } from './change-names.ts';

/** What the browser is told of the user's passkeys, so that it forgets the others. */

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('known passkeys');
});
beforeEach(() => ports.clock.advance(60_000));
afterAll(() => ports.close());

const ofAlice = ({ user }: Fixture) => ({ rpId: 'auth.example', userId: userHandleOf(user.id), name: 'alice' });

test('every one of the user, in any state, and none of another user', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{}] });
  const [here, locked, foreign] = [
    new SoftwareAuthenticator(),
    new SoftwareAuthenticator(),
    new SoftwareAuthenticator(),
  ];
  // An enrolment has not assigned it yet, and may do so later.
  await registerPasskey(scene, here);
  const off = tokenDocument.key(await registerPasskey(scene, locked));
  await overwrite(ports, off, { enabled: false, lock: { reason: 'administrator', at: 0 } });
  await registerPasskey(await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } }), foreign);
  const walk = await toSelf(scene);
  await walk.self(changeOwnNames, { names: { firstName: 'Alice' } });
  const { passkeys } = shownIn(walk.view);
  expect(passkeys).toMatchObject({ ...ofAlice(scene), displayName: 'Alice' });
  expect(new Set(passkeys?.allAcceptedCredentialIds)).toEqual(new Set([here.id, locked.id]));
});

test('that there are none, if the last one is gone', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{}] });
  const { passkeys } = shownIn((await toSelf(scene)).view);
  expect(passkeys).toEqual({ ...ofAlice(scene), displayName: 'alice', allAcceptedCredentialIds: [] });
});

test('nothing, if more tokens are stored than are read: the browser would forget one that is not named', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{}] });
  for (let made = 1; made < 200; made++) await addToken(ports, scene.account, { owner: scene.user.id });
  expect(shownIn((await toSelf(scene)).view)).not.toHaveProperty('passkeys');
});

// The attack: with one factor, learn which credentials the owner of the other has.
test('SR-38: nothing, before every factor of the user was shown', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{ state: 'deactivated' }] });
  await registerPasskey(scene, new SoftwareAuthenticator());
  const view = shownIn((await toSelf(scene)).view);
  expect(view.proof).toBe('lacking');
  expect(view).not.toHaveProperty('passkeys');
});
