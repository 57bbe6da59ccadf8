import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../../../accounts/documents.ts';
import { setAdministratorFactors } from '../../../administration/administrator-factors.ts';
import {
  removeAdministrator,
  transferSuperuser,
  updateAdministrator,
} from '../../../administration/change-administrator.ts';
import { administratorDocument } from '../../../administrators/documents.ts';
import { authenticateApiKey } from '../../../api-keys/authenticate-api-key.ts';
import { deleteApiKey, rotateApiKey, updateApiKey } from '../../../api-keys/change-api-key.ts';
import { createProtectimusKey } from '../../../api-keys/create-protectimus-key.ts';
import type { AccountId } from '../../../kernel/ids.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { authenticateKey } from '../../../protectimus/authenticate-key.ts';
import { acceptedHours, hourlyPassword } from '../../../protectimus/hourly-password.ts';
import { deleteResource } from '../../../resources/delete-resource.ts';
import { updateResource } from '../../../resources/update-resource.ts';
import {
  addAdministrator,
  type FixtureAdministrator,
  selfServiceContext,
  toSecondFactor,
} from '../../../testing/administrators.ts';
import {
  assign,
  authenticate,
  createApiKey,
  operatorContext,
  unassign,
  updateToken,
  updateUser,
} from '../../../testing/as-operator.ts';
import { sealEvents } from '../../../testing/consuming.ts';
import { linesOfExport } from '../../../testing/event-stream.ts';
import {
  addToken,
  addUser,
  birth,
  createFixture,
  type Fixture,
  type FixtureToken,
  ORIGIN,
  PASSWORD,
  read,
  unwrap,
} from '../../../testing/fixtures.ts';
import { backupOf } from '../../../testing/restore-fixture.ts';
import { eventsSince, exportedEvents, restoredWithEvents } from '../../../testing/restore-with-events-fixture.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { deleteToken } from '../../../tokens/delete-token.ts';
import { tokenDocument } from '../../../tokens/documents.ts';
import { deleteUser } from '../../../user-management/delete-user.ts';
import { createWebhook } from '../../../webhooks/create-webhook.ts';
import { webhooksDocument } from '../../../webhooks/documents.ts';
import { deleteWebhook, updateWebhook } from '../../../webhooks/update-webhook.ts';
import { EventsInvalid } from './read-withdrawals.ts';

// SR-39, SR-62. The attack: an access is withdrawn because it was lost or stolen, and a restore of an earlier backup
// returns it. The events since the backup identify it, and it is withdrawn again.

let ports: TestPorts;
let scene: Fixture;
let account: AccountId;
let act: ReturnType<typeof operatorContext>;

beforeAll(async () => {
  ports = await openTestPorts('withdraw-again');
});
beforeEach(async () => {
  scene = await createFixture(ports, { tokens: [{}] });
  ({ account } = scene);
  act = operatorContext(account);
});
afterAll(async () => {
  await ports.close();
});

const exported = (after?: number) => exportedEvents(ports, account, after);
const sinceBackup = (backup: readonly string[], events: readonly string[]) => eventsSince(ports, backup, events);
const restoredAfter = (happen: () => Promise<unknown>) => restoredWithEvents(ports, account, happen);
const withCode = (over: TestPorts, user: string, otp: string, password = PASSWORD) =>
  authenticate(over, { account, resource: scene.resource.id, method: 'password-otp', user, password, otp });
const withPassword = (over: TestPorts, user: string, password = PASSWORD) =>
  authenticate(over, { account, resource: scene.resource.id, method: 'password', user, password });
const first = () => scene.tokens[0] as FixtureToken;
const refused = { refused: expect.any(String) };

