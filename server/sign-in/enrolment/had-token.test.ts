import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deleteResource } from '../../resources/delete-resource.ts';
import { assign, operatorContext, unassign, updateToken } from '../../testing/as-operator.ts';
import { giveRecoveryCodes } from '../../testing/devices/recovery-device.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  overwrite,
  read,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, shownIn, withOwnApp } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';
import { addOwnToken } from '../self-service/add-token.ts';
import { removeOwnToken } from '../self-service/remove-token.ts';
import { startLinkedFlow } from '../start/start-linked-flow.ts';
import { sendEnrolmentLink } from './send-enrolment-link.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('had-token');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(60_000);
});

const ENROLMENT = { kinds: ['totp' as const], required: false };
const setStage = () =>
  createFixture(ports, {
    tokens: [{}],
    alone: true,
    resource: { enrolment: ENROLMENT },
    user: { email: 'alice@shop.example' },
  });
const idOf = ({ tokens: [token] }: Fixture) => {
  if (!token) throw new Error('no token');
  return token.id;
};

/** As a crash between the token and the mark leaves the user. */
async function withoutMark({ user }: Fixture): Promise<void> {
  await overwrite(ports, userDocument.key(user.id), { hadToken: undefined as never });
}

async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, { purpose: 'enrol' });
  await walk.identify();
  await walk.password();
  return walk;
}

/** A password alone starts no enrolment; if none is required, the sign-in continues without. */
async function expectNoEnrolment(scene: Fixture): Promise<void> {
  const { view } = await byPassword(scene);
  expect(view.enrol).toBeUndefined();
  expect(view.step).toBe('done');
}

type Route = (scene: Fixture) => Promise<unknown>;
const remove: Route = async (scene) => unwrap(await deleteToken(ports, operatorContext(scene.account), idOf(scene)));
const unassigned: Route = async ({ account, resource, user, tokens: [token] }) =>
  unwrap(await unassign(ports, { account, resource: resource.id, user: user.id, token: token?.id ?? ('' as never) }));

const ROUTES: Record<string, Route> = {
  deleted: remove,
  'unassigned, then deleted': async (scene) => {
    await unassigned(scene);
    await remove(scene);
  },
  'taken back, then deleted': async (scene) => {
    unwrap(await updateToken(ports, scene.account, idOf(scene), { owner: null }));
    await unassigned(scene);
    await remove(scene);
  },
  'given to another user': async (scene) => {
    const other = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    unwrap(await updateToken(ports, scene.account, idOf(scene), { owner: other.user.id }));
    await unassigned(scene);
  },
  'given to another user, with its resource deleted': async (scene) => {
    const [from, to] = [scene.resource, await addResource(ports, scene.account, { enrolment: ENROLMENT })];
    unwrap(await assign(ports, { account: scene.account, resource: to.id, user: scene.user.id }));
    const other = await addUser(ports, scene.account, to, { user: { login: 'bob' } });
    unwrap(await updateToken(ports, scene.account, idOf(scene), { owner: other.user.id }));
    unwrap(await deleteResource(ports, operatorContext(scene.account), from.id));
    scene.resource = to;
  },
};

// SR-69. The attack: the finder of the phone also has the password, and the lost token was deleted.
describe.each(Object.entries(ROUTES))('with a token that was %s', (_, route) => {
  test('a password alone enrols nothing', async () => {
    const scene = await setStage();
    await route(scene);
    await expectNoEnrolment(scene);
  });
});

