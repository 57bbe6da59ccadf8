import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAdministrator, type FixtureAdministrator, selfServiceContext } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { addUser, birth, createFixture, type Fixture, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { userDocument } from '../users/documents.ts';
import { createUser } from './create-user.ts';
import { updateUser } from './update-user.ts';
import { validateNewUser } from './validate-new-user.ts';

// SR-41: an actor who chooses a user's password can sign in as them. Administrators start a reset; the password field
// is for a site's backend, whose users type theirs into its own forms.
let ports: TestPorts;
let scene: Fixture;
let people: FixtureAdministrator[];
beforeAll(async () => {
  ports = await openTestPorts('passwords are not chosen');
  scene = await createFixture(ports);
  const grants = [{ resource: scene.resource.id, allowed: true }];
  people = [
    await addAdministrator(ports, scene.account, { email: 'su@acme.example', superuser: true }),
    await addAdministrator(ports, scene.account, { email: 'ad@acme.example', grants }),
  ];
});
afterAll(() => ports.close());

const CHOSEN = 'chosen by an administrator';
const HASH = { format: 'text', text: '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy' } as const;

test('SR-41: an administrator who sets a user’s password is refused, and nothing is hashed or changed', async () => {
  const before = await read(ports, userDocument.key(scene.user.id));
  for (const who of people) {
    const commits = ports.store.commits.length;
    expect(await updateUser(ports, selfServiceContext(who), scene.user.id, { password: CHOSEN })).toMatchObject({
      refused: 'FORBIDDEN',
    });
    expect(ports.store.commits.length).toBe(commits);
  }
  expect(await read(ports, userDocument.key(scene.user.id))).toEqual(before);
});

test('SR-41: nor can they create a user with a password or a hash of one, alone, in bulk or as a dry run', async () => {
  const asked = [
    { login: 'chosen-1', password: CHOSEN },
    { login: 'chosen-2', passwordHash: HASH },
  ];
  for (const who of people) {
    for (const input of asked) {
      const act = selfServiceContext(who);
      expect(await createUser(ports, act, birth(ports, 'usr'), input)).toMatchObject({ refused: 'FORBIDDEN' });
      expect(await validateNewUser(ports, act, input)).toMatchObject({ refused: 'FORBIDDEN' });
    }
    unwrap(await createUser(ports, selfServiceContext(who), birth(ports, 'usr'), { login: `plain-${who.email}` }));
  }
});

test('the operator and a site’s backend set passwords', async () => {
  const key = { kind: 'api-key', account: scene.account, id: birth(ports, 'key').id, scopes: ['write'] } as const;
  for (const act of [operatorContext(scene.account), { actor: key }]) {
    unwrap(await updateUser(ports, act, scene.user.id, { password: PASSWORD }));
  }
});

test('SR-41: an administrator who redirects a user’s mail to get at their reset cannot do so without a notice to the old address', async () => {
  const { user } = await addUser(ports, scene.account, scene.resource, {
    user: { login: 'victim', email: 'victim@example.com' },
  });
  const notices = () =>
    ports.courier.sent.filter(({ kind, to }) => kind === 'security-notice' && to.startsWith('victim'));
  const [, administrator] = people;
  if (!administrator) throw new Error('there are two');
  const act = selfServiceContext(administrator);
  const granted = { ...act, actor: { ...act.actor, resources: [scene.resource.id] } };
  unwrap(await updateUser(ports, granted, user.id, { firstName: 'V' }));
  unwrap(await updateUser(ports, granted, user.id, { email: 'evil@example.com' }));
  await waitUntil('the notice is sent', () => notices().length > 0);
  expect(notices()).toEqual([
    expect.objectContaining({ to: 'victim@example.com', facts: expect.objectContaining({ change: 'email' }) }),
  ]);
  // A site notifies its users itself.
  unwrap(await updateUser(ports, operatorContext(scene.account), user.id, { email: 'victim-2@example.com' }));
  ports.courier.down = true;
  unwrap(await updateUser(ports, granted, user.id, { email: null }));
  ports.courier.down = false;
  expect(notices()).toHaveLength(1);
});
