import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

export type Client = Redis | Cluster;

export interface Address {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** Empty for a Unix socket. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Of a Unix socket. */
  readonly path?: string;
  /** Sentinel only. */
  readonly master?: string;
  readonly username?: string;
  readonly password?: string;
  /** Not with a cluster. */
  readonly db: number;
}

/** What a URL does not hold. */
export interface Access {
  /** Authorities, a certificate of the client and its key, and the name in the servers' certificates. */
  readonly tls?: Pick<TlsOptions, 'ca' | 'cert' | 'key' | 'servername'>;
  /** Of the Sentinels; user and password in the URL are those of the servers. */
  readonly sentinel?: { readonly username?: string; readonly password?: string };
  /** The pause in ms before all Sentinels are asked again; null ends the attempt. Default: they are asked for ever. */
  readonly sentinelRetryStrategy?: (attempt: number) => number | null;
}

const KINDS = { redis: 'standalone', 'redis+sentinel': 'sentinel', 'redis+cluster': 'cluster' } as const;
const DEFAULT_PORT = { standalone: 6379, sentinel: 26379, cluster: 6379 } as const;

/**
 * `redis://host:port/db`, `redis+sentinel://host:port,host:port/masterName`, `redis+cluster://host:port,host:port`;
 * with `rediss` for TLS, or `unix:///path`; `user:password@` (percent-encoded) in front of hosts or path.
 * @throws TypeError with the problem, without the password
 */
export function parseAddress(url: string): Address {
  const socket = /^unix:\/\/(?:([^@/]*)@)?(\/[^?#]+)$/.exec(url);
  if (socket?.[2] !== undefined) {
    const path = decodeURIComponent(socket[2]);
    return { kind: 'standalone', tls: false, nodes: [], path, ...parseCredentials(socket[1]), db: 0 };
  }
  const match = /^(redis|rediss)(\+sentinel|\+cluster)?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^/?#]*))?$/.exec(url);
  const hosts = match?.[4];
  if (!match || hosts === undefined) {
    throw new TypeError(
      'The Redis URL must look like redis://host:port, redis+sentinel://host:port,host:port/masterName, redis+cluster://host:port,host:port or unix:///path',
    );
  }
  const kind = KINDS[`redis${match[2] ?? ''}` as keyof typeof KINDS];
  const nodes = hosts.split(',').map((host) => parseHost(host, DEFAULT_PORT[kind]));
  const path = decodeURIComponent(match[5] ?? '');
  if (kind === 'standalone' && nodes.length > 1) throw new TypeError('redis:// takes one host; use redis+cluster://');
  if (kind === 'sentinel' && path === '') throw new TypeError('redis+sentinel:// needs /masterName');
  if (kind === 'cluster' && path !== '' && path !== '0') throw new TypeError('A Redis Cluster has only database 0');
  if (kind === 'standalone' && !/^\d*$/.test(path)) throw new TypeError('The database in a Redis URL is a number');
  return {
    kind,
    tls: match[1] === 'rediss',
    nodes,
    ...(kind === 'sentinel' ? { master: path } : {}),
    ...parseCredentials(match[3]),
    db: kind === 'standalone' ? Number(path) : 0,
  };
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d+))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  if (host === undefined || port < 1 || port > 65_535) throw new TypeError(`Not host:port in the Redis URL: ${text}`);
  return { host, port };
}

function parseCredentials(text: string | undefined): { username?: string; password?: string } {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  const username = decodeURIComponent(colon === -1 ? text : text.slice(0, colon));
  return {
    ...(username === '' ? {} : { username }),
    ...(colon === -1 ? {} : { password: decodeURIComponent(text.slice(colon + 1)) }),
  };
}

/** Creates a client, not yet connected, that never resends a command by itself. */
export function createClient(address: Address, answerTimeoutMs: number, access: Access = {}): Client {
  const options = connectionOptions(address, answerTimeoutMs, access);
  if (address.kind === 'cluster') {
    return new Cluster([...address.nodes], {
      lazyConnect: true,
      enableAutoPipelining: false,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 100,
      retryDelayOnTryAgain: 50,
      slotsRefreshTimeout: answerTimeoutMs,
      clusterRetryStrategy: reconnectDelay,
      redisOptions: options,
    });
  }
  return createSingleClient(address, options, access);
}

