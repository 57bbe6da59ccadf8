import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SendOutcome } from '../kernel/send-outcome.ts';
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
import { attemptDelivery, dueDeliveries, LEASE_MS } from './attempt-delivery.ts';
import { readWebhook } from './edit-webhook.ts';
import { readQueue } from './read-deliveries.ts';
import { replayDeliveries } from './replay-deliveries.ts';
import { RETRY_DELAYS_MS } from './retry.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { testWebhook } from './test-webhook.ts';

const HOUR = 3_600_000;
let ports: TestPorts;
let scene: WebhookFixture;
beforeEach(async () => {
  ports = await openTestPorts('tries');
  scene = await createWebhookFixture(ports);
});
afterEach(() => ports.close());

const answering = (status: number, retryAfterMs?: number): (() => SendOutcome) => {
  return () => ({ kind: 'answered', status, ...omitUndefined({ retryAfterMs }) });
};
const eventsOf = async (type: string) =>
  (await ports.store.readEvents(0, 0, 1000)).filter(({ event }) => (event as { type: string }).type === type);

async function oneDelivery() {
  const subject = await somethingHappens(scene);
  await derive(ports);
  return subject;
}

/** Fails until the delivery is a dead letter; returns the delays in between. */
async function untilDead(): Promise<number[]> {
  const waits: number[] = [];
  ports.webhookSender.answer = answering(500);
  for (let tried = await sendDue(scene); tried[0] !== 'dead'; tried = await sendDue(scene)) {
    expect(tried).toEqual(['retry']);
    const [delivery] = await deliveriesOf(scene);
    const wait = (delivery?.nextAttemptAt ?? 0) - ports.clock.now();
    expect(await sendDue(scene)).toEqual([]);
    waits.push(wait);
    ports.clock.advance(wait);
  }
  return waits;
}

describe('SR-33: a receiver that does not accept a message', () => {
  test('is retried over days under the same id with the same body, then the message is a dead letter', async () => {
    await oneDelivery();
    const waits = await untilDead();
    expect(waits).toHaveLength(RETRY_DELAYS_MS.length);
    const { sent } = ports.webhookSender;
    expect(sent).toHaveLength(10);
    expect(new Set(sent.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
    // Each try has its own timestamp, or a receiver that checks the time would refuse it.
    expect(new Set(sent.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    expect(await deliveriesOf(scene)).toMatchObject([{ state: 'dead', attempts: 10, lastAttempt: { status: 500 } }]);
    expect((await readQueue(ports, scene.webhook.id)).pending).toBe(0);
  });

  test('can delay the next try with Retry-After', async () => {
    await oneDelivery();
    ports.webhookSender.answer = answering(429, 2 * HOUR);
    await sendDue(scene);
    expect((await deliveriesOf(scene))[0]?.nextAttemptAt).toBe(ports.clock.now() + 2 * HOUR);
  });

  test('is disabled with an event by its 410, and receives nothing more', async () => {
    await oneDelivery();
    await somethingHappens(scene);
    await derive(ports);
    ports.webhookSender.answer = answering(410);
    expect(await sendDue(scene)).toEqual(['gone', 'paused']);
    expect(unwrap(await readWebhook(ports, scene.act, scene.webhook.id)).webhook).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
    });
    expect(await eventsOf('webhook.disabled')).toMatchObject([
      { event: { subject: scene.webhook.id, actor: { kind: 'service' }, outcome: 'done' } },
    ]);
    await somethingHappens(scene);
    await derive(ports);
    expect(await deliveriesOf(scene)).toHaveLength(2);
  });

  test('receives the message from another process when the lease of a dead process expires', async () => {
    const subject = await oneDelivery();
    ports.webhookSender.answer = () => Promise.reject(new Error('the process died'));
    await expect(sendDue(scene)).rejects.toThrow('died');
    ports.webhookSender.answer = answering(204);
    expect(await sendDue(scene)).toEqual([]);
    ports.clock.advance(LEASE_MS);
    expect(await sendDue(scene)).toEqual(['delivered']);
    expect(sentSubjects(ports)).toEqual([subject, subject]);
  });

  test('can acknowledge after the lease expires; the queue is decremented once', async () => {
    await oneDelivery();
    ports.webhookSender.answer = async () => {
      ports.clock.advance(LEASE_MS);
      ports.webhookSender.answer = answering(204);
      await sendDue(scene);
      return { kind: 'answered', status: 204 };
    };
    expect(await sendDue(scene)).toEqual(['delivered']);
    expect(await readQueue(ports, scene.webhook.id)).toEqual({ pending: 0, dropped: 0 });
    expect(await deliveriesOf(scene)).toMatchObject([{ state: 'delivered' }]);
  });

  test('can acknowledge many messages at once; all are recorded and none is sent again', async () => {
    for (let i = 0; i < 40; i++) await somethingHappens(scene);
    await derive(ports);
    const waiting: (() => void)[] = [];
    ports.webhookSender.answer = () =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ kind: 'answered', status: 204 }));
        if (waiting.length === 40) for (const release of waiting) release();
      });
    const { due } = await dueDeliveries(ports, scene.webhook.id, 40);
    const tried = await Promise.all(due.map((id) => attemptDelivery(ports, id)));
    expect(tried).toEqual(due.map(() => 'delivered'));
    expect(await readQueue(ports, scene.webhook.id)).toEqual({ pending: 0, dropped: 0 });
  });

  test('does not lose a try to a shutdown', async () => {
    await oneDelivery();
    ports.webhookSender.answer = () => ({ kind: 'failed', failure: 'interrupted' });
    expect(await sendDue(scene)).toEqual(['interrupted']);
    ports.webhookSender.answer = answering(204);
    expect(await sendDue(scene)).toEqual(['delivered']);
    expect((await deliveriesOf(scene))[0]?.attempts).toBe(1);
  });
});

