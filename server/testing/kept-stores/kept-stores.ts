import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { createPorts, type OpenPorts } from '../../composition/create-ports.ts';
import { loadConfig } from '../../config/load-config.ts';
import { createLogger } from '../../http/log.ts';
import { FORMAT } from '../../store/lmdb/claim-layout.ts';
import { LAYOUT } from '../../store/redis/partition-check.ts';
import { SHAPE_VERSION } from '../../store/store-version.ts';
import { startRedisServer } from '../redis-server.ts';
import { fillStore, type KeptContent } from './fill-store.ts';
import { readContent, writeContent } from './redis-content.ts';

/** Beside this file, for each form of a store that a version has written: `NAME.json` and `NAME.gz`. */
const FOLDER = import.meta.dirname;

export const STORES = ['embedded', 'redis'] as const;
type StoreKind = (typeof STORES)[number];

interface KeptFacts extends KeptContent {
  /** Base64. It opens this store only. */
  masterKey: string;
}

export interface OpenKeptStore extends KeptFacts {
  opened: OpenPorts;
  close(): Promise<void>;
}

/** The name of the form that this version writes. */
export function presentForm(store: StoreKind): string {
  return `${store}-${store === 'embedded' ? FORMAT : LAYOUT}-shape-${SHAPE_VERSION}`;
}

export async function keptForms(): Promise<string[]> {
  const names = await readdir(FOLDER);
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
}

/** Makes the kept store of the form that this version writes. */
export async function keepStore(store: StoreKind): Promise<string> {
  const place = await openPlace(store);
  const opened = await place.start();
  const content = await fillStore(opened);
  await opened.registration.leave();
  await opened.ports.store.close();
  const masterKey = (await readFile(place.keyFile, 'utf8')).trim();
  const name = presentForm(store);
  await writeFile(join(FOLDER, `${name}.gz`), gzipSync(await place.read(), { level: 9 }));
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify({ masterKey, ...content }, null, 2)}\n`);
  await place.remove();
  return name;
}

/** Starts this version on a copy of a kept store. */
export async function openKeptStore(name: string): Promise<OpenKeptStore> {
  const facts = JSON.parse(await readFile(join(FOLDER, `${name}.json`), 'utf8')) as KeptFacts;
  const place = await openPlace(name.startsWith('embedded') ? 'embedded' : 'redis');
  await place.write(gunzipSync(await readFile(join(FOLDER, `${name}.gz`))));
  await writeFile(place.keyFile, facts.masterKey, { mode: 0o600 });
  const opened = await place.start();
  return {
    ...facts,
    opened,
    async close() {
      await opened.ports.store.close();
      await place.remove();
    },
  };
}

/** A data folder, and a server for a store in Redis. */
async function openPlace(kind: StoreKind) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-kept-'));
  const server = kind === 'redis' ? await startRedisServer({ product: 'redis' }) : undefined;
  const config = loadConfig({
    COUNTERSIGN_URL: 'http://localhost:8080',
    COUNTERSIGN_DATA: folder,
    ...(server && { COUNTERSIGN_STORE: server.url, COUNTERSIGN_STORE_PARTITIONS: '4' }),
  });
  const data = join(folder, 'store', 'data.mdb');
  const withClient = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(server?.url ?? '');
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  };
  return {
    keyFile: join(folder, 'master.key'),
    start: () => createPorts(config, createLogger({ level: 'silent' })),
    read: async () => (server ? Buffer.from((await withClient(readContent)).join('\n')) : await readFile(data)),
    async write(content: Buffer) {
      if (server) return withClient((client) => writeContent(client, content.toString().split('\n')));
      await mkdir(join(folder, 'store'));
      await writeFile(data, content);
    },
    async remove() {
      await server?.stop();
      await rm(folder, { recursive: true });
    },
  };
}
