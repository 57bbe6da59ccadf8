import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../kernel/actor.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal } from '../../kernel/result.ts';
import { passwordAttemptsDocument } from '../../passwords/documents.ts';
import { assign as assignAs } from '../../resources/assign.ts';
import { deleteResource } from '../../resources/delete-resource.ts';
import { resourceDocument, resourceIndexes } from '../../resources/documents.ts';
import { countTry } from '../../sign-in/enrolment/count-try.ts';
import { enrolmentTriesDocument } from '../../sign-in/enrolment/documents.ts';
import {
  assign,
  authenticate,
  consumeResult,
  createToken,
  operatorContext,
  updateToken,
} from '../../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  birth,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  PASSWORD,
  read,
  unwrap,
} from '../../testing/fixtures.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import type { Token } from '../../tokens/token.ts';
import { createUser } from '../../user-management/create-user.ts';
import { deleteUser } from '../../user-management/delete-user.ts';
import { nameClaimDocument, userDocument, userIndexes } from '../../users/documents.ts';
import { findUser } from '../../users/find-user.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('deletes');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const DOWN = new StoreUnavailable('no answer');
const listed = async (index: string) => (await ports.store.range(index, { limit: 1000 })).map(({ id }) => id);
const events = () =>
  ports.store.commits.flatMap(({ change }) => change.append ?? []).map((event) => event as { type: string });
const password = (scene: Fixture) =>
  authenticate(ports, {
    account: scene.account,
    resource: scene.resource.id,
    user: 'alice',
    method: 'password',
    password: PASSWORD,
  });
const act = (scene: Fixture) => operatorContext(scene.account);
const administrator = (scene: Fixture, id = 'adm_00000000001' as const): RequestContext & { actor: Actor } => ({
  actor: { kind: 'administrator', account: scene.account, id, role: 'administrator', resources: [scene.resource.id] },
});

