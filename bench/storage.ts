import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { open } from 'lmdb';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { startService } from './processes/service.ts';

/**
 * What users, their tokens and their events take in each store, in bytes, when they are made by the API of the built
 * service: `npx tsx bench/storage.ts 5000`. A change counts with the event that tells of it.
 */
const ENTRY = join(import.meta.dirname, '../dist/server/start.cjs');
/** Of `correct horse battery staple`, so that nothing is hashed here. */
const HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const ROWS = 500;

const count = Number(process.argv[2] ?? 5000);
if (!Number.isInteger(count / ROWS) || count < ROWS) throw new RangeError(`give a multiple of ${ROWS}`);

for (const store of ['redis', 'embedded'] as const) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-storage-'));
  const redis = store === 'redis' ? await startRedisServer({ product: 'redis' }) : undefined;
  try {
    const sizeOf = redis ? () => bytesInRedis(redis.url) : () => bytesInFile(dataFolder);
    for (const [what, bytes] of await measure({ dataFolder, store: redis?.url ?? store, sizeOf })) {
      console.log(`${store}: ${Math.round(bytes)} bytes ${what}`);
    }
  } finally {
    await redis?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

interface Place {
  readonly dataFolder: string;
  readonly store: string;
  sizeOf(): Promise<number>;
}

/** The growth by one user, one token with its assignment, and one refused sign-in. */
async function measure({ dataFolder, store, sizeOf }: Place): Promise<[what: string, bytes: number][]> {
  const masterKey = randomBytes(32).toString('base64');
  const env = {
    ...process.env,
    ...{ COUNTERSIGN_DATA: dataFolder, COUNTERSIGN_STORE: store, COUNTERSIGN_MASTER_KEY: masterKey },
  };
  const setup = execFileSync(process.execPath, [ENTRY, 'setup', '--name', 'Storage'], { env, encoding: 'utf8' });
  const [key = ''] = /csk_\w+/.exec(setup) ?? [];
  /** Runs the requests, and stops the service so that all is written and nothing is being read. */
  const grow = async (work: (send: Send) => Promise<void>) => {
    const before = await sizeOf();
    const service = await startService({ dataFolder, store, masterKey, logLevel: 'warn' });
    try {
      await work((path, body) => post(`http://127.0.0.1:${service.port}/v1${path}`, key, body));
      // The service seals events in the background.
      await pause(5000);
    } finally {
      await service.stop();
    }
    return ((await sizeOf()) - before) / count;
  };
  let resource = '';
  const users: string[] = [];
  await grow(async (send) => {
    ({ id: resource = '' } = await send('/resources', { name: 'Shop' }));
  });
  const perUser = await grow(async (send) => {
    for (let from = 0; from < count; from += ROWS) {
      const rows = rowsFrom(from, (n) => ({
        ...{ login: `person-${n}`, email: `person-${n}@example.com` },
        passwordHash: { format: 'text', text: HASH },
      }));
      users.push(...(await send('/bulk/users', { rows })).rows.map(({ id }) => id));
    }
  });
  const perToken = await grow(async (send) => {
    for (let from = 0; from < count; from += ROWS) {
      const made = rowsFrom(from, (n) => ({ name: 'Phone', kind: 'totp', owner: users[n] }));
      const tokens = (await send('/bulk/tokens', { rows: made })).rows.map(({ id }) => id);
      const rows = rowsFrom(from, (n) => ({ resource, user: users[n], token: tokens[n - from] }));
      await send('/bulk/assignments', { rows });
    }
  });
  const perEvent = await grow(async (send) => {
    for (let from = 0; from < count; from += 50) {
      const some = users.slice(from, from + 50);
      await Promise.all(some.map((user) => send('/authentications', { method: 'otp', resource, user, otp: '000000' })));
    }
  });
  return [
    ['for a user with a password', perUser],
    ['for a token and its assignment', perToken],
    ['for a sign-in, while its event is in the store', perEvent],
  ];
}

interface Answer {
  readonly id?: string;
  readonly rows: readonly { readonly id: string; readonly status: number }[];
}
type Send = (path: string, body: object) => Promise<Answer>;

function rowsFrom(from: number, row: (n: number) => object): object[] {
  return Array.from({ length: ROWS }, (_, at) => row(from + at));
}

async function post(url: string, key: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Answer;
  // 403 is a wrong code.
  if ((!response.ok && response.status !== 403) || answer.rows?.some(({ status }) => status !== 201)) {
    throw new Error(`${url}: ${JSON.stringify(answer).slice(0, 500)}`);
  }
  return answer;
}

async function bytesInRedis(url: string): Promise<number> {
  const client = new Redis(url);
  try {
    return Number(/used_memory_dataset:(\d+)/.exec(await client.info('memory'))?.[1]);
  } finally {
    client.disconnect();
  }
}

/** Compacted, as a start of the service does it if half of the file is free. */
async function bytesInFile(dataFolder: string): Promise<number> {
  const copy = await mkdtemp(join(dataFolder, 'compact-'));
  const root = open({ path: join(dataFolder, 'store'), readOnly: true });
  try {
    await root.backup(copy, true);
    return (await stat(join(copy, 'data.mdb'))).size;
  } finally {
    await root.close();
    await rm(copy, { recursive: true });
  }
}
