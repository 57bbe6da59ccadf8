import { Cluster } from 'ioredis';
import { MINUTE_MS } from '../../kernel/time.ts';
import type { Client } from './connect.ts';
import { confirmedKey, type Key, type Keys } from './keys.ts';
import { CONFIRM, RANGE, READ } from './library.ts';
import type { Command, Writer } from './writer.ts';

/**
 * True if a failover may undo this commit: replicas are not known to have it.
 * @param version of a document, or of the last commit that can be the reason for what was read; absent if there is none
 * @param confirmed up to which version the partition's commits are confirmed
 */
export function isUnconfirmed(version: string | null | undefined, confirmed: string | null | undefined): boolean {
  return Number.parseInt(version ?? '0', 10) > Number(confirmed ?? 0);
}

/** Commands that note up to which version partitions are confirmed. A cluster has one partition a command. */
export function encodeConfirmed(versions: ReadonlyMap<string, number>, isCluster: boolean): Command[] {
  const entries = [...versions];
  const groups = isCluster ? entries.map((entry) => [entry]) : [entries];
  return groups.map((group): Command => {
    const names = group.map(([home]) => confirmedKey(home));
    return ['fcall', CONFIRM, names.length, ...names, ...group.map(([, version]) => version)];
  });
}

/** The partitions of which an index was read with an entry that may be undone, or may have lost one. */
export async function findUnconfirmedIndexes(
  { client, keys }: { client: Client; keys: Keys },
  partitions: number,
): Promise<Set<number>> {
  const all = [...Array(partitions).keys()];
  const names = all.flatMap((partition) => [keys.indexed(partition), keys.confirmed(partition)]);
  const texts = await readTexts(client, names);
  return new Set(all.filter((partition) => isUnconfirmed(texts[2 * partition], texts[2 * partition + 1])));
}

/** Those of these partitions that have commits which may be undone. */
export async function findUnconfirmed(
  { client, keys }: { client: Client; keys: Keys },
  partitions: readonly number[],
): Promise<Set<number>> {
  // A closed partition has no such field; its last commit is not known.
  const last = (partition: number) => client.hget(keys.state(partition), 'commits').catch(() => 'unknown');
  // The commits first: what was confirmed meanwhile was confirmed in time.
  const commits = await Promise.all(partitions.map(last));
  const confirmed = await readTexts(
    client,
    partitions.map((partition) => keys.confirmed(partition)),
  );
  return new Set(partitions.filter((_, at) => commits[at] === 'unknown' || isUnconfirmed(commits[at], confirmed[at])));
}

/** One MGET, or in a cluster one GET each. */
function readTexts(client: Client, names: readonly string[]): Promise<(string | null)[]> {
  return client instanceof Cluster ? Promise.all(names.map((name) => client.get(name))) : client.mget([...names]);
}

/** Reads keys of a partition behind the barrier: in one command that also writes, so that it covers what it read. */
export async function readConfirmed(
  { writer, keys }: { writer: Writer; keys: Keys },
  partition: number,
  wanted: readonly Key[],
): Promise<(string | null)[]> {
  const names = [keys.state(partition), keys.check(partition), ...wanted];
  const command: Command = ['fcall', READ, names.length, ...names, MINUTE_MS];
  const [, ...texts] = (await writer.write(keys.home(partition), () => command, 'read')) as (string | null)[];
  return texts;
}

/** The same for a piece of an index. `query`: the arguments of ZRANGE after the key. */
export async function rangeConfirmed(
  { writer, keys }: { writer: Writer; keys: Keys },
  { partition, index, query }: { partition: number; index: string; query: readonly (string | number | Buffer)[] },
): Promise<Buffer[]> {
  const names = [keys.state(partition), keys.check(partition), keys.index(partition, index)];
  const command: Command = ['fcall', RANGE, names.length, ...names, MINUTE_MS, ...query];
  const [, ...members] = (await writer.write(keys.home(partition), () => command, 'read-bytes')) as Buffer[];
  return members;
}
