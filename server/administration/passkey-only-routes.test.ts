import { FLOW_HEADER } from '@countersign/protocol/flow';
import type { PasskeyRequest } from '@countersign/protocol/passkey';
import type { SessionView, SignInView, StartedSignIn } from '@countersign/protocol/session';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { AccountEvent } from '../kernel/event.ts';
import {
  ADMIN_PASSWORD,
  addActive,
  addAdministrator,
  addPasskey,
  anotherSession,
  codeOf,
  type FixtureAdministrator,
  selfServiceContext,
  sessionHeaders,
} from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { createFixture, type Fixture, overwrite, read, unwrap } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { ISSUER, openTestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { askOwnPasskey } from './passkeys/own-passkeys.ts';
import { passkeyId } from './passkeys/passkey.ts';
import { recoverAdministrator } from './recover-administrator.ts';
import { issueSetupLink } from './set-up.ts';

// SR-81: only a passkey opens the console. The attacker has everything else of the administrator.

let service: Service;
let scene: Fixture;
let ada: FixtureAdministrator;
beforeEach(async () => {
  service = await openService('passkey-only');
  scene = await createFixture(service.ports);
  ada = await addAdministrator(service.ports, scene.account, { email: 'ada@acme.example', superuser: true });
});
afterEach(() => service.ports.close());

/** The service after a start with COUNTERSIGN_ADMIN_FACTORS=passkey. */
async function requireByInstallation() {
  service.ports.administratorFactors = 'passkey';
  service = await openService('passkey-only', service.ports);
}
const requireByAccount = () =>
  overwrite(service.ports, accountDocument.key(scene.account), { administratorFactors: 'passkey' });
const SETTINGS = [
  ['installation', requireByInstallation],
  ['account', requireByAccount],
] as const;

const stored = () => read(service.ports, administratorDocument.key(ada.account, ada.id));
const events = () =>
  service.ports.store.commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
const step = async (handle: string, name: string, body: object) => {
  const answer = await service.call(`POST /v1/session/${name}`, { headers: { [FLOW_HEADER]: handle }, body });
  return { answer, cookie: answer.headers.get('set-cookie'), view: (await answer.json()) as SignInView };
};
const whoAmI = (headers: Record<string, string>) => service.call('GET /v1/session', { headers });

/** A sign-in after the right password. */
async function afterPassword(email = ada.email, password = ada.password) {
  service.ports.clock.advance(30_000);
  const begun = await service.call('POST /v1/session/begin', { body: {} });
  const { handle } = (await begun.json()) as StartedSignIn;
  await step(handle, 'identify', { seq: 0, email });
  return { handle, ...(await step(handle, 'password', { seq: 1, password })) };
}

const answerOf = (device: SoftwareAuthenticator, asked: PasskeyRequest | undefined) =>
  device.get({ challenge: asked?.challenge ?? '', rpId: asked?.rpId ?? '', origin: ISSUER });

async function enrol({ handle, view }: { handle: string; view: SignInView }, device: SoftwareAuthenticator) {
  const { challenge = '', rp, user } = view.newPasskey ?? {};
  const response = device.create({ challenge, rpId: rp?.id ?? '', origin: ISSUER, userHandle: user?.id ?? '' });
  return { response, ...(await step(handle, 'enrol-passkey', { seq: view.seq, response })) };
}

/** A question to the passkeys of the session, answered. */
async function proof(device: SoftwareAuthenticator) {
  const { asked } = unwrap(await askOwnPasskey(service.ports, selfServiceContext(ada)));
  const passkey = device.get({ challenge: asked.challenge, rpId: asked.rpId, origin: ISSUER });
  return { password: ada.password, passkey };
}

describe.each(SETTINGS)('SR-81: where the %s requires a passkey', (_, require) => {
  test('password and code open nothing, and the code is not even checked', async () => {
    await addPasskey(service.ports, ada);
    await require();
    const { handle } = await afterPassword();
    const token = (await stored()).token ?? 'tok_00000000000';
    const before = await read(service.ports, tokenDocument.key(token));
    for (const [seq, otp] of [
      [2, codeOf(service.ports, ada.secret)],
      [3, '000000'],
    ] as const) {
      const { cookie, view } = await step(handle, 'otp', { seq, otp });
      expect(cookie).toBeNull();
      expect(view).toMatchObject({ step: 'otp', isPasskeyRequired: true, error: { code: 'PASSKEY_REQUIRED' } });
    }
    expect(await read(service.ports, tokenDocument.key(token))).toEqual(before);
    expect(events().at(-1)).toMatchObject({ type: 'administrator.refused', reason: 'PASSKEY_REQUIRED' });
  });

  test('password and recovery code open nothing, and the code is not used up', async () => {
    await addPasskey(service.ports, ada);
    await require();
    const { handle } = await afterPassword();
    const { cookie, view } = await step(handle, 'recovery', { seq: 2, code: ada.recoveryCodes[0] });
    expect(cookie).toBeNull();
    expect(view.error).toEqual({ code: 'PASSKEY_REQUIRED' });
    expect((await stored()).recovery.macs).toHaveLength(ada.recoveryCodes.length);
  });

  test('password and passkey sign in, and a replayed answer does not', async () => {
    const device = await addPasskey(service.ports, ada);
    await require();
    const { handle, view } = await afterPassword();
    const assertion = answerOf(device, view.passkey);
    const done = await step(handle, 'passkey', { seq: 2, assertion });
    expect(done.view.step).toBe('done');
    const cookie = done.cookie?.split(';')[0] ?? '';
    expect(((await (await whoAmI({ cookie })).json()) as SessionView).isPasskeyRequired).toBe(true);
    const again = await afterPassword();
    const replay = await step(again.handle, 'passkey', { seq: 2, assertion });
    expect(replay.cookie).toBeNull();
    expect(replay.view.error).toEqual({ code: 'PASSKEY_INVALID' });
  });

  test('a sign-in that had reached the code before ends without a session', async () => {
    await addPasskey(service.ports, ada);
    const { handle } = await afterPassword();
    await require();
    const { cookie } = await step(handle, 'otp', { seq: 2, otp: codeOf(service.ports, ada.secret) });
    expect(cookie).toBeNull();
  });

  test('sessions that began with a code end, and those of a passkey stay', async () => {
    const weak = await anotherSession(service.ports, ada);
    const strong = await anotherSession(service.ports, ada, 'passkey');
    await require();
    expect(await refusalOf(await whoAmI(sessionHeaders(weak)))).toEqual({ status: 401, code: 'SESSION_ENDED' });
    expect((await whoAmI(sessionHeaders(strong))).status).toBe(200);
  });

  test('an administrator with a token alone is refused, told why, and left to the operator', async () => {
    await require();
    const { view, cookie } = await afterPassword();
    expect(cookie).toBeNull();
    expect(view).toMatchObject({ step: 'denied', error: { code: 'PASSKEY_REQUIRED' } });
    expect(view).not.toHaveProperty('newPasskey');
    expect(events().at(-1)).toMatchObject({ subject: ada.id, reason: 'PASSKEY_REQUIRED' });
  });

  test('changes of the own sign-in take no code, and nothing is counted', async () => {
    const device = await addPasskey(service.ports, ada);
    ada.opened = { ...ada.opened, ...(await anotherSession(service.ports, ada, 'passkey')) };
    await require();
    const headers = sessionHeaders(ada.opened);
    const weak = [{ otp: codeOf(service.ports, ada.secret) }, { recoveryCode: ada.recoveryCodes[0] }, {}];
    const routes = [
      ['me/password', { newPassword: 'another long password' }],
      ['me/email', { newEmail: 'mallory@acme.example' }],
      ['me/token', {}],
      ['me/recovery-codes', {}],
      ['me/passkeys', {}],
      ['me/passkeys/remove', { id: 'any' }],
      [`administrators/${ada.id}/transfer`, {}],
    ] as const;
    for (const [route, more] of routes) {
      for (const factor of weak) {
        const body = { password: ada.password, ...factor, ...more };
        const refused = await refusalOf(await service.call(`POST /v1/${route}`, { headers, body }));
        expect([route, refused.code]).toEqual([route, 'PASSKEY_REQUIRED']);
      }
    }
    expect((await stored()).recovery.macs).toHaveLength(ada.recoveryCodes.length);
    const body = { ...(await proof(device)), newPassword: 'another long password' };
    expect((await service.call('POST /v1/me/password', { headers, body })).status).toBe(204);
  });

  test('beside the answer of a foreign passkey, no code confirms a change, and none is used up', async () => {
    const device = await addPasskey(service.ports, ada);
    ada.opened = { ...ada.opened, ...(await anotherSession(service.ports, ada, 'passkey')) };
    await require();
    const headers = sessionHeaders(ada.opened);
    const stranger = new SoftwareAuthenticator();
    const challenge = Buffer.alloc(32).toString('base64url');
    stranger.create({ challenge, rpId: 'auth.example', origin: ISSUER, userHandle: 'AAAA' });
    const { passkey } = await proof(stranger);
    const codes = [
      [{ recoveryCode: ada.recoveryCodes[0] }, 'PASSKEY_INVALID'],
      [{ otp: codeOf(service.ports, ada.secret) }, 'PASSKEY_REQUIRED'],
    ] as const;
    for (const [factor, code] of codes) {
      const body = { password: ada.password, ...factor, passkey, newPassword: 'a password of the thief' };
      const answer = await service.call('POST /v1/me/password', { headers, body });
      expect(await refusalOf(answer)).toMatchObject({ code });
    }
    expect((await stored()).recovery.macs).toHaveLength(ada.recoveryCodes.length);
    const both = { ...(await proof(device)), recoveryCode: ada.recoveryCodes[0], newPassword: 'another long password' };
    expect((await service.call('POST /v1/me/password', { headers, body: both })).status).toBe(204);
    expect((await stored()).recovery.macs).toHaveLength(ada.recoveryCodes.length);
  });

  test('the last passkey stays, and another one goes', async () => {
    const device = await addPasskey(service.ports, ada);
    ada.opened = { ...ada.opened, ...(await anotherSession(service.ports, ada, 'passkey')) };
    await require();
    const headers = sessionHeaders(ada.opened);
    const [first] = (await stored()).passkeys ?? [];
    if (!first) throw new Error('no passkey');
    const remove = async () =>
      service.call('POST /v1/me/passkeys/remove', {
        headers,
        body: { ...(await proof(device)), id: passkeyId(first) },
      });
    expect(await refusalOf(await remove())).toEqual({ status: 409, code: 'PASSKEY_LAST' });
    expect((await stored()).passkeys).toHaveLength(1);
    const other = new SoftwareAuthenticator();
    const begun = await service.call('POST /v1/me/passkeys', { headers, body: await proof(device) });
    const { challenge, rp, user } = (await begun.json()) as NonNullable<SignInView['newPasskey']>;
    const response = other.create({ challenge, rpId: rp.id, origin: ISSUER, userHandle: user.id });
    expect((await service.call('POST /v1/me/passkeys/confirm', { headers, body: { response } })).status).toBe(204);
    expect((await remove()).status).toBe(204);
  });

  test('a mailed reset changes the password and still opens nothing', async () => {
    await addPasskey(service.ports, ada);
    await require();
    await service.call('POST /v1/reset/ask', { body: { email: ada.email } });
    const link = () => service.ports.courier.last('password-reset', ada.email).path;
    await expect.poll(link).toContain('#');
    const secret = link().split('#')[1];
    const accepted = await service.call('POST /v1/reset/accept', { body: { secret, password: 'set by mail, 12345' } });
    expect(accepted.headers.get('set-cookie')).toBeNull();
    const { handle, view } = await afterPassword(ada.email, 'set by mail, 12345');
    expect(view).toMatchObject({ step: 'otp', isPasskeyRequired: true });
    const { cookie } = await step(handle, 'otp', { seq: 2, otp: codeOf(service.ports, ada.secret) });
    expect(cookie).toBeNull();
  });

  test('an invited administrator adds a passkey before there is a session, and no token', async () => {
    await require();
    await addActive(service.ports, scene.account, { email: 'eve@acme.example' });
    const begun = await afterPassword('eve@acme.example', ADMIN_PASSWORD);
    expect(begun.cookie).toBeNull();
    expect(begun.view).toMatchObject({ step: 'enrol', newPasskey: { rp: { id: 'auth.example' } } });
    expect(begun.view).not.toHaveProperty('enrolment');
    const done = await enrol(begun, new SoftwareAuthenticator());
    expect(done.view.step).toBe('done');
    expect((await whoAmI({ cookie: done.cookie?.split(';')[0] ?? '' })).status).toBe(200);
    expect((await afterPassword('eve@acme.example', ADMIN_PASSWORD)).view.step).toBe('otp');
  });

  test('of two first sign-ins at once one adds a passkey, and a repeated response adds none', async () => {
    await require();
    const { id } = await addActive(service.ports, scene.account, { email: 'eve@acme.example' });
    const [one, two] = [
      await afterPassword('eve@acme.example', ADMIN_PASSWORD),
      await afterPassword('eve@acme.example', ADMIN_PASSWORD),
    ];
    const both = await Promise.all([enrol(one, new SoftwareAuthenticator()), enrol(two, new SoftwareAuthenticator())]);
    expect(both.map(({ view }) => view.step).sort()).toEqual(['denied', 'done']);
    const administrator = await read(service.ports, administratorDocument.key(scene.account, id));
    expect(administrator.passkeys).toHaveLength(1);
    const winner = both.find(({ view }) => view.step === 'done');
    const replay = await step(one.handle, 'enrol-passkey', { seq: 2, response: winner?.response ?? {} });
    expect(replay.answer.ok && replay.cookie).toBeFalsy();
  });

  test('a token that was being set up when the setting came is not set up', async () => {
    await addActive(service.ports, scene.account, { email: 'eve@acme.example' });
    const { handle, view } = await afterPassword('eve@acme.example', ADMIN_PASSWORD);
    expect(view).toHaveProperty('enrolment');
    await require();
    const done = await step(handle, 'enrol', { seq: 2, otp: '123456' });
    expect(done.view).toMatchObject({ step: 'denied', error: { code: 'PASSKEY_REQUIRED' } });
    expect((await afterPassword('eve@acme.example', ADMIN_PASSWORD)).view).toHaveProperty('newPasskey');
  });

  test('the recovery of the operator leads back in, by a new passkey alone, and the log and a mail say so', async () => {
    await require();
    const { link } = unwrap(await recoverAdministrator(service.ports, operatorContext(ada.account), ada.id));
    expect(events().at(-1)).toMatchObject({ type: 'administrator.recovered', subject: ada.id });
    await expect
      .poll(() => service.ports.courier.last('security-notice', ada.email))
      .toMatchObject({ change: 'recovered' });
    const body = { secret: link.split('#')[1], password: 'a password after recovery' };
    const accepted = await service.call('POST /v1/recovery/accept', { body });
    expect(accepted.headers.get('set-cookie')).toBeNull();
    const begun = await afterPassword(ada.email, 'a password after recovery');
    expect(begun.view).toHaveProperty('newPasskey');
    expect((await enrol(begun, new SoftwareAuthenticator())).view.step).toBe('done');
  });
});

test('SR-81: the first superuser of an installation that requires passkeys adds one before the session', async () => {
  await service.ports.close();
  const ports = await openTestPorts('fresh');
  ports.administratorFactors = 'passkey';
  service = await openService('fresh', ports);
  const issued = await issueSetupLink(ports);
  const whose = { email: 'ada@acme.example', name: 'Ada', password: ADMIN_PASSWORD };
  const body = { secret: issued?.link.split('#')[1], accountName: 'Acme', ...whose };
  const made = await service.call('POST /v1/setup', { body });
  expect([made.status, made.headers.get('set-cookie')]).toEqual([201, null]);
  const begun = await afterPassword();
  expect(begun.view).not.toHaveProperty('enrolment');
  const unverified = await enrol(begun, new SoftwareAuthenticator({ verifies: false }));
  expect(unverified.view).toMatchObject({ step: 'enrol', error: { code: 'PASSKEY_INVALID' } });
  expect((await enrol({ ...begun, ...unverified }, new SoftwareAuthenticator())).view.step).toBe('done');
});

test('SR-81: without a token, the last passkey stays also where none is required', async () => {
  await requireByInstallation();
  await addActive(service.ports, scene.account, { email: 'eve@acme.example' });
  const device = new SoftwareAuthenticator();
  const done = await enrol(await afterPassword('eve@acme.example', ADMIN_PASSWORD), device);
  service.ports.administratorFactors = 'any';
  service = await openService('passkey-only', service.ports);
  const cookie = done.cookie?.split(';')[0] ?? '';
  const session = (await (await whoAmI({ cookie })).json()) as SessionView;
  const headers = { cookie, 'x-csrf-token': session.csrf };
  const question = await service.call('POST /v1/me/passkey-question', { headers });
  const passkey = answerOf(device, (await question.json()) as PasskeyRequest);
  const [only] = session.administrator.passkeys;
  const body = { password: ADMIN_PASSWORD, passkey, id: only?.id };
  const refused = await refusalOf(await service.call('POST /v1/me/passkeys/remove', { headers, body }));
  expect(refused).toEqual({ status: 409, code: 'PASSKEY_LAST' });
});
