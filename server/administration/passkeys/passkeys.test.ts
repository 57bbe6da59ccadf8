import type { PasskeyRequest } from '@countersign/protocol/passkey';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administratorDocument } from '../../administrators/documents.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import {
  addAdministrator,
  addPasskey,
  anotherSession,
  type FixtureAdministrator,
  proofBy,
  selfServiceContext,
  toSecondFactor,
} from '../../testing/administrators.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { createFixture, type Fixture, overwrite, read, unwrap } from '../../testing/fixtures.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { userHandleOf } from '../../tokens/kinds/passkey/passkey-request.ts';
import { acceptRecovery } from '../accept-link.ts';
import { answerSignInOtp, answerSignInPasskey } from '../login/answer-sign-in.ts';
import { authenticateSession, writeSession } from '../login/authenticate-session.ts';
import { presentSignIn } from '../login/present-sign-in.ts';
import { recoverAdministrator } from '../recover-administrator.ts';
import { changeOwnPassword } from '../update-profile.ts';
import {
  askOwnPasskey,
  finishOwnPasskey,
  knownOwnPasskeys,
  removeOwnPasskey,
  renameOwnPasskey,
  startOwnPasskey,
} from './own-passkeys.ts';
import { passkeyId, withAssertion } from './passkey.ts';

let ports: TestPorts;
let scene: Fixture;
let ada: FixtureAdministrator;
beforeEach(async () => {
  ports = await openTestPorts('administrator-passkeys');
  scene = await createFixture(ports);
  ada = await addAdministrator(ports, scene.account, { email: 'ada@acme.example', superuser: true });
});
afterEach(() => ports.close());

const stored = (who = ada) => read(ports, administratorDocument.key(who.account, who.id));
const own = (who = ada) => selfServiceContext(who);
const eventsOf = () => ports.store.commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];

async function register(who = ada, device = new SoftwareAuthenticator(), name: string | undefined = 'Key') {
  const { creation } = unwrap(await startOwnPasskey(ports, own(who), proofBy(ports, who), name));
  const ceremony = { challenge: creation.challenge, rpId: creation.rp.id, origin: ISSUER };
  const made = device.create({ ...ceremony, userHandle: creation.user.id });
  const outcome = await finishOwnPasskey(ports, own(who), made);
  return { device, made, outcome };
}
/** An added passkey, and the acting session as it is afterwards. */
const withPasskey = (who = ada) => addPasskey(ports, who);
async function question(who = ada) {
  const walk = await toSecondFactor(ports, who.account, who.email);
  const { passkey } = await presentSignIn(ports, walk);
  return { handle: walk.handle, passkey: passkey as PasskeyRequest };
}
type Answered = Parameters<SoftwareAuthenticator['get']>[1];
async function signIn(device: SoftwareAuthenticator, tampering: Answered = {}, who = ada, origin = ISSUER) {
  const { handle, passkey } = await question(who);
  const ceremony = { challenge: passkey.challenge, rpId: passkey.rpId, origin };
  const assertion = device.get(ceremony, tampering);
  const answer = () => answerSignInPasskey(ports, { handle, seq: 2, assertion, client: {} });
  return { assertion, handle, answer, progress: await answer() };
}
const isIn = (progress: Result<object>) => !isRefusal(progress) && 'opened' in progress;