describe('a lost token', () => {
  test('and deactivated is deactivated again: its codes do not count, and its user needs none', async () => {
    const { over, report } = await restoredAfter(() => updateToken(ports, account, first().id, { enabled: false }));
    expect(report).toEqual([{ account, id: first().id, done: ['enabled'], review: [] }]);
    expect(
      await authenticate(over, {
        account,
        resource: scene.resource.id,
        method: 'otp',
        user: 'alice',
        otp: await first().code(),
      }),
    ).toMatchObject(refused);
  });

  test('and deleted is deleted again', async () => {
    const { over } = await restoredAfter(() => deleteToken(ports, act, first().id));
    const [token] = await over.store.getMany([tokenDocument.key(first().id)], ports.clock.now());
    expect(token).toBeUndefined();
  });

  test.each([
    ['locked', () => updateToken(ports, account, first().id, { locked: true })],
    ['given an end', () => updateToken(ports, account, first().id, { expiresAt: ports.clock.now() + 1 })],
    [
      'given another PIN',
      () => updateToken(ports, account, first().id, { pin: { digits: '8305', position: 'before' } }),
    ],
    [
      'deactivated and activated again',
      async () => {
        await updateToken(ports, account, first().id, { enabled: false });
        await updateToken(ports, account, first().id, { enabled: true });
      },
    ],
  ])('and %s is locked', async (_, happen) => {
    const { over } = await restoredAfter(happen);
    expect(await withCode(over, 'alice', await first().code())).toMatchObject({
      refused: 'TOKEN_LOCKED_BY_ADMINISTRATOR',
    });
  });

  test('and replaced by one that is not in the backup is locked, because a password alone would be enough without it', async () => {
    const { over, report } = await restoredAfter(async () => {
      const other = await addToken(ports, account, { owner: scene.user.id });
      unwrap(await assign(ports, { account, resource: scene.resource.id, user: scene.user.id }));
      unwrap(await assign(ports, { account, resource: scene.resource.id, user: scene.user.id, token: other.id }));
      unwrap(await deleteToken(ports, act, first().id));
    });
    expect(report).toContainEqual({ account, id: first().id, done: ['lock'], review: [] });
    expect(report).toContainEqual({ account, id: scene.user.id, done: [], review: ['new token'] });
    expect(await withCode(over, 'alice', '000000')).toMatchObject({ refused: 'TOKEN_LOCKED_BY_ADMINISTRATOR' });
  });

  test('and unassigned from the resource is not accepted by it; one that was assigned again is', async () => {
    const { resource, user } = scene;
    const other = await addUser(ports, account, resource, { user: { login: 'bob' }, tokens: [{}] });
    const { over } = await restoredAfter(async () => {
      unwrap(await unassign(ports, { account, resource: resource.id, user: user.id, token: first().id }));
      const bob = { account, resource: resource.id, user: other.user.id, token: other.tokens[0]?.id };
      unwrap(await unassign(ports, bob));
      unwrap(await assign(ports, bob));
    });
    expect(await withCode(over, 'alice', await first().code())).toMatchObject(refused);
    unwrap(await withCode(over, 'bob', (await other.tokens[0]?.code()) ?? ''));
  });

  test('and unlocked since stays locked as in the backup', async () => {
    await updateToken(ports, account, first().id, { locked: true });
    const { over } = await restoredAfter(() => updateToken(ports, account, first().id, { locked: false }));
    expect(await withCode(over, 'alice', '000000')).toMatchObject({ refused: 'TOKEN_LOCKED_BY_ADMINISTRATOR' });
  });
});

describe('a user', () => {
  test.each([
    ['blocked', () => updateUser(ports, account, scene.user.id, { blocked: true })],
    ['deleted', () => deleteUser(ports, act, scene.user.id)],
    [
      'with another password',
      () => updateUser(ports, account, scene.user.id, { password: 'another of her passwords' }),
    ],
    ['without API support', () => updateUser(ports, account, scene.user.id, { apiSupport: false })],
  ])('%s does not sign in with the factors of the backup', async (_, happen) => {
    const { over } = await restoredAfter(happen);
    expect(await withCode(over, 'alice', await first().code())).toMatchObject(refused);
  });

  test('is reported where an operator has to decide', async () => {
    const { report } = await restoredAfter(() => updateUser(ports, account, scene.user.id, { email: 'a@new.example' }));
    expect(report).toEqual([{ account, id: scene.user.id, done: [], review: ['email'] }]);
  });

  // The attack: a renamed user has the old name again, by which a site may know another user.
  test('is reported where their names changed', async () => {
    const { report } = await restoredAfter(() =>
      updateUser(ports, account, scene.user.id, { login: 'alice2', alias: 'al' }),
    );
    expect(report).toEqual([{ account, id: scene.user.id, done: [], review: ['alias', 'login'] }]);
  });

  test('without an assignment gets none', async () => {
    const bob = await addUser(ports, account, scene.resource, { user: { login: 'bob' } });
    unwrap(await withPassword(ports, 'bob'));
    const { over } = await restoredAfter(() =>
      unassign(ports, { account, resource: scene.resource.id, user: bob.user.id }),
    );
    expect(await withPassword(over, 'bob')).toMatchObject(refused);
  });
});

