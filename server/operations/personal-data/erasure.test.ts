import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { listEvents } from '../../events/list-events.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { SIGN_INS_OVER_MS } from '../../sign-in/flow.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { consumeAll } from '../../testing/consuming.ts';
import { append, linesOfExport } from '../../testing/event-stream.ts';
import { birth, createFixture, type Fixture, unwrap } from '../../testing/fixtures.ts';
import { backupOf } from '../../testing/restore-fixture.ts';
import { restoredWithEvents } from '../../testing/restore-with-events-fixture.ts';
import { userId } from '../../testing/samples.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../../testing/temporary-archive.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { attemptDelivery, dueDeliveries } from '../../webhooks/attempt-delivery.ts';
import { createWebhook } from '../../webhooks/create-webhook.ts';
import { readDeliveries } from '../../webhooks/read-deliveries.ts';
import { eraseUser } from './erase-user.ts';
import { finishErasures } from './finish-erasures.ts';
import { readErasure } from './read-erasure.ts';
import { readUserData } from './read-user-data.ts';

const OWN = '203.0.113.7';
const OTHERS = '198.51.100.9';
const LOGIN = 'alice-in-wonderland';
const EMAIL = 'alice@rabbit.example';

let archive: TemporaryArchive;
let ports: TestPorts;
let scene: Fixture;
const removals: (() => Promise<void>)[] = [];
beforeEach(async () => {
  archive = await openTemporaryArchive();
  ports = { ...(await openTestPorts('erasure')), archive };
  removals.push(ports.close, archive.delete);
  scene = await createFixture(ports, { tokens: [{}], user: { login: LOGIN, email: EMAIL, phone: '+4915112345678' } });
});
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** Sign-ins of the user and of another one, and a change by an administrator. */
async function happen(): Promise<void> {
  const { account, user } = scene;
  const signIn = { type: 'authentication', account, outcome: 'granted', userAgent: 'Browser' } as const;
  const at = ports.clock.now();
  const events: AccountEvent[] = [
    { ...signIn, related: [], at, actor: { kind: 'user', id: user.id }, subject: user.id, address: OWN },
    { ...signIn, related: [], at, actor: { kind: 'api-key', id: 'key_01k8dq9z2mp' }, subject: user.id, address: OWN },
    { ...signIn, related: [], at, actor: { kind: 'user', id: userId(9) }, subject: userId(9), address: OTHERS },
    {
      type: 'user.updated',
      at,
      account,
      actor: { kind: 'administrator', id: 'adm_01k8dq9z2mp' },
      subject: user.id,
      outcome: 'done',
      address: OTHERS,
    },
  ];
  await append(ports, scene.account, events);
  await consumeAll(ports);
}
/** Two days in the archive, and one in the store. */
async function threeDays(): Promise<void> {
  for (let day = 0; day < 3; day++) {
    await happen();
    if (day < 2) ports.clock.advance(DAY_MS);
  }
  expect(await archiveSegments(ports, archive)).toBe(2);
}
const erase = () => eraseUser(ports, operatorContext(scene.account), scene.user.id);
async function settle(over: TestPorts = ports): Promise<void> {
  await consumeAll(over);
  over.clock.advance(SIGN_INS_OVER_MS);
  expect(await finishErasures(over)).toBe(1);
}

/** All that is in store, stream and archive. */
async function everything(over: TestPorts = ports): Promise<string> {
  const files = await readdir(join(archive.root, scene.account)).catch(() => []);
  const contents = await Promise.all(files.map((name) => readFile(join(archive.root, scene.account, name), 'utf8')));
  return [...(await backupOf(over)), ...contents].join('\n');
}
const verified = async (over: TestPorts = ports) =>
  verifyAuditExport(await linesOfExport(over, scene.account), ports.signer.publicKeys(), { account: scene.account });

