import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import { removeAdministrator } from '../administration/change-administrator.ts';
import type { Administrator, AdministratorActor } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { Actor } from '../kernel/actor.ts';
import type { ResourceId } from '../kernel/ids.ts';
import { resetPassword } from '../sign-in/recovery/password-reset/reset-password.ts';
import { startPasswordReset } from '../sign-in/recovery/password-reset/start-password-reset.ts';
import { unlockOwnTokens } from '../sign-in/recovery/unlock/unlock-own-tokens.ts';
import { startLinkedFlow } from '../sign-in/start/start-linked-flow.ts';
import { newOperation } from '../store/transact.ts';
import { assign, operatorContext, updateUser } from '../testing/as-operator.ts';
import { fakeHash } from '../testing/fake-hasher.ts';
import {
  addResource,
  createFixture,
  type Fixture,
  type FixtureOptions,
  overwrite,
  read,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { totpApp } from '../testing/totp-app.ts';
import { userDocument } from '../users/documents.ts';
import { type LinkOrder, makeLink } from './make-link.ts';

const NEW = 'seven quiet marmots';
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('hand-over');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.courier.isAbsent = true;
});

const setStage = (options: FixtureOptions = {}) =>
  createFixture(ports, {
    ...options,
    resource: { enrolment: { kinds: ['totp'], required: false, unlockByMail: true }, ...options.resource },
    user: { email: 'alice@shop.example', ...options.user },
  });

/** An administrator who may act on these resources. */
function administratorOf({ account }: Fixture, resources: readonly ResourceId[]): AdministratorActor {
  return { kind: 'administrator', account, id: 'adm_00000000001', role: 'administrator', resources };
}
const superuserOf = ({ account }: Fixture): AdministratorActor => ({
  kind: 'administrator',
  account,
  id: 'adm_00000000002',
  role: 'superuser',
  resources: [],
});

/** Stores an administrator with these rights. */
async function appoint({ account, id, role, resources }: AdministratorActor) {
  const administrator: Administrator = {
    ...{ id, account, email: `${id}@shop.example`, name: id, language: 'en', state: 'active', role: 'administrator' },
    ...{ grants: resources.map((resource) => ({ resource, allowed: true })), createdAt: 0, sessionEpoch: 0 },
    recovery: { macs: [], failures: 0 },
    createdBy: { kind: 'operator' },
  };
  const key = administratorDocument.key(account, id);
  const operation = newOperation(ports);
  await ports.store.commit({ anchor: key.anchor, operation, now: 0, expect: [], put: [{ key, value: administrator }] });
  if (role === 'superuser') await overwrite(ports, accountDocument.key(account), { superuser: id });
}

async function take({ user }: Fixture, actor: Actor, order: Partial<LinkOrder> = {}) {
  if (actor.kind === 'administrator') await appoint(actor);
  const usual = { user: user.id, kind: 'password', delivery: 'hand-over', language: 'en' } as const;
  return makeLink({ ...ports, issuer: ISSUER }, { actor }, { ...usual, ...order });
}
const secretOf = ({ link = '' }: { link?: string }) => link.split('#')[1] ?? '';
const takeSecret = async (scene: Fixture, actor: Actor, order?: Partial<LinkOrder>) =>
  secretOf(unwrap(await take(scene, actor, order)));
const redeem = (link: string) => resetPassword(ports, {}, { link, password: NEW, language: 'en' });
const open = (link: string) => startLinkedFlow(ports, { link, client: {} });

async function lastEvent() {
  const { store } = ports;
  const streams = await Promise.all(
    Array.from({ length: store.partitions }, (_, partition) => store.readEvents(partition, 0, 1000)),
  );
  return streams.flat().at(-1)?.event;
}

// SR-41. The attack: an administrator takes the link that only the user should read, and chooses their password.
describe('SR-41: a link of a user whom mail reaches', () => {
  test.each(['password', 'enrolment'] as const)('is for none of the administrators: %s', async (kind) => {
    delete ports.courier.isAbsent;
    const scene = await setStage();
    for (const actor of [superuserOf(scene), administratorOf(scene, [scene.resource.id])]) {
      expect(await take(scene, actor, { kind })).toEqual({ refused: 'LINK_BY_MAIL_ONLY' });
    }
  });

  test('keeps working when an administrator asked for another in vain', async () => {
    delete ports.courier.isAbsent;
    const scene = await setStage();
    unwrap(await startPasswordReset(ports, operatorContext(scene.account), scene.user.id, { language: 'en' }));
    await take(scene, superuserOf(scene));
    unwrap(await redeem(secretOf({ link: ports.courier.last('password-reset', 'alice@shop.example').path })));
  });

  test('is given to callers who may choose the password anyway', async () => {
    delete ports.courier.isAbsent;
    const scene = await setStage();
    const { account } = scene;
    const key: Actor = { kind: 'api-key', account, id: 'key_00000000001', scopes: ['write'] };
    for (const actor of [key, operatorContext(account).actor]) {
      unwrap(await redeem(await takeSecret(scene, actor)));
    }
  });

  test('is handed over to a user without an address', async () => {
    delete ports.courier.isAbsent;
    const scene = await createFixture(ports);
    unwrap(await redeem(await takeSecret(scene, superuserOf(scene))));
    expect(ports.courier.sent).toEqual([]);
  });
});

