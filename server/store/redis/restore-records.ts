import type { RecordName, StoredEvent } from '../../kernel/ports/store.ts';
import { encodeKey } from '../codec/key-codec.ts';
import { assertRestorable, type PreparedRecords } from '../codec/prepare-change.ts';
import type { Client } from './connect.ts';
import type { Key, Keys } from './keys.ts';
import { readEntry } from './read-streams.ts';
import { asText, EXPIRED_RETENTION_MS } from './send-commit.ts';
import type { Writer } from './writer.ts';

interface Target {
  readonly client: Client;
  readonly writer: Writer;
  readonly keys: Keys;
  /** A number of commits that each partition has reached, to ask Redis only about higher ones. */
  readonly reached: Map<number, number>;
}

/** Few commands, sent together, with the values that `countersign.lua` describes. */
export async function restoreRecords(
  { client, writer, keys, reached }: Target,
  partition: number,
  { documents, entries, lastVersion }: PreparedRecords,
  now: number,
): Promise<void> {
  const home = keys.home(partition);
  const isHigher = lastVersion > (reached.get(partition) ?? 0);
  const state = keys.state(partition);
  // Before anything is sent: a write that fails while this waited would be a rejection that is not handled, which ends the service.
  const commits = isHigher ? Number((await client.hget(state, 'commits')) ?? 0) : lastVersion;
  const lasting: (Key | string)[] = [];
  const members = new Map<string, (number | Key)[]>();
  const sent: Promise<unknown>[] = [];
  for (const { key, json, version, expiresAt } of documents) {
    const text = `${version} ${expiresAt ?? '-'} ${json}`;
    const name = keys.document(partition, key);
    if (expiresAt === undefined) lasting.push(name, text);
    else {
      const ttl = Math.max(0, expiresAt - now) + EXPIRED_RETENTION_MS;
      sent.push(writer.write(home, () => ['set', name, text, 'PX', ttl]));
    }
  }
  if (lasting.length > 0) sent.push(writer.write(home, () => ['mset', ...lasting]));
  for (const { index, entry } of entries) {
    const known = members.get(index);
    if (known) known.push(0, asText(entry));
    else members.set(index, [0, asText(entry)]);
  }
  for (const [index, scored] of members) {
    sent.push(writer.write(home, () => ['zadd', keys.index(partition, index), ...scored]));
  }
  if (lastVersion > commits) sent.push(writer.write(home, () => ['hset', state, 'commits', lastVersion]));
  await Promise.all(sent);
  // Only now: a call that is sent again has to set what the first did not.
  if (isHigher) reached.set(partition, Math.max(lastVersion, commits));
}

/** Sent together too. */
export async function removeRecords(
  { writer, keys }: Pick<Target, 'writer' | 'keys'>,
  partition: number,
  names: readonly RecordName[],
): Promise<void> {
  await Promise.all(
    names.map((name) =>
      writer.write(keys.home(partition), () =>
        name.kind === 'document'
          ? ['del', keys.document(partition, name.key)]
          : ['zrem', keys.index(partition, name.index), asText(encodeKey(name.entry.sort, name.entry.id))],
      ),
    ),
  );
}

/** Sent together too; the commands of one connection are executed in order. */
export async function restoreEvents(
  { client, writer, keys }: Omit<Target, 'reached'>,
  partition: number,
  { events, last, eventCap }: { events: readonly StoredEvent[]; last: number; eventCap: number },
): Promise<void> {
  const [home, state, stream] = [keys.home(partition), keys.state(partition), keys.events(partition)];
  assertRestorable(events, Number((await client.hget(state, 'events')) ?? 0), last);
  // A call that is sent again finds those of the first in the stream, and no number in the state.
  const [newest] = await client.xrevrange(stream, '+', '-', 'COUNT', 1);
  const written = newest ? readEntry(newest).sequence : 0;
  const sent = events
    .filter(({ sequence }) => sequence > written)
    .map(({ sequence, event }) =>
      writer.write(home, () => {
        const entry = [`${sequence}-0`, 'e', JSON.stringify(event)];
        return ['xadd', stream, 'MAXLEN', '=', eventCap, ...entry];
      }),
    );
  await Promise.all(sent);
  await writer.write(home, () => ['hset', state, 'events', last]);
}
