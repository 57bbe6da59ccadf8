import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { consumeEvents } from '../events/consume-events.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import { type CapturedLog, capturedLog } from '../testing/captured-log.ts';
import { startDelivering } from '../testing/delivering.ts';
import { unwrap } from '../testing/fixtures.ts';
import { FakeClock, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
import {
  createWebhookFixture,
  deliveriesOf,
  sentSubjects,
  somethingHappens,
  type WebhookFixture,
} from '../testing/webhook-fixture.ts';
import { createDeliveryWorker, type DeliveryWorker } from './delivery-worker.ts';
import { deliveryIndexes, webhookIndexes } from './documents.ts';
import { deleteWebhook } from './update-webhook.ts';

let ports: TestPorts;
let scene: WebhookFixture;
let log: CapturedLog;
const runners: DeliveryWorker[] = [];
beforeEach(async () => {
  ports = await openTestPorts('runner');
  scene = await createWebhookFixture(ports);
  log = capturedLog();
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop(0);
  await ports.close();
});

function run(of = ports): DeliveryWorker {
  const runner = startDelivering(of, log.log, { everyMs: 5, discoverMs: 20 });
  runners.push(runner);
  return runner;
}
const delivered = async (count: number, of = scene) =>
  (await deliveriesOf(of)).filter(({ state }) => state === 'delivered').length === count;

test('sends events from before and after its start', async () => {
  const users = [await somethingHappens(scene)];
  run();
  await waitUntil('the first is delivered', () => delivered(1));
  for (let i = 0; i < 20; i++) users.push(await somethingHappens(scene));
  await waitUntil('all are delivered', () => delivered(21));
  expect(sentSubjects(ports).sort()).toEqual(users.sort());
});

test('shares the work between processes and sends nothing twice', async () => {
  const processes = [ports, ports.replica(), ports.replica()];
  for (const process of processes) run(process);
  const users: string[] = [];
  for (let i = 0; i < 30; i++) users.push(await somethingHappens(scene));
  await waitUntil('all are delivered', () => delivered(30));
  expect(processes.flatMap(sentSubjects).sort()).toEqual(users.sort());
});

// SR-63: the service has started with a clock that is a year ahead, and a second source vouches for it.
test('removes old deliveries by the settled time, and no sooner', async () => {
  await somethingHappens(scene);
  await sealAndSend();
  const settled = new FakeClock();
  ports.clock.advance(365 * DAY_MS);
  settled.at += HOUR_MS;
  await pruneOnce(settled);
  expect(await deliveriesOf(scene)).toHaveLength(1);
  settled.at = ports.clock.at;
  await pruneOnce(settled);
  expect(await deliveriesOf(scene)).toEqual([]);

  async function sealAndSend(): Promise<void> {
    const runner = run();
    await waitUntil('it is delivered', () => delivered(1));
    await runner.stop(1000);
  }
  /** The first turn of a process prunes, and its end waits for that. */
  async function pruneOnce(settledClock: FakeClock): Promise<void> {
    const looks = vi.spyOn(ports.store, 'range');
    const worker = createDeliveryWorker(ports, log.log, { settledClock });
    await worker.turn();
    const finished = deliveryIndexes.finished(scene.webhook.id);
    await waitUntil('it has looked for old ones', async () => looks.mock.calls.some(([index]) => index === finished));
    await worker.stop(1000);
    looks.mockRestore();
  }
});

test('delays only a receiver that never responds', async () => {
  const other = await createWebhookFixture(ports, { url: 'https://other.example/' });
  const held: (() => void)[] = [];
  ports.webhookSender.answer = ({ url }) => {
    if (url.includes('other')) return { kind: 'answered', status: 204 };
    return new Promise((resolve) => held.push(() => resolve({ kind: 'failed', failure: 'timed-out' })));
  };
  for (let i = 0; i < 10; i++) await somethingHappens(scene);
  await somethingHappens(other);
  run();
  await waitUntil('the other has it', () => delivered(1, other));
  await waitUntil('its places are held', () => held.length === 8);
  for (const release of held.splice(0)) release();
  // From now on one try at a time is sent to it.
  await waitUntil('more are held', () => held.length > 0);
  await somethingHappens(other);
  await waitUntil('the other has it', () => delivered(2, other));
  // Release them, or stopping would wait.
  ports.webhookSender.answer = () => ({ kind: 'failed', failure: 'timed-out' });
  for (const release of held.splice(0)) release();
});

test('looks again later if the store is unavailable', async () => {
  let away = true;
  ports.store.intercept = {
    read: () => {
      if (away) throw new StoreUnavailable('away');
    },
  };
  run();
  await waitUntil('it was noticed', () => log.text().includes('tried again'));
  away = false;
  await somethingHappens(scene);
  await waitUntil('it is delivered', () => delivered(1));
});

// SR-63: a clock set back lengthens no wait. An operator had accepted one that was 30 days ahead.
test('finds deliveries of another process after the clock was set back', async () => {
  const [worker, other] = [ports, ports.replica()].map((of) => createDeliveryWorker(of, log.log));
  ports.clock.advance(30 * DAY_MS);
  await worker?.turn();
  ports.clock.advance(-30 * DAY_MS);
  await somethingHappens(scene);
  await consumeEvents(ports, other ? [other.consumer] : []);
  await waitUntil('it is delivered', async () => {
    await worker?.turn();
    return delivered(1);
  });
});

test('lets running tries finish on stop, and starts nothing new', async () => {
  let release = () => {};
  ports.webhookSender.answer = () =>
    new Promise((resolve) => {
      release = () => resolve({ kind: 'answered', status: 204 });
    });
  await somethingHappens(scene);
  const runner = run();
  await waitUntil('it is on its way', () => ports.webhookSender.sent.length === 1);
  const stopped = runner.stop(10_000);
  await somethingHappens(scene);
  release();
  await stopped;
  expect((await deliveriesOf(scene)).map(({ state }) => state)).toEqual(['delivered']);
  expect(ports.webhookSender.sent).toHaveLength(1);
});

test('interrupts a slow try on stop, and the next process sends it', async () => {
  ports.webhookSender.answer = (_request, signal) =>
    new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve({ kind: 'failed', failure: 'interrupted' }));
    });
  await somethingHappens(scene);
  const runner = run();
  await waitUntil('it is on its way', () => ports.webhookSender.sent.length === 1);
  await runner.stop(0);
  run(ports.replica());
  await waitUntil('it is delivered', () => delivered(1));
  expect((await deliveriesOf(scene))[0]?.attempts).toBe(1);
});

test('removes what is left of a deleted webhook', async () => {
  ports.webhookSender.answer = () => ({ kind: 'answered', status: 500 });
  run();
  await somethingHappens(scene);
  await waitUntil('it was tried', () => ports.webhookSender.sent.length === 1);
  unwrap(await deleteWebhook(ports, scene.act, scene.webhook.id));
  await waitUntil('nothing is left', async () => {
    ports.clock.advance(20);
    const left = [webhookIndexes.all(), deliveryIndexes.all(scene.webhook.id), deliveryIndexes.due(scene.webhook.id)];
    const entries = await Promise.all(left.map((index) => ports.store.range(index, { limit: 10 })));
    return entries.flat().length === 0;
  });
});
