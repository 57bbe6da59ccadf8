import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consumerDocument } from '../events/documents.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import {
  createWebhookFixture,
  deliveriesOf,
  derive,
  sendDue,
  sentSubjects,
  somethingHappens,
  type WebhookFixture,
} from '../testing/webhook-fixture.ts';
import { attemptDelivery, LEASE_MS } from './attempt-delivery.ts';
import { DEFAULT_RETENTION, pruneDeliveries, purgeWebhook } from './clear-deliveries.ts';
import { queueLimit } from './delivery.ts';
import { deliveryDocument, deliveryIndexes, deliveryQueueDocument, webhookIndexes } from './documents.ts';
import { readQueue } from './read-deliveries.ts';
import { replayDeliveries } from './replay-deliveries.ts';
import { deleteWebhook, updateWebhook } from './update-webhook.ts';

let ports: TestPorts;
let scene: WebhookFixture;
beforeEach(async () => {
  ports = await openTestPorts('outbox');
  scene = await createWebhookFixture(ports);
});
afterEach(() => ports.close());

describe('SR-33: the outbox', () => {
  test('sends every event once, under its own id, and then is empty', async () => {
    const users = [await somethingHappens(scene), await somethingHappens(scene), await somethingHappens(scene)];
    await derive(ports);
    expect(await sendDue(scene)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(sentSubjects(ports)).toEqual(users);
    expect(new Set(ports.webhookSender.sent.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    await derive(ports);
    expect(await sendDue(scene)).toEqual([]);
    expect((await deliveriesOf(scene)).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(await readQueue(ports, scene.webhook.id)).toEqual({ pending: 0, dropped: 0 });
  });

  test('sends the event and no secret', async () => {
    const user = await somethingHappens(scene);
    await derive(ports);
    await sendDue(scene);
    const [sent] = ports.webhookSender.sent;
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      type: 'user.created',
      timestamp: new Date(ports.clock.now()).toISOString(),
      data: { outcome: 'done', account: scene.account, actor: { kind: 'operator' }, subject: user },
    });
  });

  // The attack kills the process just before and just after every commit.
  test.each(['before', 'after'] as const)(
    'neither loses nor repeats a delivery after a kill %s any commit',
    async (when) => {
      const users: string[] = [];
      for (let i = 0; i < 3; i++) users.push(await somethingHappens(scene));
      for (let killAt = 0; ; killAt++) {
        const process = ports.replica();
        let commits = 0;
        process.store.intercept = {
          async commit(_change, go) {
            if (commits++ !== killAt) return go();
            if (when === 'after') await go();
            throw new StoreUnavailable('killed');
          },
        };
        const killed = await derive(process)
          .then(() => sendDue({ ...scene, ports: process }))
          .then(() => false)
          .catch(() => true);
        // Let the leases of the killed process expire.
        ports.clock.advance(LEASE_MS);
        if (!killed) break;
        expect(killAt).toBeLessThan(50);
      }
      const deliveries = await deliveriesOf(scene);
      expect(deliveries.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
      expect(new Set(deliveries.map(({ body }) => body)).size).toBe(3);
      expect(await readQueue(ports, scene.webhook.id)).toEqual({ pending: 0, dropped: 0 });
      expect(users).toHaveLength(3);
    },
  );

  test('makes each delivery once if two processes derive at the same time', async () => {
    for (let i = 0; i < 20; i++) await somethingHappens(scene);
    const processes = [ports, ports.replica(), ports.replica()];
    await Promise.all(processes.map(derive));
    await derive(ports);
    expect(await deliveriesOf(scene)).toHaveLength(20);
    expect((await readQueue(ports, scene.webhook.id)).pending).toBe(20);
  });

  test('sends a delivery once if two processes find it', async () => {
    await somethingHappens(scene);
    await derive(ports);
    const [delivery] = await deliveriesOf(scene);
    if (!delivery) throw new Error('nothing was made');
    const tried = await Promise.all([ports, ports.replica()].map((process) => attemptDelivery(process, delivery.id)));
    expect(tried.sort()).toEqual(['delivered', 'taken']);
  });

  test('sends no event older than the webhook, also when the stream is read again', async () => {
    const user = await somethingHappens(scene);
    ports.clock.advance(1);
    const later = await createWebhookFixture(ports);
    await derive(ports);
    expect(await deliveriesOf(later)).toEqual([]);
    expect((await deliveriesOf(scene)).map(({ body }) => JSON.parse(body).data.subject)).toEqual([user]);
  });

  test('sends the events of another account only to its own webhooks', async () => {
    const other = await createWebhookFixture(ports);
    await somethingHappens(scene);
    await derive(ports);
    expect(await deliveriesOf(other)).toEqual([]);
    expect(await deliveriesOf(scene)).toHaveLength(1);
  });

  test('writes only the position of the consumer if no webhook listens', async () => {
    unwrap(await updateWebhook(ports, scene.act, scene.webhook.id, { enabled: false }));
    for (let i = 0; i < 5; i++) await somethingHappens(scene);
    const before = ports.store.commits.length;
    await derive(ports);
    const written = ports.store.commits.slice(before).flatMap(({ change }) => change.put ?? []);
    const last = (await ports.store.readEvents(0, 0, 100)).at(-1)?.sequence;
    expect(last).toBeGreaterThan(5);
    expect(written).toEqual([{ key: consumerDocument.key('webhooks'), value: { cursors: { 0: last } } }]);
    await derive(ports);
    expect(ports.store.commits.length).toBe(before + 1);
  });

  test("makes no delivery from a delivery's own event", async () => {
    const all = await createWebhookFixture(ports, { events: undefined });
    await somethingHappens(all);
    let sent = 0;
    for (let round = 0; round < 5; round++) {
      await derive(ports);
      const tried = await sendDue(all);
      if (round > 0) expect(tried).toEqual([]);
      sent += tried.length;
    }
    // The account, the webhook itself and the new user, all of the same instant.
    expect(sent).toBe(3);
  });
});

describe('a queue', () => {
  test('is bounded and counts what it dropped', async () => {
    const limit = queueLimit(ports.store.partitions);
    const key = deliveryQueueDocument.key(0, scene.webhook.id);
    await ports.store.commit({
      anchor: key.anchor,
      operation: 'full',
      now: ports.clock.now(),
      expect: [],
      put: [{ key, value: { pending: limit - 1, dropped: 0 } }],
    });
    for (let i = 0; i < 3; i++) await somethingHappens(scene);
    await derive(ports);
    expect(await deliveriesOf(scene)).toHaveLength(1);
    expect(await readQueue(ports, scene.webhook.id)).toEqual({
      pending: limit,
      dropped: 2,
      lastDroppedAt: ports.clock.now(),
    });
  });

  test('of a disabled webhook stays, and continues when it is enabled', async () => {
    await somethingHappens(scene);
    await derive(ports);
    unwrap(await updateWebhook(ports, scene.act, scene.webhook.id, { enabled: false }));
    expect(await sendDue(scene)).toEqual(['paused']);
    expect(ports.webhookSender.sent).toEqual([]);
    unwrap(await updateWebhook(ports, scene.act, scene.webhook.id, { enabled: true }));
    expect(await sendDue(scene)).toEqual(['delivered']);
    expect((await deliveriesOf(scene))[0]?.attempts).toBe(1);
  });

  test('of a deleted webhook is removed, and nothing more is sent', async () => {
    for (let i = 0; i < 3; i++) await somethingHappens(scene);
    await derive(ports);
    const [delivery] = await deliveriesOf(scene);
    unwrap(await deleteWebhook(ports, scene.act, scene.webhook.id));
    expect(await sendDue(scene)).toEqual(['paused', 'paused', 'paused']);
    while (!(await purgeWebhook(ports, scene.account, scene.webhook.id)));
    expect(ports.webhookSender.sent).toEqual([]);
    const left = [deliveryIndexes.all(scene.webhook.id), deliveryIndexes.due(scene.webhook.id), webhookIndexes.all()];
    for (const index of left) expect(await ports.store.range(index, { limit: 10 })).toEqual([]);
    const documentsLeft = await ports.store.getMany(
      [deliveryDocument.key(delivery?.id ?? 'dlv_0_1_x'), deliveryQueueDocument.key(0, scene.webhook.id)],
      ports.clock.now(),
    );
    expect(documentsLeft).toEqual([undefined, undefined]);
  });

  test('drops nothing that is being replayed', async () => {
    await somethingHappens(scene);
    await derive(ports);
    await sendDue(scene);
    ports.clock.advance(DEFAULT_RETENTION.delivered.forMs + 1);
    const [delivery] = await deliveriesOf(scene);
    const process = ports.replica();
    // The attack: a replay between the read of the index and the removal.
    process.store.intercept = {
      read: async () => {
        process.store.intercept = {};
        await replayDeliveries(ports, scene.act, scene.webhook.id, [delivery?.id ?? '']);
      },
    };
    await pruneDeliveries(process, scene.webhook.id);
    expect(await deliveriesOf(scene)).toMatchObject([{ state: 'pending' }]);
    expect(await sendDue(scene)).toEqual(['delivered']);
  });

  test('retains the newest deliveries', async () => {
    for (let i = 0; i < 5; i++) {
      await somethingHappens(scene);
      await derive(ports);
      await sendDue(scene);
      ports.clock.advance(1);
    }
    const newest = (await deliveriesOf(scene)).slice(0, 2).map(({ id }) => id);
    while (
      (await pruneDeliveries(ports, scene.webhook.id, {
        ...DEFAULT_RETENTION,
        delivered: { ...DEFAULT_RETENTION.delivered, most: 2 },
      })) > 0
    );
    expect((await deliveriesOf(scene)).map(({ id }) => id)).toEqual(newest);
  });

  test('drops deliveries that are old or above the bound', async () => {
    for (let i = 0; i < 3; i++) await somethingHappens(scene);
    await derive(ports);
    await sendDue(scene);
    expect(await pruneDeliveries(ports, scene.webhook.id)).toBe(0);
    ports.clock.advance(DEFAULT_RETENTION.delivered.forMs);
    expect(await pruneDeliveries(ports, scene.webhook.id)).toBe(0);
    ports.clock.advance(1);
    expect(await pruneDeliveries(ports, scene.webhook.id)).toBe(3);
    expect(await deliveriesOf(scene)).toEqual([]);
    expect(await ports.store.range(deliveryIndexes.finished(scene.webhook.id), { limit: 10 })).toEqual([]);
  });
});