// SR-67. The attack: an administrator of the shop takes a link of a user who gets the bank too, and opens the bank.
describe('SR-67: a link is void once its user has more than its maker may act on', () => {
  async function giveBank(scene: Fixture) {
    const bank = await addResource(ports, scene.account, {
      name: 'Bank',
      enrolment: { kinds: ['totp'], required: false },
    });
    unwrap(await assign(ports, { account: scene.account, resource: bank.id, user: scene.user.id }));
    return bank;
  }

  test('there is none for a user who has the bank already', async () => {
    const scene = await setStage();
    await giveBank(scene);
    for (const order of [{ kind: 'password' }, { kind: 'enrolment', resource: scene.resource.id }] as const) {
      const shop = administratorOf(scene, [scene.resource.id]);
      expect(await take(scene, shop, order)).toEqual({ refused: 'FORBIDDEN' });
    }
  });

  test('that to a password', async () => {
    const scene = await setStage();
    const before = await read(ports, userDocument.key(scene.user.id));
    const link = await takeSecret(scene, administratorOf(scene, [scene.resource.id]));
    const bank = await giveBank(scene);
    expect(await redeem(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
    expect((await read(ports, userDocument.key(scene.user.id))).passwordHash).toBe(before.passwordHash);
    const both = await takeSecret(scene, administratorOf(scene, [scene.resource.id, bank.id]));
    unwrap(await redeem(both));
  });

  test('that to a token, also after it was opened', async () => {
    const scene = await setStage({ password: false, resource: { methodPolicy: 'otp' } });
    const link = await takeSecret(scene, administratorOf(scene, [scene.resource.id]), { kind: 'enrolment' });
    const begun = unwrap(await open(link)) as FlowView & { handle: string };
    const walk = new LoginDriver(scene, ports, begun, undefined);
    await giveBank(scene);
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    const { assignments } = await read(ports, userDocument.key(scene.user.id));
    expect(assignments.flatMap(({ tokens }) => tokens)).toEqual([]);
    expect(await open(link)).toMatchObject({ refused: 'ENROLMENT_LINK_INVALID' });
  });

  test('one of the superuser stays valid', async () => {
    const scene = await setStage();
    const link = await takeSecret(scene, superuserOf(scene));
    await giveBank(scene);
    unwrap(await redeem(link));
  });
});

// SR-67. The attack: an administrator takes links before they are removed or lose a resource, and uses them afterwards.
describe('SR-67: a link is void once its maker may not change the user any more', () => {
  const losses: [string, (scene: Fixture, maker: AdministratorActor) => Promise<unknown>][] = [
    ['a removed one', ({ account }, { id }) => removeAdministrator(ports, operatorContext(account), id)],
    ['one who has lost the resource', (_, maker) => appoint({ ...maker, resources: [] })],
  ];
  describe.each(losses)('%s', (_, lose) => {
    test('that to a password', async () => {
      const scene = await setStage();
      const maker = administratorOf(scene, [scene.resource.id]);
      const link = await takeSecret(scene, maker);
      await lose(scene, maker);
      expect(await redeem(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
    });

    test('that to a token, also after it was opened', async () => {
      const scene = await setStage({ password: false, resource: { methodPolicy: 'otp' } });
      const maker = administratorOf(scene, [scene.resource.id]);
      const link = await takeSecret(scene, maker, { kind: 'enrolment' });
      const begun = unwrap(await open(link)) as FlowView & { handle: string };
      const walk = new LoginDriver(scene, ports, begun, undefined);
      await lose(scene, maker);
      await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
      const { assignments } = await read(ports, userDocument.key(scene.user.id));
      expect(assignments.flatMap(({ tokens }) => tokens)).toEqual([]);
      expect(await open(link)).toMatchObject({ refused: 'ENROLMENT_LINK_INVALID' });
    });

    test('that to locked tokens', async () => {
      const scene = await setStage({ tokens: [{}] });
      const walk = await LoginDriver.toOtp(scene);
      for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
      const maker = administratorOf(scene, [scene.resource.id]);
      const link = await takeSecret(scene, maker, { kind: 'unlock', resource: scene.resource.id });
      await lose(scene, maker);
      expect(await unlockOwnTokens(ports, {}, { link, language: 'en' })).toEqual({ refused: 'LINK_INVALID' });
    });
  });

  test('one of a former superuser', async () => {
    const scene = await setStage();
    const link = await takeSecret(scene, superuserOf(scene));
    await overwrite(ports, accountDocument.key(scene.account), { superuser: 'adm_00000000009' });
    expect(await redeem(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
  });
});

describe('without mail', () => {
  test('a link to a password works once, and the audit log names who took it and never the link', async () => {
    const scene = await setStage();
    const { link = '', expiresAt } = unwrap(await take(scene, superuserOf(scene)));
    expect(link).toMatch(new RegExp(`^${ISSUER}/reset/password\\?lang=en&resource=${scene.resource.id}#usr_`));
    expect(expiresAt).toBe(ports.clock.now() + 1_800_000);
    const event = await lastEvent();
    expect(event).toMatchObject({
      type: 'user.password-link-handed-over',
      subject: scene.user.id,
      actor: { kind: 'administrator', id: 'adm_00000000002' },
    });
    expect(JSON.stringify(event)).not.toContain(secretOf({ link }).split('.')[1]);
    const { deliver } = unwrap(await redeem(secretOf({ link })));
    await deliver();
    const user = await read(ports, userDocument.key(scene.user.id));
    expect(user).toMatchObject({ passwordHash: fakeHash(NEW), needsConfirmation: {} });
    expect(await redeem(secretOf({ link }))).toEqual({ refused: 'RESET_LINK_INVALID' });
  });

  test('a link to a token leads to one where the user has none that works', async () => {
    const scene = await setStage({ tokens: [{ state: 'secret-lost' }] });
    const link = await takeSecret(scene, superuserOf(scene), { kind: 'enrolment', validForMs: 604_800_000 });
    ports.clock.advance(604_000_000);
    const begun = unwrap(await open(link)) as FlowView & { handle: string };
    const walk = new LoginDriver(scene, ports, begun, undefined);
    await walk.password();
    await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
    expect(await walk.confirmCodes()).toMatchObject({ step: 'done' });
    expect(await take(scene, superuserOf(scene), { kind: 'enrolment' })).toEqual({ refused: 'ENROLMENT_NOT_NEEDED' });
  });

  test('a link lifts a lock by wrong codes, and none by an administrator', async () => {
    const scene = await setStage({ tokens: [{}] });
    const order = { kind: 'unlock', resource: scene.resource.id } as const;
    expect(await take(scene, superuserOf(scene), order)).toEqual({ refused: 'NOTHING_TO_UNLOCK' });
    const walk = await LoginDriver.toOtp(scene);
    for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
    const link = await takeSecret(scene, superuserOf(scene), order);
    expect(await unlockOwnTokens(ports, {}, { link, language: 'en' })).toEqual({ unlocked: true });
    expect((await scene.tokens[0]?.stored())?.lock).toBeUndefined();
  });

  test('a new address of the user voids it', async () => {
    const scene = await createFixture(ports);
    const link = await takeSecret(scene, superuserOf(scene));
    unwrap(await updateUser(ports, scene.account, scene.user.id, { email: 'mine@evil.example' }));
    expect(await redeem(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
  });

  test('there is none for a blocked user, none without limit, and none longer than it may be', async () => {
    const scene = await setStage();
    const actor = superuserOf(scene);
    expect(await take(scene, actor, { validForMs: 86_400_001 })).toMatchObject({ field: 'validForMs' });
    expect(await take(scene, actor, { kind: 'unlock' })).toMatchObject({ field: 'resource' });
    expect(await take(scene, actor, { resource: scene.resource.id })).toMatchObject({ field: 'resource' });
    await overwrite(ports, userDocument.key(scene.user.id), { blocked: true });
    expect(await take(scene, actor)).toEqual({ refused: 'USER_BLOCKED' });
    await overwrite(ports, userDocument.key(scene.user.id), { blocked: false });
    let refused: object = {};
    for (let i = 0; i < 11; i++) refused = await take(scene, actor);
    expect(refused).toMatchObject({ refused: 'RATE_LIMITED' });
  });
});
