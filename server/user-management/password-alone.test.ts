import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { idFromBytes, type ResourceId, type TokenId, type UserId } from '../kernel/ids.ts';
import type { FilterRule } from '../resources/filters/filter.ts';
import { newOperation } from '../store/transact.ts';
import {
  assign,
  createFilter,
  operatorContext,
  updateResource,
  updateToken,
  updateUser,
} from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import { freshAddress, giveSent } from '../testing/devices/sent-device.ts';
import {
  addResource,
  addToken,
  addUser,
  birth,
  createFixture,
  type Fixture,
  overwrite,
  read as readDocument,
  unwrap,
} from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { readPasswordAlone } from './password-alone.ts';

let ports: TestPorts;
let home: Fixture;
beforeEach(async () => {
  ports = await openTestPorts('password alone');
  home = await createFixture(ports, { user: { login: 'lost' }, tokens: [{ state: 'deactivated' }] });
});
afterEach(() => ports.close());

const read = async (ids: UserId[] = [home.user.id], act = operatorContext(home.account)) => {
  const stored = await ports.store.getMany(ids.map(userDocument.key), ports.clock.now());
  return readPasswordAlone(
    ports,
    act,
    stored.flatMap((user) => user?.value ?? []),
  );
};
const since = async () => (await read()).get(home.user.id);
const administrator = (resources: ResourceId[]) => {
  const id = idFromBytes('adm', new Uint8Array(7));
  return { actor: { kind: 'administrator', role: 'administrator', resources, id, account: home.account } } as const;
};
/** Assigns the user to another resource, with a token that is deactivated there. */
async function loseElsewhere(): Promise<{ resource: ResourceId; token: Awaited<ReturnType<typeof addToken>> }> {
  const { id: resource } = await addResource(ports, home.account, { name: 'Office' });
  const token = await addToken(ports, home.account, { owner: home.user.id });
  unwrap(await assign(ports, { account: home.account, resource, user: home.user.id, token: token.id }));
  unwrap(await updateToken(ports, home.account, token.id, { enabled: false }));
  return { resource, token };
}

/** As a token is that a restore has deactivated again from the events since its backup. */
async function forgetDeactivation(id: TokenId): Promise<void> {
  const key = tokenDocument.key(id);
  const { deactivation: _, ...value } = await readDocument(ports, key);
  const put = [{ key, value }];
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now: ports.clock.now(),
    expect: [],
    put,
  });
}

test('tells since when the last token of the assignment is deactivated', async () => {
  const at = ports.clock.now();
  ports.clock.advance(5_000);
  expect(await since()).toBe(at);
  const more = await addToken(ports, home.account, { owner: home.user.id });
  unwrap(
    await assign(ports, { account: home.account, resource: home.resource.id, user: home.user.id, token: more.id }),
  );
  expect(await since()).toBeUndefined();
  unwrap(await updateToken(ports, home.account, more.id, { enabled: false }));
  expect(await since()).toBe(at + 5_000);
});

test('of several resources the first counts, and one of an unknown instant was before', async () => {
  const at = ports.clock.now();
  ports.clock.advance(5_000);
  const { token } = await loseElsewhere();
  expect(await since()).toBe(at);
  await forgetDeactivation(token.id);
  expect(await since()).toBeNull();
});

test('a user with a token that is enabled, locked by wrong codes, or without one is left out', async () => {
  const others = await Promise.all(
    (['active', 'locked', 'expired'] as const).map((state) =>
      addUser(ports, home.account, home.resource, {
        user: { login: state },
        tokens: [{ state: 'deactivated' }, { state }],
      }),
    ),
  );
  const bare = await addUser(ports, home.account, home.resource, { user: { login: 'bare' } });
  const ids = [home, bare, ...others].map(({ user }) => user.id);
  expect([...(await read(ids)).keys()]).toEqual([home.user.id]);
});

test('SR-67: says nothing of a resource that the administrator cannot see', async () => {
  const at = ports.clock.now();
  ports.clock.advance(5_000);
  const { resource } = await loseElsewhere();
  const other = await addResource(ports, home.account, { name: 'Other' });
  const seen = async (...resources: ResourceId[]) =>
    (await read(undefined, administrator(resources))).get(home.user.id);
  expect(await seen(home.resource.id, resource)).toBe(at);
  expect(await seen(resource)).toBe(at + 5_000);
  expect(await seen(other.id)).toBeUndefined();
  expect(await seen()).toBeUndefined();
});

test('what a sign-in refuses is not the password alone', async () => {
  expect(await since()).toBeDefined();
  for (const changes of [{ enabled: false }, { methodPolicy: 'password' }, { methodPolicy: 'otp' }] as const) {
    unwrap(await updateResource(ports, home.account, home.resource.id, changes));
    expect(await since()).toBeUndefined();
    unwrap(await updateResource(ports, home.account, home.resource.id, { enabled: true, methodPolicy: 'auto' }));
  }
  const enrolment = { kinds: ['totp' as const], required: true };
  unwrap(await updateResource(ports, home.account, home.resource.id, { enrolment }));
  expect(await since()).toBeUndefined();
  unwrap(await updateResource(ports, home.account, home.resource.id, { enrolment: { ...enrolment, required: false } }));
  expect(await since()).toBeDefined();
  unwrap(await updateUser(ports, home.account, home.user.id, { blocked: true }));
  expect(await since()).toBeUndefined();
});