/**
 * Creates a connection of its own for writes, not yet connected. It queues nothing, so a batch is never split between
 * two connections.
 *
 * @param node `host:port` of a cluster's node, to which it connects once; otherwise it finds the primary itself
 */
export function createWriteClient(
  address: Address,
  answerTimeoutMs: number,
  access: Access = {},
  node?: string,
): Redis {
  const options = { ...connectionOptions(address, answerTimeoutMs, access), enableOfflineQueue: false } as const;
  if (node === undefined) return createSingleClient(address, options, access);
  const colon = node.lastIndexOf(':');
  return new Redis({
    ...options,
    host: node.slice(0, colon),
    port: Number(node.slice(colon + 1)),
    retryStrategy: () => null,
  });
}

/** Creates a connection to one server or Sentinel, not yet connected, which connects once: it shows why that fails. */
export function createProbe(
  { kind, ...address }: Address,
  answerTimeoutMs: number,
  access: Access,
  node: { readonly host: string; readonly port: number },
): Redis {
  const { username, password, ...options } = connectionOptions(address, answerTimeoutMs, access);
  const credentials = kind === 'sentinel' ? access.sentinel : omitUndefined({ username, password });
  return new Redis({ ...options, ...credentials, ...node, retryStrategy: () => null, enableReadyCheck: false });
}

type ConnectionOptions = ReturnType<typeof connectionOptions> & { readonly enableOfflineQueue?: false };

function connectionOptions(
  address: Pick<Address, 'tls' | 'username' | 'password'>,
  answerTimeoutMs: number,
  { tls = {} }: Access,
) {
  return {
    lazyConnect: true,
    autoResendUnfulfilledCommands: false,
    // Not 1: with resending off, ioredis 6 forgets commands in flight when the first reconnection succeeds, and their
    // promises never settle. 0 rejects all of them as soon as the connection closes.
    maxRetriesPerRequest: 0,
    connectTimeout: answerTimeoutMs,
    // If a peer vanishes without closing, drop the connection and reject what waits on it.
    socketTimeout: answerTimeoutMs,
    enableAutoPipelining: false,
    ...omitUndefined({ username: address.username, password: address.password }),
    ...(address.tls ? { tls } : {}),
  } satisfies RedisOptions;
}

function createSingleClient(address: Address, options: ConnectionOptions, access: Access): Redis {
  const single = {
    ...options,
    db: address.db,
    retryStrategy: reconnectDelay,
    // After a failover the old primary may still respond, as a replica: look for the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
  if (address.kind === 'sentinel') {
    return new Redis({
      ...single,
      sentinels: [...address.nodes],
      name: address.master ?? '',
      // A Sentinel that accepts connections and does not respond must not stop the search.
      sentinelCommandTimeout: options.connectTimeout,
      sentinelRetryStrategy: access.sentinelRetryStrategy ?? reconnectDelay,
      ...omitUndefined({
        sentinelUsername: access.sentinel?.username,
        sentinelPassword: access.sentinel?.password,
      }),
      ...(options.tls ? { enableTLSForSentinelMode: true, sentinelTLS: options.tls } : {}),
    });
  }
  return new Redis({ ...single, ...(address.path === undefined ? address.nodes[0] : { path: address.path }) });
}

/** In ms. */
export function reconnectDelay(attempt: number): number {
  return Math.min(20 * attempt ** 2, 1_000);
}

/** Resolves when a cluster's node is ready to be checked, or has given up: then it cannot accept writes either. */
export function whenConnected(node: Redis): Promise<void> {
  return new Promise((resolve) => {
    if (node.status === 'ready' || node.status === 'end') resolve();
    node.once('ready', resolve);
    node.once('end', resolve);
  });
}
