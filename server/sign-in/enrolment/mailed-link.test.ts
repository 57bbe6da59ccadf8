import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { operatorContext, updateResource, updateUser } from '../../testing/as-operator.ts';
import {
  addUser,
  createFixture,
  type Fixture,
  type FixtureOptions,
  overwrite,
  read,
  runMeanwhile,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { userDocument } from '../../users/documents.ts';
import { startLinkedFlow } from '../start/start-linked-flow.ts';
import { enrolmentLinkDocument } from './documents.ts';
import { ENROLMENT_LINK_LIFETIME_MS } from './enrolment-link.ts';
import { sendEnrolmentLink } from './send-enrolment-link.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('enrolment-link');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.store.intercept = {};
  ports.courier.sent.length = 0;
});

const EMAIL = 'alice@shop.example';
const setStage = (options: FixtureOptions = {}) =>
  createFixture(ports, {
    ...options,
    resource: { enrolment: { kinds: ['totp'], required: false }, ...options.resource },
    user: { email: EMAIL, ...options.user },
  });

const send = ({ account, resource, user }: Fixture) =>
  sendEnrolmentLink(ports, operatorContext(account), user.id, { resource: resource.id, language: 'en' });

async function linkOf(scene: Fixture): Promise<string> {
  unwrap(await send(scene));
  return ports.courier.last('enrolment-link', EMAIL).path.split('#')[1] ?? '';
}
const open = (link: string) => startLinkedFlow(ports, { link, client: {} });
async function walkOf(scene: Fixture, link: string): Promise<LoginDriver> {
  const begun = unwrap(await open(link)) as FlowView & { handle: string };
  return new LoginDriver(scene, ports, begun, undefined);
}

describe('a mailed link', () => {
  test('leads to a token after the password, and to no result', async () => {
    const scene = await setStage({ tokens: [{ state: 'locked' }] });
    const walk = await walkOf(scene, await linkOf(scene));
    expect(walk.view).toMatchObject({ step: 'password', login: 'alice' });
    expect(await walk.password()).toMatchObject({ step: 'enrol', enrol: { mayWait: false } });
    const app = totpApp(walk.view);
    expect(await walk.enrol(app.code(ports.clock.now()))).toMatchObject({ step: 'codes' });
    expect(await walk.confirmCodes()).toMatchObject({ step: 'done' });
    expect(walk.view.result).toBeUndefined();
    ports.clock.advance(60_000);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ step: 'done' });
    expect(next.view.result).toBeDefined();
  });

  test('leads straight to the token for a user without a password', async () => {
    const scene = await setStage({ password: false, resource: { methodPolicy: 'otp' } });
    const walk = await walkOf(scene, await linkOf(scene));
    expect(walk.view.step).toBe('enrol');
    const app = totpApp(walk.view);
    await walk.enrol(app.code(ports.clock.now()));
    expect(await walk.confirmCodes()).toMatchObject({ step: 'done' });
    ports.clock.advance(60_000);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ step: 'done' });
  });

  test('is not used up by opening the page', async () => {
    const scene = await setStage();
    const link = await linkOf(scene);
    for (let i = 0; i < 3; i++) expect(isRefusal(await open(link))).toBe(false);
  });

  // SR-65
  test.each([true, false])('SR-65: opening it stores nothing (password: %s)', async (password) => {
    const scene = await setStage({ password, resource: { methodPolicy: password ? 'auto' : 'otp' } });
    const link = await linkOf(scene);
    const before = ports.store.commits.length;
    const walk = await walkOf(scene, link);
    expect(await walk.look()).toMatchObject({ step: password ? 'password' : 'enrol' });
    expect(ports.store.commits.length).toBe(before);
  });

  // SR-3. The attack: the enrolment is skipped once the resource no longer offers any.
  test.each([true, false])('SR-3: ends in no result once the policy is gone (password: %s)', async (password) => {
    const scene = await setStage({ password, resource: { methodPolicy: password ? 'auto' : 'otp' } });
    const walk = await walkOf(scene, await linkOf(scene));
    if (password) await walk.password();
    expect(walk.view.step).toBe('enrol');
    await updateResource(ports, scene.account, scene.resource.id, { enrolment: null });
    expect(await walk.later()).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect(walk.view.result).toBeUndefined();
  });

  test('the mail names neither the key nor the resource that it protects', async () => {
    const scene = await setStage();
    const link = await linkOf(scene);
    const { secretHash } = await read(ports, enrolmentLinkDocument.key(scene.user.id));
    expect(secretHash).not.toContain(link.split('.')[1]);
  });
});