describe('a deleted user', () => {
  test('SR-39: signs in no more, and their flows and results are void', async () => {
    const scene = await createFixture(ports, { tokens: [{}], alone: true });
    const { account, resource, user, tokens } = scene;
    const waiting = await LoginDriver.toOtp(scene);
    const finished = await LoginDriver.toOtp(scene);
    await finished.otp((await tokens[0]?.code()) ?? '');
    const result = finished.view.result ?? '';
    expect(result).not.toBe('');
    expect(await deleteUser(ports, act(scene), user.id)).toEqual({ deleted: true });

    expect(await password(scene)).toEqual({ refused: 'INVALID_CREDENTIALS' });
    await waiting.otp((await tokens[0]?.code(1)) ?? '');
    expect(waiting.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    const consumed = await consumeResult(ports, { account, resource: resource.id, result, nonce: NONCE });
    expect(consumed).toEqual({ refused: 'RESULT_REVOKED' });
    expect(await finished.look()).toMatchObject({ step: 'denied' });
  });

  test('loses their counters', async () => {
    const scene = await createFixture(ports);
    const { id } = scene.user;
    unwrap(await countTry(ports, id, 5));
    const counts = [passwordAttemptsDocument.key(id), enrolmentTriesDocument.key(id)] as const;
    expect((await ports.store.getMany(counts, ports.clock.now()))[1]).toBeDefined();
    unwrap(await deleteUser(ports, act(scene), id));
    expect(await ports.store.getMany(counts, ports.clock.now())).toEqual([undefined, undefined]);
  });

  test('frees every name, and leaves tokens without an owner under a new epoch', async () => {
    const names = { alias: 'al', email: 'alice@example.com', phone: '+4312345678901' };
    const scene = await createFixture(ports, { tokens: [{}], user: names });
    const { account, user, tokens, resource } = scene;
    unwrap(await deleteUser(ports, act(scene), user.id));
    const stored = await read(ports, tokenDocument.key(tokens[0]?.id ?? 'tok_00000000000'));
    expect(stored).toMatchObject({ epoch: 1 });
    expect(stored).not.toHaveProperty('owner');
    for (const index of [
      userIndexes.created(account),
      userIndexes.names(account),
      userIndexes.onResource(account, resource.id),
      tokenIndexes.ofOwner(account, user.id),
    ]) {
      expect(await listed(index)).toEqual([]);
    }
    for (const name of ['alice', 'al', 'alice@example.com', '4312345678901']) {
      const [claim] = await ports.store.getMany([nameClaimDocument.key(account, name)], ports.clock.now());
      expect(claim).toBeUndefined();
    }
    const again = unwrap(await createUser(ports, act(scene), birth(ports, 'usr'), { login: 'alice', ...names }));
    expect(await findUser(ports, account, 'AL')).toEqual(again.user);
  });

  test('stays deleted after an interruption at any point, and a repeat cleans up', async () => {
    for (let at = 0; ; at++) {
      const scene = await createFixture(ports, { tokens: [{}], alone: true });
      let commits = 0;
      ports.store.intercept = {
        async commit(change, go) {
          if (touches(change, 'user')) return go();
          if (commits++ === at) throw DOWN;
          return go();
        },
      };
      const outcome = await deleteUser(ports, act(scene), scene.user.id).catch((error: unknown) => error);
      ports.store.intercept = {};
      if (outcome !== DOWN) {
        expect(at).toBeGreaterThan(2);
        break;
      }
      expect(await password(scene)).toEqual({ refused: 'INVALID_CREDENTIALS' });
      expect(await deleteUser(ports, act(scene), scene.user.id)).toEqual({ refused: 'USER_NOT_FOUND' });
      const stored = await read(ports, tokenDocument.key(scene.tokens[0]?.id ?? 'tok_00000000000'));
      expect(stored).not.toHaveProperty('owner');
      // Claims without a user are taken over.
      unwrap(await createUser(ports, act(scene), birth(ports, 'usr'), { login: 'alice' }));
    }
  });

  test('gets no token that is given to them at the same time', async () => {
    const scene = await createFixture(ports);
    const { account, user } = scene;
    const other = await addToken(ports, account, {});
    const during = async (change: Parameters<typeof touches>[0]) => {
      if (!touches(change, 'token')) return;
      ports.store.intercept = {};
      unwrap(await deleteUser(ports, act(scene), user.id));
    };
    ports.store.intercept = { commit: async (change, go) => during(change).then(go) };
    expect(await updateToken(ports, account, other.id, { owner: user.id })).toEqual({ refused: 'USER_NOT_FOUND' });
    expect(await other.stored()).not.toHaveProperty('owner');
  });

  test('gets no token that is created for them at the same time', async () => {
    const scene = await createFixture(ports);
    const { account, user } = scene;
    ports.store.intercept = {
      async commit(change, go) {
        if (touches(change, 'token')) {
          ports.store.intercept = {};
          unwrap(await deleteUser(ports, act(scene), user.id));
        }
        return go();
      },
    };
    const spec = { name: 'phone', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000, counter: 0 } as const;
    const created = await createToken(ports, birth(ports, 'tok'), account, { ...spec, owner: user.id });
    expect(created).toEqual({ refused: 'USER_NOT_FOUND' });
    expect(await listed(tokenIndexes.ofOwner(account, user.id))).toEqual([]);
  });

  test('SR-34: leaves one event, and one for the change of their token’s owner', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const before = events().length;
    unwrap(await deleteUser(ports, act(scene), scene.user.id));
    expect(events().slice(before)).toMatchObject([
      { type: 'user.deleted', subject: scene.user.id, actor: { kind: 'operator' } },
      { type: 'token.updated', subject: scene.tokens[0]?.id, changed: ['epoch', 'owner'], related: [scene.user.id] },
    ]);
  });
});

