import { Redis } from 'ioredis';
import { freePorts } from './free-ports.ts';
import { type Product, type RedisServer, startRedisServer } from './redis-server.ts';
import { waitUntil } from './wait-until.ts';

export interface ClusterNode {
  readonly server: RedisServer;
  readonly id: string;
  /** A direct connection, for faults of the node. */
  readonly client: Redis;
}

export interface RedisCluster {
  readonly url: string;
  readonly primaries: readonly ClusterNode[];
  readonly replicas: readonly ClusterNode[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;
/**
 * Time of silence after which nodes consider each other failed, and one without a majority refuses everything. On a
 * busy machine a healthy node may be silent for seconds, so tests do not wait for it: they tell a replica to take over.
 */
const NODE_TIMEOUT_MS = 60_000;

/**
 * A cluster of processes on loopback: three primaries, each with a replica on request.
 *
 * @param behind puts something in front of a node's port, and returns the port to announce instead
 */
export async function startRedisCluster(
  product: Product,
  { replicas = false, behind }: { replicas?: boolean; behind?: (port: number) => Promise<number> } = {},
): Promise<RedisCluster> {
  const args = ['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--cluster-require-full-coverage', 'no'];
  const nodes = await Promise.all(
    Array.from({ length: replicas ? 6 : 3 }, async (): Promise<ClusterNode> => {
      const [port = 0] = behind ? await freePorts(1) : [];
      const announced = behind ? ['--cluster-announce-port', String(await behind(port))] : [];
      const own = behind ? { port } : {};
      const server = await startRedisServer({ product, args: [...args, ...announced], cluster: true, ...own });
      const client = new Redis(server.port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
      client.on('error', () => {});
      return { server, client, id: String(await client.cluster('MYID')) };
    }),
  );
  const primaries = nodes.slice(0, 3);
  const followers = nodes.slice(3);
  await Promise.all(
    primaries.map(({ client }, at) => {
      const first = Math.floor((at * SLOTS) / 3);
      const last = Math.floor(((at + 1) * SLOTS) / 3) - 1;
      return client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
    }),
  );
  // Distinct, as `redis-cli --cluster create` gives them: of two nodes with the same epoch one takes a higher one, and
  // with it takes back its slots from a replica that took over meanwhile.
  await Promise.all(nodes.map(({ client }, at) => client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)));
  // Introduce every pair, so that the start does not wait for gossip.
  for (const { client } of nodes) {
    await Promise.all(
      nodes.map(({ server }) => client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, server.busPort)),
    );
  }
  await waitUntil('all nodes know each other', () =>
    all(nodes, (info) => info.includes(`cluster_known_nodes:${nodes.length}`)),
  );
  await waitUntil('all nodes know the latest epoch', () =>
    all(nodes, (info) => info.includes(`cluster_current_epoch:${nodes.length}`)),
  );
  for (const [at, { client }] of followers.entries()) {
    const primary = primaries[at];
    if (primary) await waitUntil('a replica is accepted', () => accepted(client.cluster('REPLICATE', primary.id)));
  }
  await waitUntil('the cluster is up', () => all(nodes, (info) => info.includes('cluster_state:ok')));
  await waitUntil('the replicas follow', () => linked(followers));
  return {
    url: `redis+cluster://${primaries.map(({ server }) => `127.0.0.1:${server.port}`).join(',')}`,
    primaries,
    replicas: followers,
    stop: async () => {
      for (const { client } of nodes) client.disconnect();
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

/** Lets the other primaries elect the replica of a dead primary, as they would after noticing its failure. */
export async function takeOver({ primaries, replicas }: RedisCluster, gone: ClusterNode): Promise<void> {
  const replica = replicas[primaries.indexOf(gone)];
  if (!replica) throw new Error('That primary has no replica');
  await replica.client.cluster('FAILOVER', 'FORCE');
  await waitUntil('the replica is a primary', async () =>
    (await replica.client.info('replication')).includes('role:master'),
  );
}

/** Moves a slot with its keys, like `redis-cli --cluster reshard`. `midway` runs while it is split between the two. */
export async function migrateSlot(
  { primaries }: RedisCluster,
  slot: number,
  from: ClusterNode,
  to: ClusterNode,
  midway: () => Promise<void>,
): Promise<void> {
  await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
  await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
  let first = true;
  for (;;) {
    const keys = (await from.client.callBuffer('CLUSTER', 'GETKEYSINSLOT', slot, 10)) as Buffer[];
    if (keys.length === 0) break;
    await from.client.call('MIGRATE', '127.0.0.1', to.server.port, '', 0, NODE_TIMEOUT_MS, 'KEYS', ...keys);
    if (first) await midway();
    first = false;
  }
  for (const { client } of [to, from, ...primaries]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
}

async function all(nodes: readonly ClusterNode[], holds: (info: string) => boolean): Promise<boolean> {
  const infos = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')));
  return infos.every((info) => holds(String(info)));
}

async function linked(replicas: readonly ClusterNode[]): Promise<boolean> {
  const infos = await Promise.all(replicas.map(({ client }) => client.info('replication')));
  return infos.every((info) => info.includes('master_link_status:up'));
}

function accepted(answer: Promise<unknown>): Promise<boolean> {
  return answer.then(
    () => true,
    () => false,
  );
}