describe('a passkey of an administrator', () => {
  test('signs in beside the password, in place of the code, and the event says so', async () => {
    const device = await withPasskey();
    const { progress } = await signIn(device);
    expect(isIn(progress)).toBe(true);
    expect(eventsOf().at(-1)).toMatchObject({ type: 'administrator.signed-in', factors: ['password', 'passkey'] });
  });

  test('is added with both factors alone, is told by mail, and ends the other sessions', async () => {
    const other = await anotherSession(ports, ada);
    for (const proof of [{ password: ada.password }, { ...proofBy(ports, ada), password: 'a wrong password' }]) {
      expect(await startOwnPasskey(ports, own(), proof, 'Key')).toHaveProperty('refused');
    }
    await withPasskey();
    expect(isRefusal(await authenticateSession(ports, writeSession(other)))).toBe(true);
    await expect
      .poll(() => ports.courier.last('security-notice', ada.email))
      .toMatchObject({ change: 'passkey-added', tokenName: 'Key' });
    expect(eventsOf().at(-1)).toMatchObject({ type: 'administrator.updated', changed: ['passkeys'] });
  });

  test('confirms a change in place of the code, once', async () => {
    const device = await withPasskey();
    const { asked } = unwrap(await askOwnPasskey(ports, own()));
    const passkey = device.get({ challenge: asked.challenge, rpId: asked.rpId, origin: ISSUER });
    const proof = { password: ada.password, passkey };
    unwrap(await changeOwnPassword(ports, own(), proof, 'another long password'));
    ada.opened = { ...ada.opened, ...unwrap(await authenticateSession(ports, writeSession(ada.opened))) };
    const again = { ...proof, password: 'another long password' };
    expect(await changeOwnPassword(ports, own(), again, 'a third long password')).toMatchObject({
      refused: 'PASSKEY_INVALID',
    });
  });

  test('is removed with both factors, and the token signs in as before', async () => {
    await withPasskey();
    const [passkey] = (await stored()).passkeys ?? [];
    const id = passkey ? passkeyId(passkey) : '';
    expect(await removeOwnPasskey(ports, own(), { password: ada.password }, id)).toHaveProperty('refused');
    expect(await removeOwnPasskey(ports, own(), proofBy(ports, ada), 'none')).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    unwrap(await removeOwnPasskey(ports, own(), proofBy(ports, ada), id));
    expect((await stored()).passkeys).toBeUndefined();
    const { handle, passkey: asked } = await question();
    expect(asked).toBeUndefined();
    const { otp } = proofBy(ports, ada);
    expect(isIn(await answerSignInOtp(ports, { handle, seq: 2, otp, client: {} }))).toBe(true);
  });

  test('goes with the other factors when the operator recovers the administrator', async () => {
    await withPasskey();
    const { link } = unwrap(await recoverAdministrator(ports, operatorContext(ada.account), ada.id));
    const input = { link: link.split('#')[1] ?? '', password: 'a password after recovery' };
    unwrap(await acceptRecovery(ports, {}, input));
    expect(await stored()).not.toHaveProperty('passkeys');
  });

  test('is named after its provider, and its owner renames it, with an event and no mail', async () => {
    const device = new SoftwareAuthenticator({ aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' });
    unwrap((await register(ada, device, '')).outcome);
    ada.opened = { ...ada.opened, ...unwrap(await authenticateSession(ports, writeSession(ada.opened))) };
    const [made] = (await stored()).passkeys ?? [];
    expect(made?.name).toBe('1Password');
    const id = made ? passkeyId(made) : '';
    ports.courier.sent.length = 0;
    const other = await anotherSession(ports, ada);
    const before = await stored();
    unwrap(await renameOwnPasskey(ports, own(), id, 'At <b>work</b>'));
    expect(await stored()).toEqual({ ...before, passkeys: [{ ...made, name: 'At <b>work</b>' }] });
    expect(eventsOf().at(-1)).toMatchObject({ type: 'administrator.updated', changed: ['passkeys.name'] });
    expect(ports.courier.sent).toEqual([]);
    expect(isRefusal(await authenticateSession(ports, writeSession(other)))).toBe(false);
    expect(await renameOwnPasskey(ports, own(), 'none', 'x')).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    // Their session has ended meanwhile.
    await overwrite(ports, administratorDocument.key(ada.account, ada.id), { sessionEpoch: before.sessionEpoch + 1 });
    expect(await renameOwnPasskey(ports, own(), id, 'x')).toEqual({ refused: 'SESSION_ENDED' });
  });

  test('is made known to the browser of its owner, with what the owner is called', async () => {
    const eve = await addAdministrator(ports, scene.account, { email: 'eve@acme.example' });
    await withPasskey(eve);
    const { id } = await withPasskey();
    expect(unwrap(await knownOwnPasskeys(ports, own())).known).toEqual({
      rpId: 'auth.example',
      userId: userHandleOf(ada.id),
      allAcceptedCredentialIds: [id],
      name: 'ada@acme.example',
      displayName: (await stored()).name,
    });
  });

  test('leaves no token to be set up on a password alone', async () => {
    const device = await withPasskey();
    const key = administratorDocument.key(ada.account, ada.id);
    await overwrite(ports, key, { token: undefined } as never);
    expect((await toSecondFactor(ports, ada.account, ada.email)).flow.step).toBe('otp');
    expect(isIn((await signIn(device)).progress)).toBe(true);
  });

  test('is one of ten at most, and no device is added twice', async () => {
    const device = await withPasskey();
    const { outcome } = await register(ada, device);
    expect(outcome).toEqual({ refused: 'PASSKEY_TAKEN' });
    const [one] = (await stored()).passkeys ?? [];
    const many = Array.from({ length: 10 }, (_, i) => ({
      ...one,
      factor: { ...one?.factor, credentialId: `credential-${i}` },
    }));
    await overwrite(ports, administratorDocument.key(ada.account, ada.id), { passkeys: many as never });
    expect(await startOwnPasskey(ports, own(), proofBy(ports, ada), 'Key')).toEqual({ refused: 'PASSKEY_LIMIT' });
  });
});

// SR-61. The attacks: a phishing page, a device that does not verify its user, a replay, a copy, another's passkey.
describe('SR-61: is refused', () => {
  test.each<[string, Answered, string]>([
    ['without user verification', { flags: 1 }, ISSUER],
    ['on another origin', {}, 'https://evil.example'],
    ['in a frame', { clientData: { crossOrigin: true, topOrigin: 'https://evil.example' } }, ISSUER],
    ['with another challenge', { clientData: { challenge: 'AAAA' } }, ISSUER],
    ['of a registration', { clientData: { type: 'webauthn.create' } }, ISSUER],
    ['with another user handle', { userHandle: 'AAAA' }, ISSUER],
    ['with a counter that did not increase', { signCount: 1 }, ISSUER],
  ])('%s', async (_, tampering, origin) => {
    const device = await withPasskey();
    const { progress } = await signIn(device, tampering, ada, origin);
    expect(unwrap(progress).flow.error?.code).toBe('PASSKEY_INVALID');
    expect(isIn(progress)).toBe(false);
    expect(isIn((await signIn(device)).progress)).toBe(true);
  });

  // The browser is made to leave out what the registration asks for.
  test('at its registration, by a device that has not verified its user', async () => {
    const { outcome } = await register(ada, new SoftwareAuthenticator({ verifies: false }));
    expect(outcome).toEqual({ refused: 'PASSKEY_INVALID' });
    expect(await stored()).not.toHaveProperty('passkeys');
  });

  test('a second time: the same answer opens no other session', async () => {
    const device = await withPasskey();
    const { answer, progress } = await signIn(device);
    expect(isIn(progress)).toBe(true);
    expect(await answer()).toHaveProperty('refused');
  });

  test('of fifty equal answers at once, one signs in', async () => {
    const device = await withPasskey();
    const { handle, passkey } = await question();
    const assertion = device.get({ challenge: passkey.challenge, rpId: passkey.rpId, origin: ISSUER });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        answerSignInPasskey(ports.replica(), { handle, seq: 2, assertion, client: {} }).catch(() => undefined),
      ),
    );
    expect(answers.filter((one) => one && isIn(one))).toHaveLength(1);
  });

  test('for another administrator, or one who has none', async () => {
    const device = await withPasskey();
    const eve = await addAdministrator(ports, scene.account, { email: 'eve@acme.example' });
    await withPasskey(eve);
    expect(isIn((await signIn(device, {}, eve)).progress)).toBe(false);
    const bob = await addAdministrator(ports, scene.account, { email: 'bob@acme.example' });
    const { handle } = await toSecondFactor(ports, bob.account, bob.email);
    const assertion = device.get({ challenge: 'AAAA', rpId: 'auth.example', origin: ISSUER });
    const progress = await answerSignInPasskey(ports, { handle, seq: 2, assertion, client: {} });
    expect(isIn(progress)).toBe(false);
  });

  test('before the password was right', async () => {
    const device = await withPasskey();
    const { handle } = await toSecondFactor(ports, ada.account, ada.email, 'a wrong password');
    const assertion = device.get({ challenge: 'AAAA', rpId: 'auth.example', origin: ISSUER });
    expect(await answerSignInPasskey(ports, { handle, seq: 2, assertion, client: {} })).toEqual({
      refused: 'STEP_NOT_EXPECTED',
    });
  });

  test('after it was removed, in a sign-in that had begun before', async () => {
    const device = await withPasskey();
    const { handle, passkey } = await question();
    const [one] = (await stored()).passkeys ?? [];
    unwrap(await removeOwnPasskey(ports, own(), proofBy(ports, ada), one ? passkeyId(one) : ''));
    const assertion = device.get({ challenge: passkey.challenge, rpId: passkey.rpId, origin: ISSUER });
    expect(isIn(await answerSignInPasskey(ports, { handle, seq: 2, assertion, client: {} }))).toBe(false);
  });
});