test('an API key that was deleted, disabled, restricted or rotated is refused', async () => {
  const created = await Promise.all(
    ['deleted', 'disabled', 'narrowed', 'rotated', 'untouched'].map((name) =>
      createApiKey(ports, { account, name, scopes: ['read', 'write'], lifetimeMs: 1e9 }),
    ),
  );
  const keys = created.map(unwrap);
  const [gone, off, narrow, rotated] = keys.map(({ key }) => key.id) as [`key_${string}`, ...`key_${string}`[]];
  const { over } = await restoredAfter(async () => {
    unwrap(await deleteApiKey(ports, act, gone));
    unwrap(await updateApiKey(ports, act, off ?? gone, { enabled: false }));
    unwrap(await updateApiKey(ports, act, narrow ?? gone, { scopes: ['read'] }));
    unwrap(await rotateApiKey(ports, act, rotated ?? gone, 0));
  });
  const opens = await Promise.all(keys.map(({ text }) => authenticateApiKey(over, text)));
  expect(opens.map((outcome) => !isRefusal(outcome))).toEqual([false, false, false, false, true]);
});

describe('an administrator', () => {
  let ada: FixtureAdministrator;
  let eve: FixtureAdministrator;
  beforeEach(async () => {
    ada = await addAdministrator(ports, account, { email: 'ada@acme.example', superuser: true });
    const grants = [{ resource: scene.resource.id, allowed: true }];
    eve = await addAdministrator(ports, account, { email: 'eve@acme.example', grants });
  });
  const eveIn = (over: TestPorts) =>
    over.store.getMany([administratorDocument.key(account, eve.id)], ports.clock.now());

  test('who was removed is removed again', async () => {
    const { over } = await restoredAfter(() => removeAdministrator(ports, act, eve.id));
    expect(await eveIn(over)).toEqual([undefined]);
  });

  test('whose access was reduced acts on no resource until it is granted again', async () => {
    const grants = [{ resource: scene.resource.id, allowed: false }];
    const { over } = await restoredAfter(() => updateAdministrator(ports, act, eve.id, { grants }));
    expect((await read(over, administratorDocument.key(account, eve.id))).grants).toEqual([]);
  });

  test('who transferred the role of the superuser and was removed is removed', async () => {
    const { over } = await restoredAfter(async () => {
      unwrap(await transferSuperuser(ports, selfServiceContext(ada), eve.id));
      unwrap(await removeAdministrator(ports, act, ada.id));
    });
    expect((await read(over, accountDocument.key(account))).superuser).toBe(eve.id);
    const [gone] = await over.store.getMany([administratorDocument.key(account, ada.id)], ports.clock.now());
    expect(gone).toBeUndefined();
  });

  // The attack: the key of a former superuser. They cannot be removed, because the backup does not contain the new
  // superuser.
  test('who was removed as the former superuser has no key of the dialect left either', async () => {
    const role = { kind: 'administrator', account, id: ada.id, role: 'superuser', resources: [] } as const;
    const lifetimeMs = 30 * 24 * 3_600_000;
    const { text } = unwrap(await createProtectimusKey(ports, { actor: role }, { name: 'shop', lifetimeMs }));
    const opens = async (over: TestPorts) => {
      const password = hourlyPassword(text, acceptedHours(over.clock.now())[0] ?? '').toString('hex');
      return !isRefusal(await authenticateKey(over, { login: ada.email, password, address: '192.0.2.1' }));
    };
    expect(await opens(ports)).toBe(true);
    const { over, report } = await restoredAfter(async () => {
      const successor = await addAdministrator(ports, account, { email: 'bob@acme.example' });
      unwrap(await transferSuperuser(ports, selfServiceContext(ada), successor.id));
      unwrap(await removeAdministrator(ports, act, ada.id));
    });
    expect(await opens(over)).toBe(false);
    expect(report.find(({ id }) => id === ada.id)?.done).toContainEqual(expect.stringMatching(/^key_\w+ disabled$/));
  });

  test('who has enrolled another token signs in neither with the old one nor with the old password', async () => {
    const { token } = await read(ports, administratorDocument.key(account, eve.id));
    const { over } = await restoredAfter(async () => {
      const key = administratorDocument.key(account, eve.id);
      // The event that an enrolment of another token writes.
      const event = { type: 'administrator.updated', account, actor: { kind: 'administrator', id: eve.id } } as const;
      await ports.store.commit({
        anchor: key.anchor,
        operation: 'another-token',
        now: ports.clock.now(),
        expect: [],
        append: [{ ...event, at: ports.clock.now(), subject: eve.id, outcome: 'done', changed: ['recovery', 'token'] }],
      });
    });
    expect((await read(over, tokenDocument.key(token ?? first().id))).lock).toBeDefined();
    const { flow } = (await toSecondFactor(over, account, eve.email)) as { flow: { step: string } };
    expect(flow.step).toBe('password');
  });
});

