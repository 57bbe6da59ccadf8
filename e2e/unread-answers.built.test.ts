import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RawClient, rawClient } from '../server/testing/raw-client.ts';
import { type Installation, install } from './harness/installation.ts';

let service: Installation;
const clients: RawClient[] = [];
beforeAll(async () => {
  service = await install('embedded');
  await service.start();
});
afterAll(async () => {
  for (const { socket } of clients) socket.destroy();
  await service.remove();
});

const REQUEST = 'GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n';
const MiB = 1024 * 1024;

/** Sends this many requests on one connection, and reads nothing. */
async function askWithoutReading(times: number): Promise<void> {
  const client = await rawClient(Number(new URL(service.url).port));
  clients.push(client);
  client.socket.pause();
  client.send(REQUEST.repeat(times));
}

// SR-65: the attack sends some hundred kilobytes in all. Each response has several hundred.
test('responses to pipelined requests that are not read take no memory, and others are served', async () => {
  await (await fetch(`${service.url}/v1/openapi.json`)).text();
  const before = await service.residentBytes();
  await Promise.all([askWithoutReading(1100), ...Array.from({ length: 60 }, () => askWithoutReading(60))]);
  let most = 0;
  for (let asked = 0; asked < 20; asked++) {
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    most = Math.max(most, await service.residentBytes());
    await pause(50);
  }
  expect((most - before) / MiB).toBeLessThan(100);
});