describe('SR-33: dead letters', () => {
  test('are all sent again on request, with one event', async () => {
    const subject = await oneDelivery();
    await untilDead();
    ports.webhookSender.sent.length = 0;
    ports.webhookSender.answer = answering(204);
    expect(await replayDeliveries(ports, scene.act, scene.webhook.id, 'dead')).toEqual({ replayed: 1, more: false });
    expect(await sendDue(scene)).toEqual(['delivered']);
    expect(sentSubjects(ports)).toEqual([subject]);
    expect(await replayDeliveries(ports, scene.act, scene.webhook.id, 'dead')).toEqual({ replayed: 0, more: false });
    expect(await eventsOf('webhook.replayed')).toHaveLength(1);
    expect(await deliveriesOf(scene)).toMatchObject([{ state: 'delivered', attempts: 1, replays: 1 }]);
    expect((await readQueue(ports, scene.webhook.id)).pending).toBe(0);
  });

  test('can be replayed by id, and those of another webhook cannot', async () => {
    await oneDelivery();
    await sendDue(scene);
    const [delivery] = await deliveriesOf(scene);
    const ids = [delivery?.id ?? ''];
    expect(await replayDeliveries(ports, scene.act, scene.webhook.id, ids)).toEqual({ replayed: 1, more: false });
    expect(await replayDeliveries(ports, scene.act, scene.webhook.id, ids)).toEqual({ replayed: 0, more: false });
    const other = await createWebhookFixture(ports);
    const missing = { refused: 'DELIVERY_NOT_FOUND' };
    expect(await replayDeliveries(ports, other.act, other.webhook.id, ids)).toEqual(missing);
    expect(await replayDeliveries(ports, scene.act, scene.webhook.id, ['dlv_9_1_00000000000'])).toEqual(missing);
    expect(await replayDeliveries(ports, scene.act, scene.webhook.id, [`${ids[0]}0`])).toEqual(missing);
  });
});

describe('SR-32: secrets', () => {
  beforeEach(() => {
    // The verifying library reads the clock of the process.
    vi.useFakeTimers({ toFake: ['Date'], now: ports.clock.now() });
  });
  afterEach(() => void vi.useRealTimers());

  const verifies = (secret: string) => {
    const sent = ports.webhookSender.sent.at(-1);
    try {
      return new StandardWebhook(secret).verify(sent?.body ?? '', { ...sent?.headers }) !== undefined;
    } catch {
      return false;
    }
  };

  test('both verify during an overlap, and only the new one after it', async () => {
    await oneDelivery();
    await sendDue(scene);
    expect(verifies(scene.secret)).toBe(true);
    const { secret } = unwrap(await rotateWebhookSecret(ports, scene.act, scene.webhook.id, HOUR));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await oneDelivery();
    await sendDue(scene);
    expect([verifies(scene.secret), verifies(secret)]).toEqual([true, true]);
    ports.clock.advance(HOUR);
    vi.setSystemTime(ports.clock.now());
    await oneDelivery();
    await sendDue(scene);
    expect([verifies(scene.secret), verifies(secret)]).toEqual([false, true]);
  });

  test('sends a signed test event at once and returns the outcome', async () => {
    ports.webhookSender.answer = answering(418);
    const result = unwrap(await testWebhook(ports, scene.act, scene.webhook.id));
    expect(result.outcome).toEqual({ kind: 'answered', status: 418 });
    expect(verifies(scene.secret)).toBe(true);
    expect(JSON.parse(ports.webhookSender.sent[0]?.body ?? '')).toMatchObject({
      type: 'webhook.test',
      data: { subject: scene.webhook.id },
    });
    expect(await eventsOf('webhook.test')).toHaveLength(1);
    await derive(ports);
    expect(await deliveriesOf(scene)).toEqual([]);
  });

  test('limits test events, so that the button cannot flood a receiver', async () => {
    for (let i = 0; i < 10; i++) unwrap(await testWebhook(ports, scene.act, scene.webhook.id));
    expect(await testWebhook(ports, scene.act, scene.webhook.id)).toMatchObject({ refused: 'RATE_LIMITED' });
    expect(ports.webhookSender.sent).toHaveLength(10);
  });
});