describe('a deleted token', () => {
  test('signs in no user, and is in no assignment', async () => {
    const scene = await createFixture(ports, { tokens: [{}, {}] });
    const [gone, kept] = scene.tokens;
    const code = (await gone?.code()) ?? '';
    unwrap(await deleteToken(ports, act(scene), gone?.id ?? 'tok_00000000000'));
    const common = { account: scene.account, resource: scene.resource.id, user: 'alice', method: 'otp' } as const;
    expect(await authenticate(ports, { ...common, otp: code })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await authenticate(ports, { ...common, otp: (await kept?.code()) ?? '' })).toMatchObject({
      otp: 'verified',
    });
    const { assignments } = await read(ports, userDocument.key(scene.user.id));
    expect(assignments).toMatchObject([{ tokens: [{ token: kept?.id }] }]);
  });

  test('was the only one: a user who was assigned with it alone is no longer assigned', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    expect(await password(scene)).toMatchObject({ method: 'password' });
    let isDeleted = false;
    ports.store.intercept = {
      // The clean-up fails: the pair stays in the user's document, and is void.
      commit(change, go) {
        isDeleted ||= touches(change, 'token');
        return isDeleted && touches(change, 'user') ? Promise.reject(DOWN) : go();
      },
    };
    await expect(deleteToken(ports, act(scene), scene.tokens[0]?.id ?? 'tok_00000000000')).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    expect(await password(scene)).toEqual({ refused: 'INVALID_CREDENTIALS' });
  });

  test('SR-39: voids the result of its code', async () => {
    const scene = await createFixture(ports, { tokens: [{}], alone: true });
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    unwrap(await deleteToken(ports, act(scene), scene.tokens[0]?.id ?? 'tok_00000000000'));
    const requested = { account: scene.account, resource: scene.resource.id, nonce: NONCE };
    expect(await consumeResult(ports, { ...requested, result: walk.view.result ?? '' })).toEqual({
      refused: 'RESULT_REVOKED',
    });
  });
});