describe('an erasure', () => {
  test('leaves nothing that identifies the person, in the store, in its stream and in the archive', async () => {
    await threeDays();
    const personal = [LOGIN, EMAIL, '4915112345678', OWN];
    const before = await everything();
    for (const one of personal) expect(before).toContain(one);
    unwrap(await erase());
    await settle();
    const after = await everything();
    for (const one of personal) expect(after).not.toContain(one);
    expect(after).toContain(OTHERS);
    expect(await verified()).toMatchObject({ ok: true, findings: [], erased: 6 });
    expect(await readErasure(ports, operatorContext(scene.account), scene.user.id)).toMatchObject({
      object: { doneAt: ports.clock.now(), names: [], replacing: [] },
    });
  });

  // The attack: an administrator takes over a user, and erases the user to hide how.
  test('SR-34: keeps type, time, ids and outcome of every event, the address of the administrator, and who erased', async () => {
    await threeDays();
    const events = async () => {
      const { actor } = operatorContext(scene.account);
      return unwrap(await listEvents(ports, actor, { about: scene.user.id }, { limit: 200 })).items;
    };
    const before = await events();
    unwrap(await erase());
    await settle();
    const after = await events();
    const old = after.slice(-before.length);
    expect(old.map(({ event: { erased: _, ...event } }) => event)).toEqual(
      before.map(({ event }) => {
        const { address: _a, userAgent: _u, ...rest } = event;
        return event.type === 'authentication' ? rest : event;
      }),
    );
    expect(old.filter(({ event }) => event.erased)).toHaveLength(6);
    expect(old.filter(({ event }) => event.address === OTHERS)).toHaveLength(3);
    expect(after.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'user.erased', subject: scene.user.id, actor: { kind: 'operator' } }),
    );
  });

  test('is for the superuser and for keys that administer, without limits', async () => {
    const { account, user } = scene;
    const actors = [
      { kind: 'administrator', account, id: 'adm_01k8dq9z2mp', role: 'administrator', resources: [scene.resource.id] },
      { kind: 'api-key', account, id: 'key_01k8dq9z2mp', scopes: ['read', 'write'] },
      { kind: 'api-key', account, id: 'key_01k8dq9z2mp', scopes: ['administer'], resources: [scene.resource.id] },
      { kind: 'user', account, id: user.id },
    ] as const;
    for (const actor of actors) {
      for (const ask of [eraseUser, readUserData, readErasure]) {
        expect(await ask(ports, { actor }, user.id)).toMatchObject({ refused: 'FORBIDDEN' });
      }
    }
    for (const stranger of [userId(9), userId(8)]) {
      const act = operatorContext((await createFixture(ports)).account);
      expect(await eraseUser(ports, act, stranger)).toMatchObject({ refused: 'USER_NOT_FOUND' });
      expect(await eraseUser(ports, act, user.id)).toMatchObject({ refused: 'USER_NOT_FOUND' });
    }
  });

  test('waits until its event is sealed, and goes on when the archive is back', async () => {
    await threeDays();
    unwrap(await erase());
    const commits = ports.store.commits.filter(({ change }) => change.append).length;
    unwrap(await erase());
    expect(ports.store.commits.filter(({ change }) => change.append)).toHaveLength(commits);
    ports.clock.advance(SIGN_INS_OVER_MS);
    expect(await finishErasures(ports)).toBe(0);
    await consumeAll(ports);
    archive.isDown = true;
    await expect(finishErasures(ports)).rejects.toThrow('does not respond');
    archive.isDown = false;
    expect(await finishErasures(ports)).toBe(1);
    expect(await finishErasures(ports)).toBe(0);
    expect(await everything()).not.toContain(OWN);
  });

  test('removes what webhooks were sent with the address, and no other delivery', async () => {
    const act = operatorContext(scene.account);
    const settings = { url: 'https://hooks.example/', enabled: true };
    const { webhook } = unwrap(await createWebhook(ports, act, birth(ports, 'whk'), settings));
    await happen();
    for (const id of (await dueDeliveries(ports, webhook.id, 1000)).due) await attemptDelivery(ports, id);
    const sent = async () => unwrap(await readDeliveries(ports, act, webhook.id, { limit: 200 })).items;
    const before = await sent();
    unwrap(await erase());
    await settle();
    const withAddress = before.filter(({ body }) => body.includes(OWN));
    expect(withAddress).toHaveLength(2);
    const left = before.filter((one) => !withAddress.includes(one)).map(({ id }) => id);
    expect((await sent()).map(({ id }) => id)).toEqual(expect.arrayContaining(left));
    expect(await everything()).not.toContain(OWN);
  });

  // The attack: a receiver that was away for weeks gets, and keeps, the address of a person who was erased meanwhile.
  test('SR-33: what is still to be sent goes without the address, and is not lost', async () => {
    const act = operatorContext(scene.account);
    const settings = { url: 'https://hooks.example/', enabled: true };
    const { webhook } = unwrap(await createWebhook(ports, act, birth(ports, 'whk'), settings));
    await happen();
    const before = (await dueDeliveries(ports, webhook.id, 1000)).due;
    unwrap(await erase());
    await settle();
    expect(await everything()).not.toContain(OWN);
    expect((await dueDeliveries(ports, webhook.id, 1000)).due).toEqual(expect.arrayContaining(before));
    for (const id of before) expect(await attemptDelivery(ports, id)).toBe('delivered');
    const sent = ports.webhookSender.sent.filter(({ headers }) => before.some((id) => id === headers['webhook-id']));
    const bodies = sent.map(({ body }) => JSON.parse(body) as { data: AccountEvent & { erased?: true } });
    expect(sent).toHaveLength(before.length);
    expect(bodies.filter(({ data }) => data.erased && data.userAgent === undefined)).toHaveLength(2);
    expect(bodies.filter(({ data }) => data.address === OTHERS)).toHaveLength(2);
  });

  test('erases what a sign-in that had begun adds; repeated after its end, what came later', async () => {
    await happen();
    unwrap(await erase());
    await consumeAll(ports);
    ports.clock.advance(MINUTE_MS);
    expect(await finishErasures(ports)).toBe(0);
    expect(await everything()).not.toContain(OWN);
    for (const _ of ['a sign-in', 'later']) {
      await happen();
      expect(await everything()).toContain(OWN);
      unwrap(await erase());
      await settle();
      expect(await everything()).not.toContain(OWN);
    }
    expect(await verified()).toMatchObject({ ok: true, erased: 6 });
  });

  test('appends its event again if it was lost before it was sealed', async () => {
    await happen();
    unwrap(await erase());
    await ports.store.dropEvents(0, 1000);
    ports.clock.advance(HOUR_MS + MINUTE_MS);
    expect(await finishErasures(ports)).toBe(0);
    await settle();
    expect(await everything()).not.toContain(OWN);
    expect(await verified()).toMatchObject({ ok: true, erased: 2 });
  });

  test('leaves no file behind, and completes, after a kill at any commit or operation of the archive', async () => {
    await threeDays();
    unwrap(await erase());
    await consumeAll(ports);
    ports.clock.advance(SIGN_INS_OVER_MS);
    const runUntil = async ({ commit, file }: { commit?: number; file?: number }) => {
      let [commits, operations] = [0, 0];
      const second = { ...ports.replica(), archive };
      second.store.intercept = {
        commit: async (_, go) => {
          if (commits === commit) throw new StoreUnavailable('the process was killed');
          commits += 1;
          return go();
        },
      };
      archive.intercept = () => {
        operations += 1;
        if (operations - 1 === file) throw new StoreUnavailable('the process was killed');
      };
      const done = await finishErasures(second).catch(() => 0);
      archive.intercept = undefined;
      expect(await verified()).toMatchObject({ ok: true });
      return done > 0;
    };
    // Each is killed one step later than those before, until one gets through.
    let cut = 0;
    while (!(await runUntil({ commit: cut })) && !(await runUntil({ file: cut }))) cut += 1;
    expect(cut).toBeGreaterThan(3);
    expect(await everything()).not.toContain(OWN);
    expect(await readdir(join(archive.root, scene.account))).toHaveLength(2);
  });

  test('SR-62: a restore of an older backup repeats it from the events', async () => {
    await happen();
    ports = { ...ports, archive: undefined };
    const { over, report } = await restoredWithEvents(ports, scene.account, async () => {
      unwrap(await erase());
    });
    expect(report).toContainEqual({ account: scene.account, id: scene.user.id, done: ['erased'], review: [] });
    await settle(over);
    const left = await everything(over);
    for (const one of [LOGIN, EMAIL, OWN]) expect(left).not.toContain(one);
    expect(await verified(over)).toMatchObject({ ok: true });
  });
});

