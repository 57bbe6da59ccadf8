import type { CommitOutcome } from '../../kernel/ports/store.ts';
import { HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';
import type { Client } from './connect.ts';
import type { Key, Keys } from './keys.ts';
import { COMMIT } from './library.ts';

/** Real time for which an applied operation is remembered. The contract promises ten minutes. */
export const OPERATION_RETENTION_MS = 15 * MINUTE_MS;
/** Real time that documents stay after their expiry, so that servers with slightly different clocks see the same. */
export const EXPIRED_RETENTION_MS = HOUR_MS;

/**
 * Sends one change and waits until Redis has it on disk (`appendfsync always` responds after the fsync).
 *
 * Every change is sent here, so a replica barrier (SR-7) would belong here: with replicas, the FCALL, a `WAIT 1` and a
 * `WAITAOF 1 1` have to go down ONE dedicated connection to the partition's primary in one pipeline, and both responses
 * must confirm a replica; otherwise the change is unconfirmed and StoreUnavailable.
 */
export async function sendCommit(
  client: Client,
  keys: Keys,
  change: PreparedChange,
  eventCap: number,
): Promise<CommitOutcome> {
  const { names, values } = encodeCommit(keys, change, eventCap);
  return (await client.fcall(COMMIT, names.length, ...names, ...values)) as CommitOutcome;
}

/** KEYS and ARGV as `countersign.lua` describes them. */
function encodeCommit(
  keys: Keys,
  { anchor, operation, now, expect, put, delete: removed, index, events }: PreparedChange,
  eventCap: number,
): { names: Key[]; values: (string | number | Buffer)[] } {
  const partition = keys.partitionOf(anchor);
  const names: Key[] = [keys.state(partition), keys.operation(partition, operation), keys.events(partition)];
  const values: (string | number | Buffer)[] = [
    now,
    OPERATION_RETENTION_MS,
    eventCap,
    expect.length,
    put.length,
    removed.length,
    index.length,
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
  for (const step of index) {
    names.push(keys.index(partition, step.index));
    values.push(step.add ? '+' : '-', step.entry);
  }
  values.push(...events);
  return { names, values };
}
