import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { explain } from '../../../authentication/explain.ts';
import type { AccountId } from '../../../kernel/ids.ts';
import { assign, operatorContext, unassign, updateToken } from '../../../testing/as-operator.ts';
import { append } from '../../../testing/event-stream.ts';
import {
  addToken,
  addUser,
  createFixture,
  type Fixture,
  type FixtureToken,
  unwrap,
} from '../../../testing/fixtures.ts';
import { exportedEvents, restoredWithEvents } from '../../../testing/restore-with-events-fixture.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { deleteToken } from '../../../tokens/delete-token.ts';

// SR-62, SR-69. The attack: a stolen password, and a restore that withdraws an old token again although the user's
// newer token is lost: then the password alone would sign in.

let ports: TestPorts;
let scene: Fixture;
let account: AccountId;
let act: ReturnType<typeof operatorContext>;

beforeAll(async () => {
  ports = await openTestPorts('replaced-tokens');
});
beforeEach(async () => {
  scene = await createFixture(ports, { tokens: [{}] });
  ({ account } = scene);
  act = operatorContext(account);
});
afterAll(async () => {
  await ports.close();
});

const restoredAfter = (happen: () => Promise<unknown>) => restoredWithEvents(ports, account, happen);
/** Makes a stream report lost events, as when its oldest ones were dropped before sealing. */
const loseEvents = () =>
  append(ports, account, [
    {
      type: 'events.lost',
      at: ports.clock.now(),
      account,
      actor: { kind: 'service' },
      outcome: 'done',
      lost: { partition: 0, from: 1, to: 2 },
    },
  ]);
const first = () => scene.tokens[0] as FixtureToken;
/** The factors that the widget demands; null: no sign-in is possible. */
async function needed(over: TestPorts, user = 'alice') {
  const question = { resource: scene.resource.id, subject: { user, method: 'widget' } } as const;
  const { explained } = unwrap(await explain(over, act, question));
  return explained.factors;
}

describe('after a restore a token', () => {
  // The attack: the password of a user whose old token was withdrawn. Their new one had no owner at the time of the
  // backup.
  test('replaced by one without an owner in the backup is locked as well', async () => {
    const { resource, user } = scene;
    const stock = await addToken(ports, account, {});
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
    const { over, report } = await restoredAfter(async () => {
      unwrap(await updateToken(ports, account, stock.id, { owner: user.id }));
      unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: stock.id }));
      unwrap(await deleteToken(ports, act, first().id));
    });
    expect(report).toContainEqual({ account, id: first().id, done: ['lock'], review: [] });
    expect(report).toContainEqual({ account, id: user.id, done: [], review: ['new token'] });
    expect(await needed(over)).toBeNull();
  });

  // The attack: a password, where the token was lent and returned, so that events report changes of its owner.
  test('returned by another user is locked and stays with its user', async () => {
    const { resource, user } = scene;
    const bob = await addUser(ports, account, resource, { user: { login: 'bob' } });
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
    const { over } = await restoredAfter(async () => {
      unwrap(await updateToken(ports, account, first().id, { owner: bob.user.id }));
      unwrap(await updateToken(ports, account, first().id, { owner: user.id }));
      unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: first().id }));
    });
    expect(await needed(over)).toBeNull();
  });

  // The attack: a password, where the token was activated just before the backup. The event is sealed after it.
  test('activated just before the backup is not deactivated', async () => {
    unwrap(await updateToken(ports, account, first().id, { enabled: false }));
    await exportedEvents(ports, account);
    unwrap(await updateToken(ports, account, first().id, { enabled: true }));
    const { over } = await restoredAfter(async () => {});
    expect(await needed(over)).toBeNull();
  });

  // The attack: a password, where the token was handed out just before the backup.
  test('given to its user just before the backup stays theirs', async () => {
    const { resource } = scene;
    const bob = await addUser(ports, account, resource, { user: { login: 'bob' } });
    const stock = await addToken(ports, account, {});
    await exportedEvents(ports, account);
    unwrap(await updateToken(ports, account, stock.id, { owner: bob.user.id }));
    unwrap(await assign(ports, { account, resource: resource.id, user: bob.user.id, token: stock.id }));
    const { over } = await restoredAfter(async () => {});
    expect(await needed(over, 'bob')).toBeNull();
  });

  // The attack: a password, where events were lost, perhaps with the activation or replacement of the token.
  test.each([
    ['deactivated', () => updateToken(ports, account, first().id, { enabled: false })],
    ['deleted', () => deleteToken(ports, act, first().id)],
    ['given away', () => updateToken(ports, account, first().id, { owner: null })],
    [
      'unassigned',
      () => unassign(ports, { account, resource: scene.resource.id, user: scene.user.id, token: first().id }),
    ],
  ])('%s is locked where events since the backup were lost', async (_, happen) => {
    unwrap(await assign(ports, { account, resource: scene.resource.id, user: scene.user.id }));
    const { over } = await restoredAfter(async () => {
      unwrap(await happen());
      await loseEvents();
    });
    expect(await needed(over)).toBeNull();
  });
});
