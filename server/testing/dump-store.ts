import { Redis } from 'ioredis';
import { decodeKey } from '../store/codec/key-codec.ts';
import { decodeText } from '../store/codec/text.ts';
import { decodeHeader, decodeJson, openTables, readState } from '../store/lmdb/tables.ts';
import { createClient, parseAddress } from '../store/redis/connect.ts';

/** The content of a store of one partition, in one form for both adapters. */
export interface StoreDump {
  readonly commits: number;
  readonly documents: readonly {
    readonly anchor: string;
    readonly name: string;
    readonly version: number;
    readonly expiresAt: number | null;
    readonly json: string;
  }[];
  readonly operations: readonly string[];
  readonly index: Readonly<Record<string, readonly string[]>>;
  readonly events: readonly { readonly sequence: number; readonly json: string }[];
}

/** Reads the folder of a closed embedded store. Keys stored as digests cannot be dumped. */
export async function dumpEmbeddedStore(path: string): Promise<StoreDump> {
  const { root, tables } = openTables(path);
  const index: Record<string, string[]> = {};
  for (const key of tables.index.getKeys()) {
    const { first: name, second: entry } = splitIndexKey(key);
    index[name] = [...(index[name] ?? []), entry];
  }
  const dump: StoreDump = {
    commits: readState(tables).commits,
    documents: [...tables.documents.getRange()].map(({ key, value }) => {
      const { first: anchor, second: name } = decodeKey(key);
      const { version, expiresAt } = decodeHeader(value);
      return {
        anchor,
        name,
        version,
        expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
        json: decodeJson(value),
      };
    }),
    operations: [...tables.operations.getKeys()].map((key) => decodeText(key)),
    index,
    events: [...tables.events.getRange()].map(({ key, value }) => ({
      sequence: key.readUIntBE(0, 6),
      json: value.toString('utf8'),
    })),
  };
  await root.close();
  return inOrder(dump);
}

/** Reads a deployment of one partition. */
export async function dumpRedisStore(url: string, prefix: string): Promise<StoreDump> {
  const client = createClient(parseAddress(url), 5_000);
  if (!(client instanceof Redis)) throw new TypeError('Only a single server can be dumped');
  await client.connect();
  const start = Buffer.from(`${prefix}:{p0}:`);
  const documents = [];
  const operations = [];
  const index: Record<string, string[]> = {};
  for (const key of await client.keysBuffer(`${prefix}:{p0}:*`)) {
    const kind = key.toString('latin1', start.length, start.length + 2);
    const rest = key.subarray(start.length + 2);
    if (kind === 'd:') {
      const text = (await client.get(key)) ?? '';
      const [, version, expiresAt, json = ''] = /^(\d+) (\d+|-) (.*)$/s.exec(text) ?? [];
      const { first: anchor, second: name } = decodeKey(rest);
      documents.push({
        anchor,
        name,
        version: Number(version),
        expiresAt: expiresAt === '-' ? null : Number(expiresAt),
        json,
      });
    } else if (kind === 'o:') operations.push(decodeText(rest));
    else if (kind === 'i:') {
      index[decodeText(rest)] = (await client.zrangeBuffer(key, '0', '-1')).map((entry) => entry.toString('hex'));
    }
  }
  const dump: StoreDump = {
    commits: Number((await client.hget(`${start}state`, 'commits')) ?? 0),
    documents,
    operations,
    index,
    events: (await client.xrange(`${start}events`, '-', '+')).map(([id, fields]) => ({
      sequence: Number.parseInt(id, 10),
      json: fields[1] ?? '',
    })),
  };
  await client.quit();
  return inOrder(dump);
}

function splitIndexKey(key: Buffer): { first: string; second: string } {
  let end = key.indexOf(0);
  while (key[end + 1] === 0xff) end = key.indexOf(0, end + 2);
  return { first: decodeKey(key.subarray(0, end + 1)).first, second: key.subarray(end + 1).toString('hex') };
}

function inOrder(dump: StoreDump): StoreDump {
  const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    ...dump,
    documents: [...dump.documents].sort((a, b) => byName(a.anchor, b.anchor) || byName(a.name, b.name)),
    operations: [...dump.operations].sort(byName),
    index: Object.fromEntries(Object.entries(dump.index).sort(([a], [b]) => byName(a, b))),
  };
}