test('a filter by time refuses the user, one by address only some networks', async () => {
  const filtered = async (kind: 'ip' | 'time', rule: FilterRule) => {
    const { filter } = unwrap(await createFilter(ports, birth(ports, 'flt'), home.account, { name: 'F', rule }));
    unwrap(await updateResource(ports, home.account, home.resource.id, { [`${kind}Filter`]: filter.id }));
    return since();
  };
  expect(await filtered('ip', { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] })).toBeDefined();
  const windows = [{ days: ['mon' as const], fromMinute: 0, toMinute: 1 }];
  expect(await filtered('time', { kind: 'time', zone: 'UTC', windows })).toBeUndefined();
});

test('where a mailed code is the first factor, mailed codes are no second one', async () => {
  await giveSent(home, 'email', freshAddress('email'));
  expect(await since()).toBeUndefined();
  unwrap(await updateUser(ports, home.account, home.user.id, { email: 'lost@shop.example' }));
  unwrap(await updateResource(ports, home.account, home.resource.id, { firstFactor: 'mailed-code' }));
  expect(await since()).toBeDefined();
});

test('recovery codes ask for nothing', async () => {
  await giveRecoveryCodes(home);
  expect(await since()).toBeDefined();
});

test('one read finds that a page has no such user', async () => {
  const mixed = [{ state: 'deactivated' }, {}] as const;
  const [both, bare, mailed, codes] = await Promise.all(
    [[...mixed], [], [], []].map((tokens, nr) =>
      addUser(ports, home.account, home.resource, { user: { login: `user-${nr}` }, tokens }),
    ),
  );
  if (!both || !bare || !mailed || !codes) throw new Error('no users');
  await giveSent(mailed, 'email', freshAddress('email'));
  await giveRecoveryCodes(codes);
  const reads = vi.spyOn(ports.store, 'getMany');
  expect((await read([both, bare, mailed, codes].map(({ user }) => user.id))).size).toBe(0);
  // The first reads the users.
  expect(reads).toHaveBeenCalledTimes(2);
  reads.mockClear();
  expect((await read([home.user.id], administrator([]))).size).toBe(0);
  expect(reads).toHaveBeenCalledTimes(2);
});

// The attack: an administrator, perhaps one who only reads, lists a page of users who have lost every token on many
// resources, again and again. Each sign-in waits for thousands of decisions made in one go.
test('SR-65: a page reads each document once, and other requests come between its users', async () => {
  const lost = await Promise.all(
    Array.from({ length: 24 }, (_, nr) =>
      addUser(ports, home.account, home.resource, {
        user: { login: `many-${nr}` },
        tokens: [{ state: 'deactivated' }],
      }),
    ),
  );
  const names = ['Office', 'Shop', 'Bank'];
  const resources = await Promise.all(names.map((name) => addResource(ports, home.account, { name })));
  for (const { user, tokens } of lost) {
    for (const { id: resource } of resources) {
      const token = tokens[0]?.id;
      unwrap(await assign(ports, { account: home.account, resource, user: user.id, ...(token && { token }) }));
    }
  }
  const ids = lost.map(({ user }) => user.id);
  const reads = vi.spyOn(ports.store, 'getMany');
  let turns = 0;
  const count = () => {
    turns += 1;
    running = setImmediate(count);
  };
  let running = setImmediate(count);
  const found = await read(ids);
  clearImmediate(running);
  expect(found.size).toBe(ids.length);
  expect(turns).toBeGreaterThan(ids.length / 8);
  const keys = reads.mock.calls.slice(2).flatMap(([wanted]) => wanted.map((key) => `${key.name} ${key.anchor}`));
  expect(keys.length).toBe(new Set(keys).size);
});

test('as many resources of a user are decided as one page of the console asks for', async () => {
  const tokens = home.user.assignments.flatMap((assignment) => assignment.tokens);
  const gone = Array.from({ length: 20 }, (_, nr) => {
    const resource = idFromBytes('res', new Uint8Array(7).fill(nr + 1));
    return { resource, alone: false, tokens };
  });
  const assignTo = (assignments: User['assignments']) =>
    overwrite(ports, userDocument.key(home.user.id), { assignments });
  await assignTo([...gone.slice(1), ...home.user.assignments]);
  expect(await since()).toBeDefined();
  await assignTo([...gone, ...home.user.assignments]);
  expect(await since()).toBeUndefined();
  // What the administrator cannot see is not among them.
  expect((await read(undefined, administrator([home.resource.id]))).get(home.user.id)).toBeDefined();
});