// The attack: an administrator asks for an erasure while two processes do it, so that a part of the log is lost.
test('SR-34: a file that one process writes is not removed by another that continues the erasure', async () => {
  await threeDays();
  unwrap(await erase());
  await consumeAll(ports);
  ports.clock.advance(SIGN_INS_OVER_MS);
  let isWritten = false;
  const slow: TestPorts = { ...ports.replica(), archive };
  slow.store.intercept = {
    commit: async (_, go) => {
      if (isWritten) {
        isWritten = false;
        archive.intercept = (operation) => {
          if (operation === 'put') throw new StoreUnavailable('the process was killed');
        };
        await finishErasures(ports).catch(() => 0);
        archive.intercept = undefined;
      }
      return go();
    },
  };
  archive.intercept = (operation) => {
    isWritten ||= operation === 'put';
  };
  await finishErasures(slow).catch(() => 0);
  archive.intercept = undefined;
  await finishErasures(ports);
  expect(await verified()).toMatchObject({ ok: true, erased: 6 });
  expect(await readdir(join(archive.root, scene.account))).toHaveLength(2);
});

test('SR-34: what the archive has read before an erasure is not written after it', async () => {
  await happen();
  ports.clock.advance(DAY_MS);
  unwrap(await erase());
  await consumeAll(ports);
  ports.clock.advance(SIGN_INS_OVER_MS);
  let isErased = false;
  archive.intercept = (operation) => {
    if (operation === 'put') isErased = true;
  };
  const slow: TestPorts = { ...ports.replica(), archive };
  slow.store.intercept = {
    commit: async (_, go) => {
      if (!isErased) {
        isErased = true;
        await finishErasures(ports);
      }
      return go();
    },
  };
  await archiveSegments(slow, archive);
  archive.intercept = undefined;
  await archiveSegments(ports, archive);
  expect(await everything()).not.toContain(OWN);
  expect(await verified()).toMatchObject({ ok: true, erased: 2 });
});
