import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { actorOf } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { GivenRole } from '../kernel/actor.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { addAdministrator, type FixtureAdministrator, selfServiceContext } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  overwrite,
  read,
  unwrap,
} from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { HELP_DESK_UNLOCKS_PER_DAY } from '../tokens/help-desk-unlocks.ts';
import { requestResync } from '../tokens/request-resync.ts';
import { type TokenChanges, updateToken } from '../tokens/update-token.ts';
import { type UserChanges, updateUser } from '../user-management/update-user.ts';
import { userDocument } from '../users/documents.ts';
import { transferSuperuser, updateAdministrator } from './change-administrator.ts';
import { authenticateSession, writeSession } from './login/authenticate-session.ts';

let ports: TestPorts;
let scene: Fixture;
let superuser: FixtureAdministrator;
beforeEach(async () => {
  ports = await openTestPorts('roles');
  scene = await createFixture(ports, { tokens: [{}] });
  superuser = await addAdministrator(ports, scene.account, { email: 'su@acme.example', superuser: true });
});
afterEach(() => ports.close());

const add = (role: GivenRole) =>
  addAdministrator(ports, scene.account, {
    email: `${role}@acme.example`,
    role,
    grants: [{ resource: scene.resource.id, allowed: true }],
  });
/** The administrator as their next request finds them. */
async function nextRequest(who: FixtureAdministrator): Promise<RequestContext> {
  const { account, administrator } = unwrap(await authenticateSession(ports, writeSession(who.opened)));
  return { actor: actorOf(account, administrator) };
}
const give = (id: FixtureAdministrator['id'], role: GivenRole, act: RequestContext = selfServiceContext(superuser)) =>
  updateAdministrator(ports, act, id, { role });

describe('a role', () => {
  // SR-39. The attack: an open session keeps the rights of the role that its administrator had.
  test('SR-39: takes effect with the next request of an open session', async () => {
    const ada = await add('administrator');
    expect(await updateUser(ports, await nextRequest(ada), scene.user.id, { blocked: true })).toHaveProperty('object');
    unwrap(await give(ada.id, 'help-desk'));
    expect(await updateUser(ports, await nextRequest(ada), scene.user.id, { blocked: true })).toEqual({
      refused: 'FORBIDDEN',
    });
    unwrap(await updateUser(ports, await nextRequest(ada), scene.user.id, { blocked: false }));
    unwrap(await give(ada.id, 'read-only'));
    expect(await updateUser(ports, await nextRequest(ada), scene.user.id, { blocked: false })).toEqual({
      refused: 'FORBIDDEN',
    });
    expect((await nextRequest(ada)).actor).toMatchObject({ resources: [], readable: [scene.resource.id] });
  });

  // SR-28. The attack: an administrator gives themselves, or the superuser, another role.
  test('SR-28: is given by the superuser alone, and to no superuser', async () => {
    const [ada, joe] = [await add('administrator'), await add('help-desk')];
    for (const who of [ada, joe]) {
      for (const of of [ada, joe, superuser]) {
        expect(await give(of.id, 'administrator', await nextRequest(who))).toEqual({ refused: 'FORBIDDEN' });
      }
    }
    expect(await give(superuser.id, 'read-only')).toEqual({ refused: 'SUPERUSER_STAYS' });
    const key = { kind: 'api-key', account: scene.account, id: 'key_00000000001', scopes: ['administer'] } as const;
    expect(await give(joe.id, 'administrator', { actor: key })).toEqual({ refused: 'FORBIDDEN' });
  });

  test('rests while its administrator is the superuser, and is back afterwards', async () => {
    const joe = await add('help-desk');
    unwrap(await transferSuperuser(ports, selfServiceContext(superuser), joe.id));
    const roleNow = async (superuserNow: string | undefined) => {
      const administrator = await read(ports, administratorDocument.key(scene.account, joe.id));
      return actorOf({ superuser: superuserNow as FixtureAdministrator['id'] }, administrator).role;
    };
    expect(await roleNow(joe.id)).toBe('superuser');
    expect(await roleNow(superuser.id)).toBe('help-desk');
  });
});

// SR-27. The attack: the help desk puts another change into the request that unlocks.
describe('SR-27: the help desk', () => {
  const tokenOf = (): TokenId => scene.tokens[0]?.id ?? 'tok_00000000000';

  test('unblocks a user, and changes nothing of them besides', async () => {
    const joe = await nextRequest(await add('help-desk'));
    await overwrite(ports, userDocument.key(scene.user.id), { blocked: true });
    const others: UserChanges[] = [
      { blocked: true },
      { blocked: false, email: 'joe@evil.example' },
      { blocked: false, password: 'a password that joe knows' },
      { needsConfirmation: false },
      {},
    ];
    for (const changes of others) {
      expect(await updateUser(ports, joe, scene.user.id, changes)).toEqual({ refused: 'FORBIDDEN' });
    }
    expect(unwrap(await updateUser(ports, joe, scene.user.id, { blocked: false })).object.blocked).toBe(false);
  });

  test('unlocks a token, and changes nothing of it besides', async () => {
    const joe = await nextRequest(await add('help-desk'));
    await overwrite(ports, tokenDocument.key(tokenOf()), { lock: { reason: 'otp-failures', at: 0 } });
    const others: TokenChanges[] = [
      { locked: true },
      { locked: false, enabled: true },
      { locked: false, owner: null },
      { to: 'joe@evil.example' },
      { pin: null },
      {},
    ];
    for (const changes of others) {
      expect(await updateToken(ports, joe, tokenOf(), changes)).toEqual({ refused: 'FORBIDDEN' });
    }
    expect(unwrap(await updateToken(ports, joe, tokenOf(), { locked: false })).object.lock).toBeUndefined();
  });

  test('helps no user and no token outside its resources', async () => {
    const joe = await nextRequest(await add('help-desk'));
    const { user } = await addUser(ports, scene.account, await addResource(ports, scene.account), {
      user: { login: 'bob' },
    });
    const spare = await addToken(ports, scene.account, { kind: 'hotp' });
    expect(await updateUser(ports, joe, user.id, { blocked: false })).toEqual({ refused: 'FORBIDDEN' });
    await overwrite(ports, userDocument.key(user.id), { assignments: [] });
    expect(await updateUser(ports, joe, user.id, { blocked: false })).toEqual({ refused: 'FORBIDDEN' });
    expect(await updateToken(ports, joe, spare.id, { locked: false })).toEqual({ refused: 'FORBIDDEN' });
    expect(await requestResync(ports, joe, spare.id)).toEqual({ refused: 'FORBIDDEN' });
  });

  // SR-2. The attack: a member who knows the password of a user guesses codes, and unlocks the token again and again.
  test('SR-2: unlocks the tokens of one user a few times a day', async () => {
    const joe = await nextRequest(await add('help-desk'));
    const ann = await nextRequest(await add('administrator'));
    const second = await addToken(ports, scene.account, { kind: 'hotp', owner: scene.user.id });
    for (let i = 0; i < HELP_DESK_UNLOCKS_PER_DAY; i++) {
      unwrap(await updateToken(ports, joe, i === 0 ? second.id : tokenOf(), { locked: false }));
    }
    for (const token of [tokenOf(), second.id]) {
      expect(await updateToken(ports, joe, token, { locked: false })).toMatchObject({ refused: 'RATE_LIMITED' });
    }
    unwrap(await updateToken(ports, ann, tokenOf(), { locked: false }));
    unwrap(await updateToken(ports, operatorContext(scene.account), tokenOf(), { locked: false }));
  });
});
