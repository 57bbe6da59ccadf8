import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { DocumentKey, Store } from '../server/kernel/ports/store.ts';
import { openEmbeddedStore } from '../server/store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../server/store/redis/open-redis-store.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';

/**
 * What a commit costs more while it notes what it changes, for the next increment of a backup: rounds with and without,
 * in turn, of commits like those of a code check: `npx tsx bench/noted-changes.ts --store redis`.
 */
const { values } = parseArgs({ options: { store: { type: 'string', default: 'embedded' } } });
const DOCUMENTS = 30_000;
const ROUNDS = 7;
const COMMITS = 3000;
const CLIENTS = [1, 8];
const DOCUMENT = { kind: 'thing', indexes: () => [] };
const VALUE = { text: 'x'.repeat(600) };
const NOW = 1_800_000_000_000;

let operations = 0;
const keyOf = (number: number): DocumentKey => ({ anchor: `tok_${number}`, name: 'token', document: DOCUMENT });

if (values.store === 'embedded') {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-notes-'));
  const store = await openEmbeddedStore({ path: folder });
  await measure('embedded', store, process.pid);
  await store.close();
  await rm(folder, { recursive: true });
} else {
  const server = await startRedisServer({ product: 'redis' });
  const store = await openRedisStore({ url: server.url, warn: () => {} });
  await measure('Redis', store, server.pid ?? process.pid);
  await store.close();
  await server.stop();
}

async function measure(name: string, store: Store, writer: number): Promise<void> {
  for (let from = 0; from < DOCUMENTS; from += 1000) {
    await Promise.all(Array.from({ length: 1000 }, (_, at) => commit(store, from + at)));
  }
  for (const clients of CLIENTS) {
    const rounds = { without: [] as Round[], noted: [] as Round[] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const kind of ['without', 'noted'] as const) {
        await (kind === 'noted' ? store.noteChanges() : store.forgetChanges());
        rounds[kind].push(await run(store, clients, writer));
      }
    }
    for (const kind of ['without', 'noted'] as const) {
      const median = (of: (round: Round) => number) => rounds[kind].map(of).sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
      const [us, cpu, bytes] = [median((one) => one.us), median((one) => one.cpuUs), median((one) => one.bytes)];
      console.log(
        `${name}, ${clients} at once, ${kind}: ${us.toFixed(0)} µs, ${cpu.toFixed(0)} µs of processor time of the writer, ${(bytes / 1000).toFixed(1)} kB written`,
      );
    }
  }
}

interface Round {
  us: number;
  cpuUs: number;
  bytes: number;
}

/** Per commit. */
async function run(store: Store, clients: number, writer: number): Promise<Round> {
  const before = await usage(writer);
  const start = performance.now();
  let left = COMMITS;
  const work = async () => {
    while (left-- > 0) await commit(store, Math.floor(Math.random() * DOCUMENTS));
  };
  await Promise.all(Array.from({ length: clients }, work));
  const us = ((performance.now() - start) * 1000) / COMMITS;
  const after = await usage(writer);
  return { us, cpuUs: (after.cpuUs - before.cpuUs) / COMMITS, bytes: (after.bytes - before.bytes) / COMMITS };
}

/** Of a process. Ticks of Linux are hundredths of a second. */
async function usage(pid: number): Promise<{ cpuUs: number; bytes: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const bytes = /^write_bytes: (\d+)/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'));
  return { cpuUs: (Number(fields[11]) + Number(fields[12])) * 10_000, bytes: Number(bytes?.[1] ?? 0) };
}

function commit(store: Store, number: number) {
  operations += 1;
  const key = keyOf(number);
  return store.commit({
    anchor: key.anchor,
    operation: `operation-${operations}`,
    once: true,
    now: NOW,
    expect: [],
    put: [{ key, value: VALUE }],
    append: [VALUE],
  });
}
