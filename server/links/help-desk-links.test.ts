import type { FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { MethodPolicy } from '@countersign/protocol/resources';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { updateAdministrator } from '../administration/change-administrator.ts';
import { actorOf } from '../administrators/administrator.ts';
import { explain } from '../authentication/explain.ts';
import type { GivenRole } from '../kernel/actor.ts';
import { judgeLink } from '../operations/bulk/links.ts';
import { resourceDocument } from '../resources/documents.ts';
import { resetPassword } from '../sign-in/recovery/password-reset/reset-password.ts';
import { startLinkedFlow } from '../sign-in/start/start-linked-flow.ts';
import { addAdministrator } from '../testing/administrators.ts';
import { authenticate, operatorContext, updateUser } from '../testing/as-operator.ts';
import { createFixture, type FixtureOptions, overwrite, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { totpApp } from '../testing/totp-app.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { userDocument } from '../users/documents.ts';
import { type LinkOrder, makeLink } from './make-link.ts';

// SR-41. The attack: a member of the help desk takes links of a user whom no mail reaches, and uses them.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('help-desk-links');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.courier.isAbsent = true;
});

const NEW = 'seven quiet marmots';
const BEYOND = { refused: 'LINK_BEYOND_HELP_DESK' };

async function setStage(methodPolicy: MethodPolicy, role: GivenRole = 'help-desk', options: FixtureOptions = {}) {
  const scene = await createFixture(ports, {
    tokens: [{}],
    ...options,
    resource: { methodPolicy, enrolment: { kinds: ['totp'], required: false } },
  });
  const { account, user, resource } = scene;
  delete ports.courier.isAbsent;
  const joe = await addAdministrator(ports, account, {
    email: 'joe@acme.example',
    role,
    grants: [{ resource: resource.id, allowed: true }],
  });
  ports.courier.isAbsent = true;
  const act = { actor: actorOf(joe.opened.account, joe.opened.administrator) };
  const orderOf = (kind: LinkOrder['kind']): LinkOrder => ({
    ...{ user: user.id, kind, delivery: 'hand-over', language: 'en' },
    ...(kind === 'enrolment' && { resource: resource.id }),
  });
  const needs = { ...ports, issuer: ISSUER };
  const take = (kind: LinkOrder['kind']) => makeLink(needs, act, orderOf(kind));
  const judge = (kind: LinkOrder['kind']) => judgeLink(needs, act, orderOf(kind));
  const secret = async (kind: LinkOrder['kind']) => unwrap(await take(kind)).link?.split('#')[1] ?? '';
  return { scene, joe, take, judge, secret };
}
const reset = (link: string) => resetPassword(ports, {}, { link, password: NEW, language: 'en' });
const open = (link: string) => startLinkedFlow(ports, { link, client: {} });

test.each(['auto', 'password'] as const)(
  'refuses a password link where the password alone may sign in: %s',
  async (policy) => {
    const { take, judge } = await setStage(policy);
    expect([await take('password'), await judge('password')]).toEqual([BEYOND, BEYOND]);
  },
);

test('refuses a link to a first password, with which a token can be set up', async () => {
  const { take, judge } = await setStage('password-otp', 'help-desk', { password: false });
  expect([await take('password'), await judge('password')]).toEqual([BEYOND, BEYOND]);
});

test('refuses an enrolment link for a user without a password', async () => {
  const { take, judge } = await setStage('password-otp', 'help-desk', { password: false, tokens: [] });
  expect([await take('enrolment'), await judge('enrolment')]).toEqual([BEYOND, BEYOND]);
});

test('a password link works beside the token, and is void once the password alone may sign in', async () => {
  const { scene, secret } = await setStage('password-otp');
  const resource = resourceDocument.key(scene.resource.id);
  const first = await secret('password');
  await overwrite(ports, resource, { methodPolicy: 'auto' });
  expect(await reset(first)).toEqual({ refused: 'RESET_LINK_INVALID' });
  await overwrite(ports, resource, { methodPolicy: 'password-otp' });
  unwrap(await reset(first));
});

