import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { openTables, peek } from '../../server/store/lmdb/tables.ts';
import { corkWrites } from '../../server/store/redis/socket-corking.ts';
import { type Dataset, memberOf } from '../dataset/members.ts';
import { takeJobs } from '../processes/child.ts';

/**
 * The floor of a one-time code check that is durable: a bare Hono route that reads, parses, decrypts, computes and writes
 * as much as the service does, by the database's own client and without a rule, an index, a log or a reader of events.
 */
export interface EqualWorkJob {
  /** `embedded` or a Redis URL. */
  store: string;
  /** For its own database, if embedded. */
  folder: string;
  /** Its members and their tokens are written first. */
  population: Dataset;
  /** As the requests present it. */
  apiKey: string;
}

/** Read with every check in the first trip: API key, account, resource and filter. */
const SHARED = ['key', 'account', 'resource', 'filter'];
/** About the sizes of the service's documents and of the event of a check. */
const FACTS = 'f'.repeat(300);
const EVENT = JSON.stringify({ account: 'acc_01k8dq9z2mp', text: 'e'.repeat(240) });
/** Of the look-ahead. A right code ends the search, as in the service. */
const CODES = 12;
const STEP_MS = 30_000;

/** Several may share a Redis. */
const PREFIX = `floor-${process.pid}:`;
const EVENTS = `${PREFIX}events`;

const sealingKey = randomBytes(32);

interface Token {
  isTotp: boolean;
  /** Base64: nonce, ciphertext and tag. */
  seed: string;
  /** The counter or time step that is expected next. */
  next: number;
  facts: string;
}

interface Database {
  get(keys: string[]): Promise<(string | null)[]>;
  /** Writes the token if it is still `before`, and the event. Durable when it resolves. */
  commit(key: string, before: string, after: string): Promise<boolean>;
  fill(values: readonly [key: string, value: string][]): Promise<unknown>;
}

function openDatabase({ store, folder }: EqualWorkJob): Database {
  if (store === 'embedded') return openLmdb(folder);
  const redis = new Redis(store);
  redis.on('connect', () => corkWrites(redis.stream));
  redis.defineCommand('putIf', {
    numberOfKeys: 2,
    lua: `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('XADD', KEYS[2], '*', 'e', ARGV[3])
return 1`,
  });
  const { putIf } = redis as unknown as { putIf(...args: string[]): Promise<number> };
  return {
    get: (keys) => redis.mget(keys),
    commit: async (key, before, after) => (await putIf.call(redis, key, EVENTS, before, after, EVENT)) === 1,
    fill: (values) => redis.mset(values.flat()),
  };
}

function openLmdb(folder: string): Database {
  const { root, tables } = openTables(join(folder, `floor-${process.pid}`));
  const { documents, events } = tables;
  const bytes = (text: string) => Buffer.from(text);
  let event = 0;
  return {
    get: async (keys) => keys.map((key) => peek(documents, bytes(key))?.toString() ?? null),
    commit: (key, before, after) =>
      root.childTransaction(() => {
        if (peek(documents, bytes(key))?.toString() !== before) return false;
        void documents.put(bytes(key), bytes(after));
        void events.put(bytes(`${++event}`.padStart(12, '0')), bytes(EVENT));
        return true;
      }) as Promise<boolean>,
    fill: (values) =>
      root.childTransaction(() => {
        for (const [key, value] of values) void documents.put(bytes(key), bytes(value));
      }),
  };
}

function seal(secret: Uint8Array): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unseal(sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
}

/** The counter of the code among those from `first` on. */
function find(seed: string, code: string, first: number): number | undefined {
  const key = createSecretKey(unseal(seed));
  const counter = Buffer.alloc(8);
  for (let at = 0; at < CODES; at++) {
    counter.writeUInt32BE(first + at, 4);
    const mac = createHmac('sha1', key).update(counter).digest();
    const number = (mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7fffffff) % 1_000_000;
    if (String(number).padStart(6, '0') === code) return first + at;
  }
  return undefined;
}

async function read(database: Database, names: string[]): Promise<(Record<string, unknown> | undefined)[]> {
  const texts = await database.get(names.map((name) => `${PREFIX}${name}`));
  return texts.map((text) => (text === null ? undefined : JSON.parse(text)));
}

async function fill(database: Database, { population, apiKey }: EqualWorkJob): Promise<void> {
  await database.fill(
    SHARED.map((name) => [`${PREFIX}${name}`, JSON.stringify({ hash: hashOf(apiKey), facts: FACTS })]),
  );
  const { size, totp } = population;
  for (let from = 0; from < size; from += 1000) {
    const indexes = Array.from({ length: Math.min(1000, size - from) }, (_, at) => from + at);
    await database.fill(
      indexes.flatMap((index): [string, string][] => {
        const { login, user, token, secret } = memberOf(index);
        const value: Token = { isTotp: index < totp, seed: seal(secret), next: 0, facts: FACTS };
        return [
          [`${PREFIX}${login}`, JSON.stringify({ user, token })],
          [`${PREFIX}${user}`, JSON.stringify({ login, facts: FACTS })],
          [`${PREFIX}${token}`, JSON.stringify(value)],
        ];
      }),
    );
  }
}

function hashOf(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('base64url');
}

async function listen(job: EqualWorkJob): Promise<{ port: number }> {
  const database = openDatabase(job);
  await fill(database, job);
  const app = new Hono();
  app.post('/v1/authentications', async (c) => {
    const { user: login, otp } = await c.req.json<{ user: string; otp: string }>();
    const [key, account, resource, filter, claim] = await read(database, [...SHARED, login]);
    const isAllowed = key?.hash === hashOf(c.req.header('authorization')?.slice('Bearer '.length) ?? '');
    if (!isAllowed || !account || !resource || !filter || !claim) return c.json({ code: 'REFUSED' }, 403);
    const tokenKey = `${PREFIX}${claim.token}`;
    const [before, owner] = await database.get([tokenKey, `${PREFIX}${claim.user}`]);
    if (!before || !owner || JSON.parse(owner).login !== login) return c.json({ code: 'REFUSED' }, 403);
    const token = JSON.parse(before) as Token;
    const earliest = token.isTotp ? Math.floor(Date.now() / STEP_MS) - 1 : 0;
    const found = find(token.seed, otp, Math.max(earliest, token.next));
    if (found === undefined) return c.json({ code: 'REFUSED' }, 403);
    const after = JSON.stringify({ ...token, next: found + 1 });
    if (!(await database.commit(tokenKey, before, after))) return c.json({ code: 'REFUSED' }, 403);
    return c.json({
      authenticated: true,
      method: 'otp',
      user: { id: claim.user, login },
      otp: 'verified',
      token: claim.token,
    });
  });
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info: AddressInfo) => resolve({ port: info.port }));
  });
}

takeJobs(listen);
