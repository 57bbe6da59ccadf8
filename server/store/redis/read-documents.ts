import { Cluster } from 'ioredis';
import type { RawKey, Stored } from '../../kernel/ports/store.ts';
import { ParsedDocuments } from '../codec/parsed-documents.ts';
import type { Client } from './connect.ts';
import type { Key, Keys } from './keys.ts';
import { isUnconfirmed, readConfirmed } from './unconfirmed.ts';
import type { Writer } from './writer.ts';

/**
 * One MGET, or in a cluster one per partition, concurrently. What a failover could undo is read again behind the barrier
 * (SR-79).
 */
export async function readDocuments(
  { client, writer, keys }: { client: Client; writer: Writer; keys: Keys },
  parsed: ParsedDocuments<string>,
  wanted: readonly RawKey[],
  now: number,
): Promise<(Stored<unknown> | undefined)[]> {
  if (wanted.length === 0) return [];
  const located = wanted.map((key, position) => {
    const partition = keys.partitionOf(key.anchor);
    return { key, position, partition, name: keys.document(partition, key) };
  });
  const groups = client instanceof Cluster ? groupByPartition(located) : [located];
  const found = new Array<Stored<unknown> | undefined>(wanted.length);
  await Promise.all(
    groups.map(async (group) => {
      const names = group.map(({ name }) => name);
      const noted = writer.waitsForReplicas ? [...new Set(group.map(({ partition }) => partition))] : [];
      const notes = noted.flatMap((partition) => [keys.deleted(partition), keys.confirmed(partition)]);
      // In one command: what the note covers now, it covered when the documents were read.
      const texts = await client.mget([...names, ...notes]);
      const take = (located: readonly Located[], read: readonly (string | null)[]) => {
        located.forEach(({ key, position }, at) => {
          const text = read[at] ?? null;
          found[position] = text === null ? undefined : parsed.parse(key, text, now);
        });
      };
      take(group, texts);
      await Promise.all(
        noted.map(async (partition, at) => {
          const [deleted, confirmed] = texts.slice(names.length + 2 * at);
          // All of the partition, so that they stay of one instant.
          const together = group.filter((one) => one.partition === partition);
          const isDoubtful = (one: Located) => isUnconfirmed(texts[group.indexOf(one)] ?? deleted, confirmed);
          if (!together.some(isDoubtful)) return;
          take(
            together,
            await readConfirmed(
              { writer, keys },
              partition,
              together.map(({ name }) => name),
            ),
          );
        }),
      );
    }),
  );
  return found;
}

interface Located {
  readonly key: RawKey;
  readonly position: number;
  readonly partition: number;
  readonly name: Key;
}

function groupByPartition(located: readonly Located[]): Located[][] {
  const groups = new Map<number, Located[]>();
  for (const one of located) {
    const group = groups.get(one.partition);
    if (group) group.push(one);
    else groups.set(one.partition, [one]);
  }
  return [...groups.values()];
}

export function openParsedDocuments(): ParsedDocuments<string> {
  return new ParsedDocuments({ isSame: (one, other) => one === other, copy: (text) => text, decode: decodeDocument });
}

/** `countersign.lua` describes the text. */
function decodeDocument(text: string) {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  const expiresAt = text.slice(first + 1, second);
  return {
    stored: { value: JSON.parse(text.slice(second + 1)) as unknown, version: Number(text.slice(0, first)) },
    expiresAt: expiresAt === '-' ? Number.POSITIVE_INFINITY : Number(expiresAt),
  };
}