// SR-69
describe('a token that is gone', () => {
  test('was never assigned, and a password alone still enrols nothing', async () => {
    const scene = await createFixture(ports, { resource: { enrolment: ENROLMENT } });
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    await withoutMark(scene);
    unwrap(await deleteToken(ports, operatorContext(scene.account), token.id));
    await expectNoEnrolment(scene);
  });

  test('was a set of recovery codes, and a password alone still enrols nothing', async () => {
    const scene = await createFixture(ports, { resource: { enrolment: ENROLMENT } });
    const { id: token } = await giveRecoveryCodes(scene);
    await withoutMark(scene);
    unwrap(await deleteToken(ports, operatorContext(scene.account), token));
    await expectNoEnrolment(scene);
  });

  test('was removed by its owner, who can add another on the page, and a finder with the password cannot', async () => {
    const scene = await createSelfServiceFixture(ports);
    const { walk } = await withOwnApp(scene);
    const [token] = shownIn(walk.view).tokens;
    expect(await walk.self(removeOwnToken, { token: token?.id ?? '' })).toMatchObject({ self: { tokens: [] } });
    await expectNoEnrolment(scene);
    const thief = await LoginDriver.begin(scene, { purpose: 'self' });
    await thief.identify();
    await thief.password();
    expect(shownIn(thief.view).may.addToken).toBe(false);
    expect(await thief.self(addOwnToken, {})).toMatchObject({ step: 'self', error: { code: 'PROOF_LACKING' } });
    expect(shownIn(walk.view).may.addToken).toBe(true);
    expect(await walk.self(addOwnToken, {})).toMatchObject({ step: 'enrol' });
  });

  test('is replaced by an enrolment link from an administrator', async () => {
    const scene = await setStage();
    await remove(scene);
    const link = { resource: scene.resource.id, language: 'en' } as const;
    unwrap(await sendEnrolmentLink(ports, operatorContext(scene.account), scene.user.id, link));
    const text = ports.courier.last('enrolment-link', 'alice@shop.example').path.split('#')[1] ?? '';
    const begun = unwrap(await startLinkedFlow(ports, { link: text, client: {} }));
    const walk = new LoginDriver(scene, ports, begun as never, undefined);
    await walk.password();
    const app = totpApp(walk.view);
    await walk.enrol(app.code(ports.clock.now()));
    expect(await walk.confirmCodes()).toMatchObject({ step: 'done' });
    ports.clock.advance(60_000);
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp(app.code(ports.clock.now()))).toMatchObject({ step: 'done' });
  });
});

// SR-69. The attack: the enrolment starts before the token is assigned and ends after it is deleted.
test('an enrolment on a password alone ends once the user has had a token meanwhile', async () => {
  const scene = await createFixture(ports, { resource: { enrolment: ENROLMENT } });
  const walk = await byPassword(scene);
  expect(walk.view).toMatchObject({ step: 'enrol' });
  const app = totpApp(walk.view);
  const token = await addToken(ports, scene.account, { owner: scene.user.id });
  unwrap(await deleteToken(ports, operatorContext(scene.account), token.id));
  expect(await walk.enrol(app.code(ports.clock.now()))).not.toMatchObject({ step: 'codes' });
  const user = await read(ports, userDocument.key(scene.user.id));
  expect(user.assignments).toMatchObject([{ tokens: [] }]);
});

test('the commit of an enrolment on a password alone checks the mark itself', async () => {
  const scene = await createFixture(ports, { resource: { enrolment: ENROLMENT } });
  const walk = await byPassword(scene);
  const app = totpApp(walk.view);
  ports.store.intercept.commit = async (change, go) => {
    const isAssigning = change.put?.some(({ key }) => key.name === userDocument.key(scene.user.id).name);
    if (!isAssigning) return go();
    ports.store.intercept = {};
    await overwrite(ports, userDocument.key(scene.user.id), { hadToken: true });
    return go();
  };
  expect(await walk.enrol(app.code(ports.clock.now()))).not.toMatchObject({ step: 'codes' });
  expect((await read(ports, userDocument.key(scene.user.id))).assignments).toMatchObject([{ tokens: [] }]);
});

// SR-69: a crash in between must deny only.
test('an interrupted deletion leaves the mark', async () => {
  const scene = await createFixture(ports, { resource: { enrolment: ENROLMENT } });
  const token = await addToken(ports, scene.account, { owner: scene.user.id });
  await withoutMark(scene);
  ports.store.intercept.commit = async (change, go) => {
    if (change.delete?.length) throw new Error('killed');
    return go();
  };
  await expect(deleteToken(ports, operatorContext(scene.account), token.id)).rejects.toThrow('killed');
  ports.store.intercept = {};
  expect(await read(ports, userDocument.key(scene.user.id))).toMatchObject({ hadToken: true });
  expect(await read(ports, tokenDocument.key(token.id))).toMatchObject({ owner: scene.user.id });
});

test('the leftover of an interrupted enrolment is no token, and its deletion leaves no mark', async () => {
  const scene = await createFixture(ports, { resource: { enrolment: ENROLMENT } });
  const token = await addToken(ports, scene.account, { owner: scene.user.id });
  await withoutMark(scene);
  await overwrite(ports, tokenDocument.key(token.id), { createdBy: { kind: 'user', id: scene.user.id } });
  unwrap(await deleteToken(ports, operatorContext(scene.account), token.id));
  expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
});
