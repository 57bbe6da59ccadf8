import { type Redis, ReplyError } from 'ioredis';
import { promiseOf, REQUIRED_SETTINGS, type RequiredSetting } from '../required-settings.ts';
import { shortage } from './replica-barrier.ts';

/** Minimum versions without the known remote code execution in Lua (CVE-2025-49844), per release line. */
const SAFE_VERSIONS = {
  redis: ['7.2.11', '7.4.6', '8.0.4', '8.2.2'],
  valkey: ['7.2.11', '8.0.6', '8.1.4'],
} as const;

interface ServerReport {
  /** `redis 8.0.4` */
  readonly server: string;
  /** Reasons against using the server. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Checks one server's product, version and settings. Rejects if the server does not respond, or cannot at present.
 *
 * @param replicas replicas that commits wait for; 0 if they do not
 * @param promises settings that the operator promises; they count only where the server does not show them
 */
export async function inspectServer(
  node: Redis,
  replicas: number,
  promises: readonly RequiredSetting[] = [],
): Promise<ServerReport> {
  const [info, settings] = await Promise.all([
    unlessRefused(node.info('server', 'replication', 'cluster')),
    readSettings(node),
  ]);
  if (info instanceof CommandRefused) return { server: 'unknown', refusals: [explain('INFO', info)], warnings: [] };
  const { product, version } = readVersion(info);
  const promised = hiddenSettings(settings).filter((name) => promises.includes(name));
  const warnings = [
    ...(isKnownWeak(product, version)
      ? [
          `${product} ${version} is older than the fix for CVE-2025-49844 (${SAFE_VERSIONS[product].join(', ')}), unless your distribution has backported it`,
        ]
      : []),
    ...(promised.length > 0
      ? [`it does not show its settings, and COUNTERSIGN_STORE_PROMISES promises ${promised.map(promiseOf).join(', ')}`]
      : []),
  ];
  const behindSentinel = (node.options.sentinels ?? []).length > 0;
  const replication =
    replicas === 0
      ? replicationProblems(info, await readClusterNodes(node, info), behindSentinel)
      : barrierProblems(info, replicas);
  return {
    server: `${product} ${version}`,
    refusals: [...settingProblems(settings, promises), ...replication],
    warnings,
  };
}

/** Valkey reports an old `redis_version` for compatibility, so it is recognised by `server_name`. */
export function readVersion(info: string): { product: 'redis' | 'valkey'; version: string } {
  const fields = fieldsOf(info);
  return fields.get('server_name') === 'valkey'
    ? { product: 'valkey', version: fields.get('valkey_version') ?? '0' }
    : { product: 'redis', version: fields.get('redis_version') ?? '0' };
}

export function isKnownWeak(product: 'redis' | 'valkey', version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const lines = SAFE_VERSIONS[product].map((safe) => safe.split('.').map(Number));
  const line = lines.find(([safeMajor, safeMinor]) => safeMajor === major && safeMinor === minor);
  if (line) return patch < (line[2] ?? 0);
  // A release line without the fix is vulnerable; a line after the newest known one has it.
  const [newestMajor = 0, newestMinor = 0] = lines.at(-1) ?? [];
  return major < newestMajor || (major === newestMajor && minor < newestMinor);
}

/** Setting -> value. */
type Settings = ReadonlyMap<string, string>;

async function readSettings(node: Redis): Promise<Settings | CommandRefused> {
  const flat = await unlessRefused(node.config('GET', ...Object.keys(REQUIRED_SETTINGS)) as Promise<string[]>);
  if (flat instanceof CommandRefused) return flat;
  const settings = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) settings.set(String(flat[at]), String(flat[at + 1]));
  return settings;
}

/** Required settings that the server does not show. */
function hiddenSettings(settings: Settings | CommandRefused): RequiredSetting[] {
  const all = Object.keys(REQUIRED_SETTINGS) as RequiredSetting[];
  return settings instanceof CommandRefused ? all : all.filter((name) => !settings.has(name));
}

/** @param promises count only for settings that the server does not show: a value that it shows is what it does */
export function settingProblems(
  settings: Settings | CommandRefused,
  promises: readonly RequiredSetting[] = [],
): string[] {
  const missing = hiddenSettings(settings).filter((name) => !promises.includes(name));
  if (settings instanceof CommandRefused) {
    const remedy = `where the service does not permit it, promise in COUNTERSIGN_STORE_PROMISES: ${missing.map(promiseOf).join(',')}`;
    return missing.length > 0 ? [`${explain('CONFIG GET', settings)}; ${remedy}`] : [];
  }
  return Object.entries(REQUIRED_SETTINGS)
    .filter(([name, required]) =>
      settings.has(name) ? settings.get(name) !== required : missing.some((one) => one === name),
    )
    .map(([name, required]) => `${name} is "${settings.get(name) ?? 'unknown'}" and must be "${required}"`);
}

