import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { idFromBytes } from '../../kernel/ids.ts';
import { createWebhook } from '../../webhooks/create-webhook.ts';
import { readQueue } from '../../webhooks/read-deliveries.ts';
import { capturedLog } from '../captured-log.ts';
import { startDelivering } from '../delivering.ts';
import { unwrap } from '../fixtures.ts';
import { randomSequence } from '../random-sequence.ts';
import { startRedisServer } from '../redis-server.ts';
import { waitUntil } from '../wait-until.ts';
import { buildModule, killAndWait, runModule } from './run-module.ts';
import { openStoreAt, webhookPorts } from './webhook-ports.ts';

const KILLS = 8;
const LEASE_OVER_MS = 61_000;

let built: string;
let service: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'countersign-webhook-server-'));
  service = await buildModule('webhook-server.ts', built);
});
afterAll(() => rm(built, { recursive: true, force: true }));

/** Received messages: for each subject their ids, one per receipt. */
let received: Map<string, string[]>;
let receiver: Server;
let url: string;
beforeEach(async () => {
  received = new Map();
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { subject } = (JSON.parse(body) as { data: { subject: string } }).data;
      received.set(subject, [...(received.get(subject) ?? []), String(request.headers['webhook-id'])]);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

describe('SR-33: services killed while they create and send events', () => {
  async function survives(place: string): Promise<void> {
    const random = randomSequence(33);
    const account = idFromBytes('acc', new Uint8Array(7).fill(3));
    const act = { actor: { kind: 'operator', account } } as const;
    const first = await openStoreAt(place);
    const input = { url, enabled: true, events: ['filter.created' as const] };
    const whk = { id: idFromBytes('whk', new Uint8Array(7).fill(4)) };
    unwrap(await createWebhook(webhookPorts(first, 0), act, whk, input));
    await first.close();

    const acknowledged = new Set<string>();
    for (let kill = 0; kill < KILLS; kill++) {
      const more = 20 + Math.floor(random() * 200);
      const child = runModule(service, [place, account, String(kill * LEASE_OVER_MS), String(more + 100)]);
      let log = '';
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
      const [enough, arrived] = [acknowledged.size + more, received.size];
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (id) => acknowledged.add(id));
      const end = once(lines, 'close');
      // In the middle of both: some have been sent, and some have not.
      const isAmid = () => acknowledged.size >= enough && received.size > arrived;
      await waitUntil('the service has made and sent some', () => isAmid() || child.exitCode !== null);
      await killAndWait(child);
      await end;
      if (acknowledged.size < enough) throw new Error(`the service ended by itself: ${log}`);
    }

    const store = await openStoreAt(place);
    const ports = webhookPorts(store, KILLS * LEASE_OVER_MS);
    const runner = startDelivering(ports, capturedLog().log, { everyMs: 2, discoverMs: 10 });
    try {
      await waitUntil('everything has arrived', () => [...acknowledged].every((id) => received.has(id)));
      await waitUntil('nothing waits', async () => (await readQueue(ports, whk.id)).pending === 0);
      // Repeated messages have the same id.
      for (const ids of received.values()) expect(new Set(ids).size).toBe(1);
      expect(new Set([...received.values()].flat()).size).toBe(received.size);
      expect((await readQueue(ports, whk.id)).dropped).toBe(0);
    } finally {
      await runner.stop(1000);
      await store.close();
    }
  }

  test('on the embedded store lose nothing acknowledged, and create nothing twice', async () => {
    const path = await mkdtemp(join(tmpdir(), 'countersign-webhooks-'));
    try {
      await survives(path);
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  });

  test('on Redis lose nothing acknowledged, and create nothing twice', async () => {
    const server = await startRedisServer({ product: 'redis' });
    try {
      await survives(server.url);
    } finally {
      await server.stop();
    }
  });
});
