import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { type ClusterNode, startRedisCluster } from '../redis-cluster.ts';
import type { Product } from '../redis-server.ts';
import { waitUntil } from '../wait-until.ts';
import type { FailoverKind, FailoverRig } from './failover-rig.ts';

/** Pairs whose replicas may be held back at any time. */
export interface ClusterPairs extends FailoverRig {
  readonly pairs: number;
  /** Holds back by this many milliseconds what primaries send to replicas from now on. */
  holdBack(ms: number): void;
  /** What is held back is lost, and comes again on the next connection, for which this waits. */
  loseHeldBack(): Promise<void>;
}

/** A cluster of three primaries with a replica each. Replication is held back by this many milliseconds. */
export async function startClusterPairs(product: Product, heldBackMs: number): Promise<ClusterPairs> {
  const links: FaultProxy[] = [];
  const cluster = await startRedisCluster(product, {
    replicas: true,
    behind: async (port) => {
      const link = await startFaultProxy(port, 'countersign');
      link.holdBack(heldBackMs);
      links.push(link);
      return link.port;
    },
  });
  const pairs = cluster.primaries.map((primary, at) => ({ primary, replica: cluster.replicas[at] ?? primary }));
  let turn = 0;
  return {
    url: cluster.url,
    pairs: pairs.length,
    holdBack: (ms) => {
      for (const link of links) link.holdBack(ms);
    },
    loseHeldBack: async () => {
      await Promise.all(
        pairs.map(async ({ primary: { client } }) => {
          await client.call('CLIENT', 'KILL', 'TYPE', 'replica');
          await waitUntil('the replica follows again', async () =>
            (await client.info('replication')).includes('state=online'),
          );
        }),
      );
    },
    failOver: async (kind: FailoverKind) => {
      const pair = pairs[turn++ % pairs.length];
      if (!pair) throw new Error('A cluster has pairs');
      const { primary: old, replica: next } = pair;
      if (kind === 'kill') await old.server.kill();
      // Takes over without asking the old primary, nor waiting for what it has not sent yet.
      await next.client.cluster('FAILOVER', 'TAKEOVER');
      await waitUntil('the replica is a primary', () => hasRole(next, 'master'));
      if (kind === 'kill') await old.server.start();
      await waitUntil('the old primary follows', async () =>
        (await old.client.info('replication')).includes('master_link_status:up'),
      );
      [pair.primary, pair.replica] = [next, old];
    },
    stop: async () => {
      await cluster.stop();
      await Promise.all(links.map((link) => link.stop()));
    },
  };
}

async function hasRole({ client }: ClusterNode, role: 'master'): Promise<boolean> {
  return (await client.info('replication')).includes(`role:${role}`);
}
