import { EventEmitter } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { ClusterWriter } from './cluster-writer.ts';

/** A primary with one replica. Answers every write with this text or error. */
class FakeNode extends EventEmitter {
  status = 'ready';
  readonly #answer: () => unknown;

  constructor(answer: () => unknown) {
    super();
    this.#answer = answer;
  }

  async role() {
    return ['master', 0, [['127.0.0.1', '6380', '0']]];
  }

  async wait() {
    return 1;
  }

  async call(name: string) {
    return name === 'WAITAOF' ? [1, 1] : this.#answer();
  }

  disconnect() {
    this.status = 'end';
    this.emit('end');
  }
}

function open(answer: (node: string) => unknown) {
  const connected: string[] = [];
  const cluster = { nodes: () => [{ options: { host: '127.0.0.1', port: 6379 } }] };
  const connect = (node: string) => {
    connected.push(node);
    return new FakeNode(() => answer(node)) as unknown as Redis;
  };
  const options = { replicas: 1, timeoutMs: 100, encodeConfirmed: () => [] };
  const writer = new ClusterWriter(cluster as unknown as Cluster, connect, options);
  return { connected, writer, write: () => writer.write('cs:{p0}:', () => ['set']) };
}

test.each([
  ['another host', '127.0.0.2:6380', '127.0.0.2:6380'],
  ['a port of the same host', ':6380', '127.0.0.1:6380'],
  ['an IPv6 address', '::1:6380', '::1:6380'],
])('follows a redirection to %s, and remembers it', async (_, target, expected) => {
  const { connected, write } = open((node) => {
    if (node !== expected) throw new Error(`MOVED 1 ${target}`);
    return 'OK';
  });
  expect(await write()).toBe('OK');
  expect(await write()).toBe('OK');
  expect(connected).toEqual(['127.0.0.1:6379', expected]);
});

test('opens no connection after it was closed', async () => {
  const { connected, writer, write } = open(() => 'OK');
  await write();
  writer.close();
  await expect(write()).rejects.toThrow('Connection is closed.');
  expect(connected).toHaveLength(1);
});
