import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { type Dataset, memberOf, PASSWORD } from '../dataset/members.ts';
import { takeJobs } from '../processes/child.ts';
import { type FloorStore, openFloorStore } from './floor-store.ts';

/**
 * The floor of a durable check of a code or a password: a bare Hono route that makes the service's trips to the store,
 * parses, decrypts, computes and writes as much, by the database's own client and without a rule, an index, a log or a
 * reader of events.
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

/** Read with every check in the first trip. */
const SHARED = ['key', 'account', 'resource'];
/** About the sizes of the service's documents and of the event of a check. */
const FACTS = 'f'.repeat(250);
const EVENT = JSON.stringify({ account: 'acc_01k8dq9z2mp', text: 'e'.repeat(240) });
/** Of the look-ahead. A right code ends the search, as in the service. */
const CODES = 12;
const STEP_MS = 30_000;
/** For which the service remembers what to read; every other name takes two trips more. */
const MAX_REMEMBERED = 10_000;

const sealingKey = randomBytes(32);
const hasher = createArgon2Hasher();

interface User {
  login: string;
  token: string;
  passwordHash: string;
  facts: string;
}

interface Token {
  isTotp: boolean;
  /** Base64: nonce, ciphertext and tag. */
  seed: string;
  /** The counter or time step that is expected next. */
  next: number;
  facts: string;
}

interface Claim {
  user: string;
}

/** The user of a right request, and the token of a right code. */
interface Found {
  id: string;
  user: User;
  token?: string;
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
function findCounter(seed: string, code: string, first: number): number | undefined {
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

function parse<T>(text: string | null | undefined): T | undefined {
  return text === null || text === undefined ? undefined : (JSON.parse(text) as T);
}

/** Parsed documents that are kept beside their text, as in the service. */
const kept = new Map<string, { text: string; value: { hash: string } }>();

function parseShared(name: string, text: string | null | undefined): { hash: string } | undefined {
  const before = kept.get(name);
  if (before && before.text === text) return before.value;
  const value = parse<{ hash: string }>(text);
  if (text && value) kept.set(name, { text, value });
  return value;
}

/** The claim of the name in the texts of the first trip, if the API key is right. */
function claimIn(c: Context, texts: readonly (string | null)[]): Claim | undefined {
  const [key, account, resource] = SHARED.map((name, at) => parseShared(name, texts[at]));
  const presented = c.req.header('authorization')?.slice('Bearer '.length) ?? '';
  return key?.hash === hashOf(presented) && account && resource ? parse<Claim>(texts[SHARED.length]) : undefined;
}

const remembered = new Map<string, [user: string, token: string]>();

function remember(login: string, user: string, token: string): void {
  remembered.set(login, [user, token]);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= MAX_REMEMBERED) break;
    remembered.delete(oldest);
  }
}

async function checkCode(store: FloorStore, c: Context, login: string, code: string): Promise<Found | undefined> {
  const known = remembered.get(login);
  const texts = await store.get([...SHARED, login, ...(known ?? [])]);
  const claim = claimIn(c, texts);
  if (!claim) return undefined;
  let [userText, tokenText] = texts.slice(SHARED.length + 1);
  let id = known?.[1] ?? '';
  if (known?.[0] !== claim.user) {
    id = parse<User>((await store.get([claim.user]))[0])?.token ?? '';
    [userText, , tokenText] = await store.get([claim.user, login, id]);
  }
  const user = parse<User>(userText);
  const token = parse<Token>(tokenText);
  if (!user || user.login !== login || !token || !tokenText) return undefined;
  const earliest = token.isTotp ? Math.floor(Date.now() / STEP_MS) - 1 : 0;
  const found = findCounter(token.seed, code, Math.max(earliest, token.next));
  if (found === undefined) return undefined;
  const after = JSON.stringify({ ...token, next: found + 1 });
  if (!(await store.commit({ key: id, before: tokenText, after, event: EVENT }))) return undefined;
  remember(login, claim.user, id);
  return { id: claim.user, user, token: id };
}

/** Two counters are written before the hash and deleted after it, each by a commit of its own. */
async function checkPassword(
  store: FloorStore,
  c: Context,
  login: string,
  password: string,
): Promise<Found | undefined> {
  const claim = claimIn(c, await store.get([...SHARED, login]));
  if (!claim) return undefined;
  const counters = [`attempts/${login}`, `attempts/${claim.user}`] as const;
  const [userText, ...before] = await store.get([claim.user, ...counters]);
  const user = parse<User>(userText);
  if (!user) return undefined;
  const counted = JSON.stringify({ failures: 1, failedAt: Date.now(), facts: 'f'.repeat(8) });
  const counts = counters.map((key, at) => store.commit({ key, before: before[at] ?? null, after: counted }));
  if ((await Promise.all(counts)).includes(false)) return undefined;
  if (!(await hasher.verify(user.passwordHash, password))) return undefined;
  const [ofName, ofUser, current] = await store.get([
    ...counters,
    claim.user,
    login,
    user.token,
    'resource',
    'account',
  ]);
  if (current !== userText) return undefined;
  const resets = await Promise.all([
    store.commit({ key: counters[0], before: ofName ?? null, after: null }),
    store.commit({ key: counters[1], before: ofUser ?? null, after: null, event: EVENT }),
  ]);
  return resets.includes(false) ? undefined : { id: claim.user, user };
}

async function fill(store: FloorStore, { population, apiKey }: EqualWorkJob): Promise<void> {
  const passwordHash = await hasher.hash(PASSWORD);
  await store.fill(SHARED.map((name) => [name, JSON.stringify({ hash: hashOf(apiKey), facts: FACTS })]));
  const { size, totp } = population;
  for (let from = 0; from < size; from += 1000) {
    const indexes = Array.from({ length: Math.min(1000, size - from) }, (_, at) => from + at);
    await store.fill(
      indexes.flatMap((index): [string, string][] => {
        const { login, user: id, token, secret } = memberOf(index);
        const user: User = { login, token, passwordHash, facts: FACTS };
        const value: Token = { isTotp: index < totp, seed: seal(secret), next: 0, facts: FACTS };
        return [
          [login, JSON.stringify({ user: id })],
          [id, JSON.stringify(user)],
          [token, JSON.stringify(value)],
        ];
      }),
    );
  }
}

function hashOf(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('base64url');
}

async function listen(job: EqualWorkJob): Promise<{ port: number }> {
  const store = openFloorStore(job.store, job.folder);
  await fill(store, job);
  const app = new Hono();
  app.get('/health/live', (c) => c.json({ status: 'ok' }));
  app.post('/v1/authentications', async (c) => {
    const { method, user: login, otp, password } = await c.req.json<Record<string, string>>();
    const found = await (password === undefined
      ? checkCode(store, c, login ?? '', otp ?? '')
      : checkPassword(store, c, login ?? '', password));
    if (!found) return c.json({ code: 'REFUSED' }, 403);
    const { id, user, token } = found;
    const proved = token ? { otp: 'verified', token } : { otp: 'not_used' };
    return c.json({ authenticated: true, method, user: { id, login: user.login }, ...proved });
  });
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info: AddressInfo) => resolve({ port: info.port }));
  });
}

takeJobs(listen);
