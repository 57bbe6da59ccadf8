import { Cluster, type Redis } from 'ioredis';
import { z } from 'zod';
import type { RawKey, RecordName, ScannedRecord, ScanPage } from '../../kernel/ports/store.ts';
import { decodeKey, encodeKey } from '../codec/key-codec.ts';
import { assertRange } from '../codec/prepare-change.ts';
import { decodeText } from '../codec/text.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import { asText } from './send-commit.ts';

/** Position of a scan: in the keys of one server, and in the indexes found there. */
const cursorSchema = z.strictObject({
  /** Index of the cluster's primary, in the order of addresses; 0 on a single server. */
  node: z.int().min(0),
  /** Redis' own cursor, `0` at the beginning. */
  keys: z.string().regex(/^\d{1,20}$/),
  /** Indexes left to read, base64url; the first continues after this entry. */
  indexes: z.array(z.string()),
  entry: z.string().optional(),
});
type Cursor = z.infer<typeof cursorSchema>;

/**
 * One page. SCAN returns every key that exists throughout, some of them twice; an index among them is read one page at
 * a time before it continues.
 */
export async function scanKeys(
  client: Client,
  prefix: string,
  { after, limit, only }: { after: string | undefined; limit: number; only: 'documents' | undefined },
): Promise<ScanPage> {
  assertRange({ limit });
  const cursor = parseCursor(after);
  const [index, ...others] = cursor.indexes;
  if (index !== undefined) {
    const key = Buffer.from(index, 'base64url');
    const from = cursor.entry === undefined ? '-' : Buffer.concat([PAREN, Buffer.from(cursor.entry, 'base64url')]);
    const entries = await client.zrangeBuffer(key, from, '+', 'BYLEX', 'LIMIT', 0, limit);
    const last = entries.length === limit ? entries.at(-1) : undefined;
    const next: Cursor = last
      ? { ...cursor, entry: last.toString('base64url') }
      : { node: cursor.node, keys: cursor.keys, indexes: others };
    return { records: entries.map((entry) => nameOfEntry(prefix, key, entry)), next: writeCursor(client, next) };
  }

  const server = servers(client)[cursor.node];
  if (!server) throw new RangeError('not a cursor of this store');
  const [keys, found] = await server.scanBuffer(
    cursor.keys,
    'MATCH',
    `${prefix}:{p*}:${only ? 'd' : '[di]'}:*`,
    'COUNT',
    limit,
  );
  const documents = found.filter((key) => kindOf(prefix, key).kind === 'd');
  // The name of an index may look like that of a document.
  const indexes = only
    ? []
    : found.filter((key) => kindOf(prefix, key).kind === 'i').map((key) => key.toString('base64url'));
  const values = await Promise.all(documents.map((key) => client.getBuffer(key)));
  const records = documents.flatMap((key, at) => {
    const text = values[at];
    return text ? [documentRecord(nameOfDocument(prefix, key).key, text.toString('utf8'))] : [];
  });
  const at = keys.toString();
  const onward = at === '0' ? { node: cursor.node + 1, keys: '0' } : { node: cursor.node, keys: at };
  return { records, next: writeCursor(client, { ...onward, indexes }) };
}

const PAREN = Buffer.from('(');

/** The primaries, in the order of their addresses. */
export function servers(client: Client): Redis[] {
  if (!(client instanceof Cluster)) return [client];
  const name = ({ options }: Redis) => `${options.host}:${options.port}`;
  return client.nodes('master').sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** Splits off `cs:{p17}:d:`. */
function kindOf(prefix: string, key: Buffer): { kind: string; partition: number; rest: Buffer } {
  const end = key.indexOf('}:');
  const partition = Number(key.toString('latin1', prefix.length + 3, end));
  return { kind: key.toString('latin1', end + 2, end + 3), partition, rest: key.subarray(end + 4) };
}

/** Sent together. */
export function lookUpRecords(
  client: Client,
  keys: Keys,
  names: readonly RecordName[],
): Promise<(ScannedRecord | undefined)[]> {
  return Promise.all(
    names.map(async (name) => {
      if (name.kind === 'document') {
        const text = await client.getBuffer(keys.document(keys.partitionOf(name.key.anchor), name.key));
        return text ? documentRecord(name.key, text.toString('utf8')) : undefined;
      }
      const { index, entry, partition } = name;
      const score = await client.zscore(keys.index(partition, index), asText(encodeKey(entry.sort, entry.id)));
      return score === null ? undefined : name;
    }),
  );
}

export function nameOfDocument(prefix: string, key: Buffer): Extract<RecordName, { kind: 'document' }> {
  const { first: anchor, second: name } = decodeKey(kindOf(prefix, key).rest);
  return { kind: 'document', key: { anchor, name } };
}

/** `countersign.lua` describes the text. */
function documentRecord(key: RawKey, text: string): ScannedRecord {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  const expiresAt = text.slice(first + 1, second);
  return {
    kind: 'document',
    key,
    get value(): unknown {
      return JSON.parse(text.slice(second + 1));
    },
    version: Number(text.slice(0, first)),
    ...(expiresAt !== '-' && { expiresAt: Number(expiresAt) }),
  };
}

/** It is all of the record. */
export function nameOfEntry(prefix: string, key: Buffer, entry: Buffer): Extract<RecordName, { kind: 'index' }> {
  const { partition, rest } = kindOf(prefix, key);
  const { first: sort, second: id } = decodeKey(entry);
  return { kind: 'index', index: decodeText(rest), entry: { sort, id }, partition };
}

function writeCursor(client: Client, cursor: Cursor): string | undefined {
  if (cursor.indexes.length === 0 && cursor.node >= servers(client).length) return undefined;
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function parseCursor(text: string | undefined): Cursor {
  if (text === undefined) return { node: 0, keys: '0', indexes: [] };
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw new RangeError('not a cursor of this store');
  }
}
