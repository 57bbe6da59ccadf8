import { isUtf8 } from 'node:buffer';
import { type CommitOutcome, OPERATION_RETENTION_MS } from '../../kernel/ports/store.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';
import type { Key, Keys } from './keys.ts';
import { COMMIT } from './library.ts';
import type { Command, Writer } from './writer.ts';

/** Real time that documents stay after their expiry, so that servers with slightly different clocks see the same. */
export const EXPIRED_RETENTION_MS = HOUR_MS;

/**
 * Versions that a connection's first commit in a partition skips. A primary that failed may have used versions that were
 * never confirmed, and its readers know them; more than that it never uses. A failover opens new connections.
 */
export const SKIPPED_VERSIONS = 2 ** 28;

/** Sends one change and waits until it is durable. */
export async function sendCommit(
  writer: Writer,
  keys: Keys,
  change: PreparedChange,
  eventCap: number,
): Promise<CommitOutcome> {
  const partition = keys.partitionOf(change.anchor);
  const send = (isFirst: boolean): Command => {
    const limits = { eventCap, skipped: isFirst ? SKIPPED_VERSIONS : 0, waits: writer.waitsForReplicas };
    const { names, values } = encodeCommit(keys, partition, change, limits);
    return ['fcall', COMMIT, names.length, ...names, ...values];
  };
  return (await writer.write(keys.home(partition), send, 'commit')) === 0 ? 'conflict' : 'committed';
}

/** KEYS and ARGV as `countersign.lua` describes them. */
function encodeCommit(
  keys: Keys,
  partition: number,
  { operation, now, expect, put, delete: removed, index, events }: PreparedChange,
  { eventCap, skipped, waits }: { eventCap: number; skipped: number; waits: boolean },
): { names: Key[]; values: (string | number | Buffer)[] } {
  const names: Key[] = [keys.state(partition), keys.operation(partition, operation)];
  names.push(keys.events(partition), keys.journal(partition), keys.deleted(partition), keys.indexed(partition));
  names.push(keys.changes(partition));
  const values: (string | number | Buffer)[] = [
    now,
    OPERATION_RETENTION_MS,
    eventCap,
    skipped,
    expect.length,
    put.length,
    removed.length,
    index.length,
    waits ? 'wait' : '-',
  ];
  for (const { key, version } of expect) {
    names.push(keys.document(partition, key));
    values.push(version);
  }
  for (const { key, json, expiresAt } of put) {
    names.push(keys.document(partition, key));
    if (expiresAt === undefined) values.push('-', '-', json);
    else values.push(expiresAt, Math.max(0, expiresAt - now) + EXPIRED_RETENTION_MS, json);
  }
  for (const key of removed) names.push(keys.document(partition, key));
  let last: { entry: Buffer; member: Key } | undefined;
  for (const { index: name, entry, add } of index) {
    if (last?.entry !== entry) last = { entry, member: asText(entry) };
    names.push(keys.index(partition, name));
    values.push(add ? '+' : '-', last.member);
  }
  values.push(...events);
  return { names, values };
}

/** A command without bytes is encoded as one text, which is faster. */
export function asText(entry: Buffer): Key {
  return isUtf8(entry) ? entry.toString('utf8') : entry;
}