describe('a deleted resource', () => {
  test('SR-39: accepts no sign-in, ends its flows and voids its results; assignments to it are removed', async () => {
    const scene = await createFixture(ports, { tokens: [{}], alone: true });
    const { account, resource, user } = scene;
    const direct = await addToken(ports, account, {});
    unwrap(await assign(ports, { account, resource: resource.id, token: direct.id }));
    const elsewhere = await addResource(ports, account);
    unwrap(await assign(ports, { account, resource: elsewhere.id, user: user.id }));
    const waiting = await LoginDriver.toOtp(scene);
    const finished = await LoginDriver.toOtp(scene);
    await finished.otp((await scene.tokens[0]?.code()) ?? '');
    unwrap(await deleteResource(ports, act(scene), resource.id));

    expect(await password(scene)).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    await waiting.otp('123456');
    expect(waiting.view).toMatchObject({ step: 'denied' });
    const result = finished.view.result ?? '';
    const consumed = await consumeResult(ports, { account, resource: resource.id, result, nonce: NONCE });
    expect(consumed).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    expect(await finished.look()).toMatchObject({ step: 'denied' });
    expect((await read(ports, userDocument.key(user.id))).assignments).toEqual([
      { resource: elsewhere.id, alone: true, tokens: [] },
    ]);
    expect((await direct.stored()).directResources).toEqual([]);
    expect(await listed(resourceIndexes.created(account))).toEqual([elsewhere.id]);
  });

  test('is cleaned up by a repeat after an interruption, and another account’s is left alone', async () => {
    const scene = await createFixture(ports);
    const { resource, user } = scene;
    ports.store.intercept = { commit: (change, go) => (touches(change, 'user') ? Promise.reject(DOWN) : go()) };
    await expect(deleteResource(ports, act(scene), resource.id)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    expect(await password(scene)).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    const other = await createFixture(ports);
    expect(await deleteResource(ports, act(other), resource.id)).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    expect((await read(ports, userDocument.key(user.id))).assignments).toHaveLength(1);
    expect(await deleteResource(ports, act(scene), resource.id)).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    expect((await read(ports, userDocument.key(user.id))).assignments).toEqual([]);
    expect(await deleteResource(ports, act(scene), other.resource.id)).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    expect(await read(ports, resourceDocument.key(other.resource.id))).toEqual(other.resource);
    expect((await read(ports, userDocument.key(other.user.id))).assignments).toHaveLength(1);
  });

  test('loses all its users, however many there are', async () => {
    const scene = await createFixture(ports);
    const { account, resource } = scene;
    for (let at = 0; at < 450; at++) {
      const login = `u${at}`;
      const { user } = unwrap(await createUser(ports, act(scene), birth(ports, 'usr'), { login }));
      unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
    }
    expect(await ports.store.range(userIndexes.onResource(account, resource.id), { limit: 1000 })).toHaveLength(451);
    unwrap(await deleteResource(ports, act(scene), resource.id));
    expect(await listed(userIndexes.onResource(account, resource.id))).toEqual([]);
  });
});

describe('the right to delete', () => {
  test('belongs to an administrator for their own objects only', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const self = administrator(scene);
    const own = unwrap(await createUser(ports, self, birth(ports, 'usr'), { login: 'own' })).user;
    expect(await deleteUser(ports, self, scene.user.id)).toEqual({ refused: 'FORBIDDEN' });
    const theirs = scene.tokens[0]?.id ?? 'tok_00000000000';
    expect(await deleteToken(ports, self, theirs)).toEqual({ refused: 'FORBIDDEN' });
    expect(await deleteResource(ports, self, scene.resource.id)).toEqual({ refused: 'FORBIDDEN' });
    expect(await deleteUser(ports, administrator(scene, 'adm_00000000002' as never), own.id)).toEqual({
      refused: 'FORBIDDEN',
    });
    expect(await deleteUser(ports, self, own.id)).toEqual({ deleted: true });
  });

  test('excludes the sign-in token of an administrator: for the superuser, and even for its owner', async () => {
    const scene = await createFixture(ports);
    const id = idFromBytes('adm', ports.random.bytes(7));
    const token = await addToken(ports, scene.account, {});
    await overwrite<Token>(ports, tokenDocument.key(token.id), { administrator: id });
    const superuser: RequestContext = {
      actor: { kind: 'administrator', account: scene.account, id: 'adm_00000000009', role: 'superuser', resources: [] },
    };
    for (const other of [superuser, act(scene)]) {
      expect(await deleteToken(ports, other, token.id)).toEqual({ refused: 'FORBIDDEN' });
      const assignment = { resource: scene.resource.id, token: token.id };
      expect(await assignAs(ports, other, assignment)).toEqual({ refused: 'FORBIDDEN' });
    }
    const updated = await updateToken(ports, scene.account, token.id, { enabled: false });
    expect(updated).toEqual({ refused: 'FORBIDDEN' });
    // It is replaced, after both factors, and never simply deleted.
    expect(await deleteToken(ports, administrator(scene, id as never), token.id)).toEqual({ refused: 'FORBIDDEN' });
  });

  test('does not extend to another account', async () => {
    const [scene, other] = [await createFixture(ports, { tokens: [{}] }), await createFixture(ports)];
    const user = await deleteUser(ports, act(other), scene.user.id);
    const token = await deleteToken(ports, act(other), scene.tokens[0]?.id ?? 'tok_00000000000');
    expect([user, token].map((outcome) => isRefusal(outcome) && outcome.refused)).toEqual([
      'USER_NOT_FOUND',
      'TOKEN_NOT_FOUND',
    ]);
    expect((await scene.tokens[0]?.stored())?.owner).toBe(scene.user.id);
    const mate = await addUser(ports, scene.account, scene.resource, { user: { login: 'mate' } });
    expect(await findUser(ports, scene.account, 'mate')).toEqual(mate.user);
  });
});