test.each(['before', 'after'] as const)(
  'a password link is refused or void where the token is deactivated %s',
  async (when) => {
    const { scene, secret, take, judge } = await setStage('password-otp');
    const deactivate = () => overwrite(ports, tokenDocument.key(scene.tokens[0]?.id ?? 'tok_0'), { enabled: false });
    if (when === 'before') {
      await deactivate();
      expect([await take('password'), await judge('password')]).toEqual([BEYOND, BEYOND]);
      return;
    }
    const link = await secret('password');
    await deactivate();
    expect(await reset(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
  },
);

// The attack: it uses the link beside the token, and then has the token deactivated.
describe('a password of the help desk signs in nowhere alone', () => {
  async function setKnown(role: GivenRole = 'help-desk') {
    const { scene, secret, take } = await setStage('password-otp', role);
    unwrap(await reset(await secret('password')));
    const { account, resource, user } = scene;
    const asked = { account, resource: resource.id, user: user.login, password: NEW } as const;
    const deactivate = () => overwrite(ports, tokenDocument.key(scene.tokens[0]?.id ?? 'tok_0'), { enabled: false });
    const signIn = async (password = NEW) => {
      const walk = await LoginDriver.begin(scene);
      await walk.identify();
      await walk.password(password);
      return walk.view.step;
    };
    return {
      scene,
      take,
      deactivate,
      signIn,
      call: (otp?: string) => authenticate(ports, { ...asked, method: 'password-otp', ...omitUndefined({ otp }) }),
      callWithPassword: () => authenticate(ports, { ...asked, method: 'password' }),
    };
  }

  test('where its token is deactivated later, or the policy changes', async () => {
    const { scene, deactivate, signIn, call } = await setKnown();
    const right = (await scene.tokens[0]?.code()) ?? '';
    expect(await call(right)).toMatchObject({ otp: 'verified' });
    await deactivate();
    expect(await signIn()).toBe('denied');
    expect(await call()).toMatchObject({ refused: 'ACCESS_DENIED' });
    expect(await call('000000')).toMatchObject({ refused: 'ACCESS_DENIED' });
    await overwrite(ports, resourceDocument.key(scene.resource.id), { methodPolicy: 'password' });
    expect(await signIn()).toBe('denied');
  });

  // The attack: the policy of the widget demands a code, and the site's backend asks for the password alone.
  test('where a backend names the password as the method', async () => {
    const { scene, callWithPassword } = await setKnown();
    expect(await callWithPassword()).toMatchObject({ refused: 'ACCESS_DENIED' });
    const asked = { resource: scene.resource.id, subject: { user: scene.user.id, method: 'password' as const } };
    expect(await explain(ports, operatorContext(scene.account), asked)).toMatchObject({
      explained: { verdict: { code: 'ACCESS_DENIED' } },
    });
    unwrap(await updateUser(ports, scene.account, scene.user.id, { needsConfirmation: false }));
    expect(await callWithPassword()).toMatchObject({ otp: 'not_used' });
  });

  // The attack: the user keeps that password, and the help desk sets up a token of its own beside it.
  test('and no link to a token is given beside it, also after the user has shown theirs', async () => {
    const { scene, take, call } = await setKnown();
    await call((await scene.tokens[0]?.code()) ?? '');
    expect(await read(ports, userDocument.key(scene.user.id))).not.toHaveProperty('needsConfirmation');
    expect(await take('enrolment')).toEqual(BEYOND);
  });

  test('until an administrator confirms the user', async () => {
    const { scene, deactivate, signIn, call } = await setKnown();
    await deactivate();
    unwrap(await updateUser(ports, scene.account, scene.user.id, { needsConfirmation: false }));
    expect(await signIn()).toBe('done');
    expect(await call()).toMatchObject({ otp: 'skipped' });
  });

  test('until the password changes', async () => {
    const { scene, deactivate, signIn } = await setKnown();
    await deactivate();
    const password = 'another one that is long';
    unwrap(await updateUser(ports, scene.account, scene.user.id, { password }));
    expect(await signIn(password)).toBe('done');
  });

  test('and that of an administrator does, who could deactivate the token too', async () => {
    const { deactivate, signIn } = await setKnown('administrator');
    await deactivate();
    expect(await signIn()).toBe('done');
  });
});

test('a new password voids the enrolment link, and another one is refused', async () => {
  const { secret, take } = await setStage('password-otp');
  const token = await secret('enrolment');
  expect(await open(token)).toHaveProperty('handle');
  unwrap(await reset(await secret('password')));
  expect(await open(token)).toEqual({ refused: 'ENROLMENT_LINK_INVALID' });
  expect(await take('enrolment')).toEqual(BEYOND);
});

test('a password that changes while the token is set up voids the link', async () => {
  const { scene, secret } = await setStage('auto');
  const begun = unwrap(await open(await secret('enrolment'))) as FlowView & { handle: string };
  const walk = new LoginDriver(scene, ports, begun, undefined);
  await walk.password(PASSWORD);
  const changed = { password: 'another one that is long' };
  unwrap(await updateUser(ports, scene.account, scene.user.id, changed));
  await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  expect(walk.view.step).toBe('denied');
});

test('a link to a token asks for the password, and works with it', async () => {
  const { scene, secret } = await setStage('auto');
  const begun = unwrap(await open(await secret('enrolment'))) as FlowView & { handle: string };
  expect(begun.step).toBe('password');
  const walk = new LoginDriver(scene, ports, begun, undefined);
  await walk.password(PASSWORD);
  await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  expect(walk.view.error).toBeUndefined();
  expect(walk.view.step).not.toBe('denied');
});

// SR-39. The attack: an administrator takes links, is moved to the help desk, and uses them.
test('SR-39: a link from before its maker was of the help desk is void', async () => {
  const { scene, joe, secret } = await setStage('auto', 'administrator');
  const link = await secret('password');
  unwrap(await updateAdministrator(ports, operatorContext(scene.account), joe.id, { role: 'help-desk' }));
  expect(await reset(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
});

test.each(['read-only', 'administrator'] as const)('a link of the help desk whose maker is now %s', async (role) => {
  const { scene, joe, secret } = await setStage('password-otp');
  const link = await secret('password');
  unwrap(await updateAdministrator(ports, operatorContext(scene.account), joe.id, { role }));
  const outcome = await reset(link);
  if (role === 'read-only') expect(outcome).toEqual({ refused: 'RESET_LINK_INVALID' });
  else unwrap(outcome);
});

test('an administrator of the resource takes what the help desk may not', async () => {
  const { scene, secret } = await setStage('auto', 'administrator');
  unwrap(await reset(await secret('password')));
  await overwrite(ports, userDocument.key(scene.user.id), { needsConfirmation: {} });
  expect(await open(await secret('enrolment'))).toHaveProperty('handle');
});