// SR-38. The attack: a stolen session answers or completes what another session began.
test('SR-38: a question counts for its session and its purpose alone', async () => {
  const device = await withPasskey();
  const thief = await anotherSession(ports, ada);
  const theirs = selfServiceContext(ada, thief);
  const { asked } = unwrap(await askOwnPasskey(ports, own()));
  const ceremony = { challenge: asked.challenge, rpId: asked.rpId, origin: ISSUER };
  const proof = { password: ada.password, passkey: device.get(ceremony) };
  expect(await startOwnPasskey(ports, theirs, proof, 'Key')).toEqual({ refused: 'PASSKEY_INVALID' });
  const evil = new SoftwareAuthenticator();
  const made = evil.create({ ...ceremony, userHandle: device.userHandle ?? '' });
  expect(await finishOwnPasskey(ports, own(), made)).toEqual({ refused: 'LINK_INVALID' });
  const { creation } = unwrap(await startOwnPasskey(ports, own(), proof, 'Key'));
  const begun = { challenge: creation.challenge, rpId: creation.rp.id, origin: ISSUER, userHandle: creation.user.id };
  expect(await finishOwnPasskey(ports, theirs, evil.create(begun))).toEqual({ refused: 'LINK_INVALID' });
  ports.clock.advance(5 * 60_000);
  expect(await finishOwnPasskey(ports, own(), evil.create(begun))).toEqual({ refused: 'LINK_INVALID' });
  expect((await stored()).passkeys).toHaveLength(1);
});

test('a challenge is answered once, and a counter only grows', () => {
  const factor = {
    kind: 'webauthn',
    credentialId: 'AA',
    publicKey: '',
    transports: [],
    discoverable: true,
    synced: false,
  };
  const step = fc.record({ challenge: fc.constantFrom('a', 'b', 'c', 'd'), signCount: fc.integer({ min: 0, max: 5 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let administrator = { passkeys: [{ name: 'Key', createdAt: 0, factor: { ...factor, signCount: 0 } }] } as never;
      let [last, count] = ['', 0];
      for (const { challenge, signCount } of steps) {
        const next = withAssertion(administrator, { id: 'AA' }, { challenge, signCount });
        const mayPass = challenge !== last && (signCount > count || (signCount === 0 && count === 0));
        expect(next !== undefined).toBe(mayPass);
        if (!next) continue;
        [last, count] = [challenge, signCount];
        administrator = next as never;
      }
    }),
  );
});