/** The response to `CLUSTER NODES`; undefined if the server is in no cluster. */
async function readClusterNodes(node: Redis, info: string): Promise<string | CommandRefused | undefined> {
  return isClustered(info) ? unlessRefused(node.cluster('NODES') as Promise<string>) : undefined;
}

const UNPROTECTED = 'a failover can lose acknowledged writes (set COUNTERSIGN_STORE_REPLICAS)';
/** Redis considers a replica good if it reported this recently; it reports every second. */
const MAX_REPLICA_SILENCE_S = 10;

/**
 * Reasons against a server because of replicas that no commit waits for: a write acknowledged by a primary may be
 * missing on the replica that takes over, which would bring back used codes, counters and locks (SR-7).
 *
 * @param clusterNodes the response to `CLUSTER NODES` for the whole cluster, including replicas that are down
 */
export function replicationProblems(
  info: string,
  clusterNodes: string | CommandRefused | undefined,
  behindSentinel: boolean,
): string[] {
  const fields = fieldsOf(info);
  const role = fields.get('role') ?? 'unknown';
  const listed = clusterNodes instanceof CommandRefused ? '' : clusterNodes;
  const replicas = Math.max(Number(fields.get('connected_slaves') ?? 0), countReplicas(listed));
  return [
    ...(clusterNodes instanceof CommandRefused ? [explain('CLUSTER NODES', clusterNodes)] : []),
    ...(behindSentinel ? [`it is behind Sentinel, and ${UNPROTECTED}`] : []),
    ...(role === 'master' ? [] : [`its role is "${role}" and must be "master"`]),
    ...(replicas === 0 ? [] : [`replicas: ${replicas}, and ${UNPROTECTED}`]),
    ...(role === 'master' && /[^0]/.test(fields.get('master_replid2') ?? '')
      ? ['it was promoted from a replica, and acknowledged writes can be missing']
      : []),
  ];
}

/**
 * Reasons against a server in a deployment whose commits wait for replicas. A primary without them may be cut off from
 * its successor, so it must not be read either. In a cluster it closes itself; the others serve on (SR-7).
 */
export function barrierProblems(info: string, replicas: number): string[] {
  const { product, version } = readVersion(info);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = product === 'redis' && (major < 7 || (major === 7 && minor < 2));
  const old = isOld ? [`${product} ${version} has no WAITAOF, which Redis 7.2 added`] : [];
  if (isClustered(info)) return old;
  const role = fieldsOf(info).get('role') ?? 'unknown';
  if (role !== 'master') return [...old, `its role is "${role}" and must be "master"`];
  const online = countReporting(info);
  return online < replicas ? [...old, shortage(online, replicas)] : old;
}

/** The lines `slave0:ip=127.0.0.1,port=6380,state=online,offset=1,lag=0`. */
function countReporting(info: string): number {
  const reporting = [...info.matchAll(/^slave\d+:.*state=online.*lag=(\d+)/gm)];
  return reporting.filter(([, lag]) => Number(lag) <= MAX_REPLICA_SILENCE_S).length;
}

function isClustered(info: string): boolean {
  return fieldsOf(info).get('cluster_enabled') === '1';
}

/** The third word of each line holds the node's flags. */
function countReplicas(clusterNodes = ''): number {
  return clusterNodes.split('\n').filter((line) => line.split(' ')[2]?.split(',').includes('slave')).length;
}

/** The lines `name:value` of a response to INFO. */
function fieldsOf(info: string): Map<string, string> {
  return new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

/** The server does not carry out a command. Its message is the server's reply. */
export class CommandRefused extends Error {}

/** The server's reply, or its refusal. Rejects with an error that passes, such as `BUSY`. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | CommandRefused> {
  try {
    return await answer;
  } catch (error) {
    if (!isErrorReply(error) || !isLasting(error)) throw error;
    return new CommandRefused(error.message.replace(/, with args beginning with: .*/s, ''));
  }
}

/** True for an error that the server replied, false for one of the connection. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/** An ACL forbids the command, or the server, or what is in front of it, lacks or renames it, as in hosted services. */
export function isLasting({ message }: Error): boolean {
  return /^(NOPERM|ERR)\b/.test(message);
}

/** What an ACL must permit. */
const ACL_RULES = { INFO: '+info', 'CONFIG GET': '+config|get', 'CLUSTER NODES': '+cluster|nodes' } as const;

function explain(command: keyof typeof ACL_RULES, { message }: CommandRefused): string {
  return `${command} is refused (${message}), so its durability cannot be verified (permit it with: ACL SETUSER <user> ${ACL_RULES[command]})`;
}