test('a webhook that was deleted or redirected sends nothing, and a deleted resource accepts no sign-in', async () => {
  const hook = { url: 'https://hooks.shop.example/a', enabled: true };
  const [gone, moved] = [
    unwrap(await createWebhook(ports, act, birth(ports, 'whk'), hook)).webhook,
    unwrap(await createWebhook(ports, act, birth(ports, 'whk'), hook)).webhook,
  ];
  const { over, report } = await restoredAfter(async () => {
    unwrap(await deleteWebhook(ports, act, gone.id));
    unwrap(await updateWebhook(ports, act, moved.id, { url: 'https://hooks.shop.example/b' }));
    unwrap(await deleteResource(ports, act, scene.resource.id));
  });
  expect((await read(over, webhooksDocument.key(account))).webhooks).toMatchObject([{ id: moved.id, enabled: false }]);
  expect(report.map(({ id, done }) => [id, done])).toEqual([
    [gone.id, ['deleted']],
    [moved.id, ['enabled']],
    [scene.resource.id, ['deleted']],
  ]);
});

test('passkeys that were required of administrators are reported: the backup may lack them', async () => {
  const { report } = await restoredAfter(() => setAdministratorFactors(ports, act, 'passkey'));
  expect(report).toEqual([{ account, id: account, done: [], review: ['account.passkeys-required'] }]);
});

test('changed settings of a resource are reported and not guessed', async () => {
  const { report } = await restoredAfter(() =>
    updateResource(ports, act, scene.resource.id, { allowedOrigins: [ORIGIN, 'https://other.example'] }),
  );
  expect(report).toEqual([{ account, id: scene.resource.id, done: [], review: ['allowedOrigins'] }]);
});

describe('unusable events are refused', () => {
  test('changed, cut off, of another account, or not those since the backup', async () => {
    await exported();
    const backup = await backupOf(ports);
    unwrap(await updateToken(ports, account, first().id, { enabled: false }));
    const lines = await exported();
    unwrap(await updateToken(ports, account, first().id, { enabled: true }));
    const segments = lines.filter((line) => line.startsWith('{"segment"')).length;
    const later = await exported(segments);
    const refuses = async (events: readonly string[], message: RegExp) => {
      await expect(sinceBackup(backup, events)).rejects.toBeInstanceOf(EventsInvalid);
      await expect(sinceBackup(backup, events)).rejects.toThrow(message);
    };
    expect((await sinceBackup(backup, lines)).objects.size).toBe(1);
    const forged = lines.map((line) => line.replace('"changed":["enabled"]', '"changed":["name"]'));
    expect(forged).not.toEqual(lines);
    await refuses(forged, /not as they were sealed/);
    await refuses(lines.slice(0, -1), /not as they were sealed/);
    await refuses(later, /not those since the backup/);
    const { account: other } = await createFixture(ports);
    while ((await sealEvents(ports)) > 0);
    await refuses(await linesOfExport(ports, other), /this is of account/);
  });

  test('accepts an export that begins right after the backup, and one without events', async () => {
    const before = await exported();
    const backup = await backupOf(ports);
    const segments = before.filter((line) => line.startsWith('{"segment"')).length;
    expect((await sinceBackup(backup, before)).objects.size).toBe(0);
    unwrap(await updateUser(ports, account, scene.user.id, { blocked: true }));
    const since = await sinceBackup(backup, await exported(segments));
    expect([...since.objects.keys()]).toEqual([scene.user.id]);
  });

  // The earlier keys are gone after a restore, or after two rotations.
  test('verifies the events in the backup without their signing keys; later events need theirs', async () => {
    await exported();
    const backup = await backupOf(ports);
    unwrap(await updateUser(ports, account, scene.user.id, { blocked: true }));
    await sealEvents(ports);
    const lines = await exported();
    const end = lines.at(-1) ?? '';
    const seals = lines.filter((line) => line.startsWith('{"seal"'));
    const [first, last] = [seals[0] ?? '', seals.at(-1) ?? ''];
    const unsigned = (seal: string) => lines.map((line) => (line === seal ? `${line.slice(0, -8)}AAAAAA"}` : line));
    expect((await sinceBackup(backup, unsigned(first))).objects.size).toBe(1);
    await expect(sinceBackup(backup, unsigned(last))).rejects.toThrow('not signed with any of the keys');
    await expect(sinceBackup(backup, unsigned(end))).rejects.toThrow('not signed with any of the keys');
  });
});
