import { Redis } from 'ioredis';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { freePorts } from '../free-ports.ts';
import { type Product, type RedisServer, startRedisServer } from '../redis-server.ts';
import { startSentinel } from '../sentinel.ts';
import { waitUntil } from '../wait-until.ts';
import type { FailoverKind, FailoverRig } from './failover-rig.ts';

interface Node {
  readonly server: RedisServer;
  /** Clients and the replica reach the server through it. */
  readonly link: FaultProxy;
  readonly client: Redis;
}

/** A primary and a replica behind a real Sentinel. Replication is held back by this many milliseconds. */
export async function startSentinelPair(product: Product, heldBackMs: number): Promise<FailoverRig> {
  let [primary, replica] = await Promise.all([startNode(product, heldBackMs), startNode(product, heldBackMs)]);
  await replica.client.replicaof('127.0.0.1', primary.link.port);
  await waitUntil('the replica follows', () => follows(replica));
  const sentinel = await startSentinel(product, primary.link.port);
  const watcher = new Redis(sentinel.port, { maxRetriesPerRequest: null });
  watcher.on('error', () => {});
  await waitUntil('the sentinel knows the replica', async () =>
    String(await watcher.call('SENTINEL', 'MASTER', 'main')).includes('num-slaves,1'),
  );
  return {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/main`,
    failOver: async (kind: FailoverKind) => {
      const [old, next] = [primary, replica];
      if (kind === 'kill') await old.server.kill();
      await waitUntil('the sentinel fails over', () => accepted(watcher.call('SENTINEL', 'FAILOVER', 'main')));
      await waitUntil('the replica is a primary', async () =>
        (await next.client.info('replication')).includes('role:master'),
      );
      if (kind === 'kill') await old.server.start();
      // The sentinel does the same after some seconds.
      await old.client.replicaof('127.0.0.1', next.link.port);
      await waitUntil('the old primary follows', () => follows(old));
      [primary, replica] = [next, old];
    },
    stop: async () => {
      watcher.disconnect();
      await sentinel.stop();
      for (const { client, link, server } of [primary, replica]) {
        client.disconnect();
        await Promise.all([link.stop(), server.stop()]);
      }
    },
  };
}

async function startNode(product: Product, heldBackMs: number): Promise<Node> {
  const [port = 0] = await freePorts(1);
  const link = await startFaultProxy(port, 'countersign');
  link.holdBack(heldBackMs);
  const announced = ['--replica-announce-ip', '127.0.0.1', '--replica-announce-port', String(link.port)];
  const server = await startRedisServer({ product, port, args: announced });
  const client = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => {});
  return { server, link, client };
}

async function follows({ client }: Node): Promise<boolean> {
  return (await client.info('replication')).includes('master_link_status:up');
}

function accepted(answer: Promise<unknown>): Promise<boolean> {
  return answer.then(
    () => true,
    () => false,
  );
}
