import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountDocument } from '../../accounts/documents.ts';
import type { UserId } from '../../kernel/ids.ts';
import { byCreation } from '../../store/index-entries.ts';
import { countEntries } from '../../store/records/offset-page.ts';
import { newOperation } from '../../store/transact.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { birth, createFixture, type Fixture, read } from '../../testing/fixtures.ts';
import { measureStalls } from '../../testing/stall-meter.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { nameClaimDocument, userDocument, userIndexes } from '../../users/documents.ts';
import { backUp } from '../backup/back-up.ts';
import { backUpChanges } from '../backup/back-up-changes.ts';
import { checkLeftovers } from './doctor.ts';
import { countSecrets, reencryptSecrets } from './reencrypt-secrets.ts';

const USERS = 4000;

let ports: TestPorts;
let scene: Fixture;

beforeAll(async () => {
  ports = await openTestPorts('stalls');
  scene = await createFixture(ports);
  await Promise.all(Array.from({ length: USERS }, (_, n) => addUser(`user-${n}`)));
  await sealEvents(ports);
});
afterAll(() => ports.close());

/** Half a kilobyte, with an event of the same size. */
async function addUser(login: string): Promise<void> {
  const { account } = scene;
  const { id } = birth(ports, 'usr');
  const now = ports.clock.now();
  const user = { ...scene.user, id, login, firstName: 'x'.repeat(200), createdAt: now };
  const key = userDocument.key(id);
  const claim = nameClaimDocument.key(account, login);
  const change = { now, expect: [], operation: newOperation(ports) };
  await ports.store.commit({
    ...change,
    anchor: key.anchor,
    put: [{ key, value: user }],
    index: [{ index: userIndexes.created(account), add: byCreation(user) }],
    append: [
      { type: 'user.created', at: now, account, actor: { kind: 'service' }, subject: id, note: 'x'.repeat(300) },
    ],
  });
  await ports.store.commit({
    ...change,
    operation: newOperation(ports),
    anchor: claim.anchor,
    put: [{ key: claim, value: { user: id } }],
  });
}

/** 200 kB. */
async function readPage(): Promise<void> {
  const page = await ports.store.range(userIndexes.created(scene.account), { limit: 400 });
  await ports.store.getMany(
    page.map(({ id }) => userDocument.key(id as UserId)),
    ports.clock.now(),
  );
}

/** Of a store in which nothing changed since. */
const EVERYTHING = { series: 'a', salt: 'a', number: 0, versions: [2 ** 40], events: [0] };

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

// The attack: a session that may read everything does so, to stop the sign-ins of all others.
test.each([
  ['a backup', 60, () => drain(backUp(ports))],
  ['an increment', 60, () => drain(backUpChanges(ports, EVERYTHING))],
  ['a count of the secrets', 40, () => countSecrets(ports)],
  ['a re-encryption', 12, () => reencryptSecrets(ports)],
  [
    'a search for leftovers',
    40,
    async () => drain(checkLeftovers(ports, await read(ports, accountDocument.key(scene.account)), false)),
  ],
  ['a count of a list', 2, () => countEntries(ports, userIndexes.created(scene.account))],
  ['many pages of a list at once', 12, () => Promise.all(Array.from({ length: 32 }, readPage))],
])('SR-20: %s lets other work run after some hundred records', async (_name, turns, walk) => {
  const stalls = await measureStalls(walk);
  expect(stalls.turns).toBeGreaterThanOrEqual(turns);
  expect(stalls.longestWorkMs).toBeLessThan(Math.max(stalls.totalMs / 2, 50));
});