// SR-40
describe('SR-40', () => {
  const invalid = { refused: 'ENROLMENT_LINK_INVALID' };

  test('a used link is refused, and so is a sign-in that another tab started with it', async () => {
    const scene = await setStage();
    const link = await linkOf(scene);
    const [one, other] = [await walkOf(scene, link), await walkOf(scene, link)];
    await one.password();
    await other.password();
    expect(await one.enrol(totpApp(one.view).code(ports.clock.now()))).toMatchObject({ step: 'codes' });
    expect(await other.enrol(totpApp(other.view).code(ports.clock.now()))).toMatchObject({
      step: 'denied',
      error: { code: 'ENROLMENT_LINK_INVALID' },
    });
    expect(await open(link)).toEqual(invalid);
  });

  // SR-1
  test('50 tabs with one link create one token', async () => {
    const scene = await setStage({ password: false });
    const link = await linkOf(scene);
    const walks = await Promise.all(Array.from({ length: 50 }, () => walkOf(scene, link)));
    await Promise.all(
      walks.map((walk) => walk.enrol(totpApp(walk.view).code(ports.clock.now())).catch(() => undefined)),
    );
    expect(walks.filter(({ view }) => view.step === 'codes')).toHaveLength(1);
    const { assignments } = await read(ports, userDocument.key(scene.user.id));
    expect(assignments[0]?.tokens).toHaveLength(2);
  });

  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    [
      'the address is another one',
      ({ account, user }) => updateUser(ports, account, user.id, { email: 'a@b.example' }),
    ],
    ['the address is gone', ({ account, user }) => updateUser(ports, account, user.id, { email: null })],
    ['the user is blocked', runMeanwhile.blockUser],
    ['there is a newer one', send],
    ['it is old', async () => ports.clock.advance(ENROLMENT_LINK_LIFETIME_MS)],
  ])('it is refused once %s, and so is a sign-in started with it', async (_name, change) => {
    const scene = await setStage({ password: false });
    const link = await linkOf(scene);
    const walk = await walkOf(scene, link);
    await change(scene);
    expect(await open(link)).toEqual(invalid);
    const verdict = await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(isRefusal(verdict) || verdict.step === 'denied').toBe(true);
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toEqual([]);
  });

  test.each(['', 'x', 'usr_00000000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', `usr_00000000000.${'A'.repeat(33)}`])(
    'the response is the same whatever is wrong with %j',
    async (link) => {
      expect(await open(link)).toEqual(invalid);
    },
  );

  test('a link of one user is refused for another', async () => {
    const scene = await setStage();
    const link = await linkOf(scene);
    const bob = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    expect(await open(link.replace(scene.user.id, bob.user.id))).toEqual(invalid);
  });

  // The attack: the link is opened before the user has a password, and the sign-in continues without it after one is
  // set.
  test('SR-40: a sign-in started without a password is denied once one is set, and the link then asks for it', async () => {
    const scene = await setStage({ password: false, resource: { methodPolicy: 'otp' } });
    const link = await linkOf(scene);
    const walk = await walkOf(scene, link);
    await runMeanwhile.changePassword(scene);
    expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({
      step: 'denied',
      error: { code: 'ACCESS_DENIED' },
    });
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toEqual([]);
    expect((await walkOf(scene, link)).view.step).toBe('password');
  });

  // SR-1
  test('no token is assigned if a password is set while its first code is checked', async () => {
    const scene = await setStage({ password: false, resource: { methodPolicy: 'otp' } });
    const walk = await walkOf(scene, await linkOf(scene));
    const { code } = totpApp(walk.view);
    ports.store.intercept.commit = async (change, go) => {
      if (!change.put?.some(({ key }) => key.name === 'token')) return go();
      ports.store.intercept = {};
      await runMeanwhile.changePassword(scene);
      return go();
    };
    expect(await walk.enrol(code(ports.clock.now()))).toMatchObject({ step: 'denied' });
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toEqual([]);
  });

  test('a wrong password is refused and counted, and the second factor does not change', async () => {
    const scene = await setStage({ tokens: [{}] });
    const walk = await walkOf(scene, await linkOf(scene));
    expect(await walk.password('not the password')).toMatchObject({ step: 'password' });
    expect(await walk.enrol('123456')).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
  });
});

describe('who gets a link', () => {
  test('no user if the resource has no policy', async () => {
    const scene = await setStage();
    await updateResource(ports, scene.account, scene.resource.id, { enrolment: null });
    expect(await send(scene)).toMatchObject({ refused: 'ENROLMENT_OFF' });
  });

  test('no user who has no address, is blocked or does not sign in there', async () => {
    const scene = await createFixture(ports, { resource: { enrolment: { kinds: ['totp'], required: false } } });
    expect(await send(scene)).toMatchObject({ refused: 'EMAIL_MISSING' });
    const blocked = await setStage();
    await runMeanwhile.blockUser(blocked);
    expect(await send(blocked)).toMatchObject({ refused: 'USER_BLOCKED' });
    const stranger = await addUser(ports, scene.account, scene.resource, {
      user: { login: 'carol', email: 'carol@shop.example' },
      alone: false,
    });
    expect(await send(stranger)).toMatchObject({ refused: 'ASSIGNMENT_NOT_FOUND' });
  });

  // SR-69. The attack: a thief of the password sets the address to their own mailbox, and the administrator mails a
  // link.
  test('SR-69: no user who changed their address with a password alone, until an administrator sets it', async () => {
    const scene = await setStage();
    await overwrite(ports, userDocument.key(scene.user.id), { emailOnPassword: EMAIL });
    expect(await send(scene)).toMatchObject({ refused: 'EMAIL_ON_PASSWORD' });
    expect(ports.courier.sent).toEqual([]);
    await updateUser(ports, scene.account, scene.user.id, { email: EMAIL });
    unwrap(await send(scene));
  });

  test('no user without mail, and the link that the user has still works', async () => {
    const scene = await setStage();
    const link = await linkOf(scene);
    ports.courier.isAbsent = true;
    expect(await send(scene)).toEqual({ refused: 'MAIL_NOT_CONFIGURED' });
    delete ports.courier.isAbsent;
    expect((await walkOf(scene, link)).view.step).toBe('password');
  });

  test('no user of another account', async () => {
    const [scene, other] = [await setStage(), await setStage()];
    expect(await send({ ...scene, account: other.account })).toMatchObject({ refused: 'USER_NOT_FOUND' });
    expect(await send({ ...scene, resource: other.resource })).toMatchObject({ refused: 'RESOURCE_NOT_FOUND' });
  });

  test('no user without limit', async () => {
    const scene = await setStage();
    for (let i = 0; i < 10; i++) unwrap(await send(scene));
    expect(await send(scene)).toMatchObject({ refused: 'RATE_LIMITED' });
  });
});
