import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { type Product, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { type Acknowledgement, readTrace, underStrace } from '../traced-flushes.ts';
import { waitUntil } from '../wait-until.ts';
import { runModule } from './run-module.ts';
import { writeNext } from './workload.ts';

/** Writes survive a killed process even without a flush, so the test counts flushes instead. */
const COMMITS = 40;

let folder: string;
let trace: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-flushes-'));
  trace = join(folder, 'trace');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// SR-6, SR-53, SR-68
test('SR-68: a power cut loses no acknowledged commit: the embedded store flushes data and then meta page before it acknowledges', async () => {
  const child = runModule('sequential-writer.ts', [join(folder, 'store'), String(COMMITS)], underStrace(trace));
  child.stdout.resume();
  child.stderr.resume();
  await once(child, 'exit');
  const acknowledged = await readTrace(trace, child.pid, {
    file: /\/data\.mdb>/,
    acknowledgement: /^write\(1<.*"acknowledged /,
  });
  expect(acknowledged).toHaveLength(COMMITS);
  expect(acknowledged.filter(({ flushes, synchronousWrites }) => flushes === 0 || synchronousWrites === 0)).toEqual([]);
});

describe.each<Product>(['redis', 'valkey'])('%s', (product) => {
  /** @returns what the server did for each of the sequential commits */
  async function traceCommits(
    args: readonly string[],
    duringRewrite: boolean,
    weaken?: (admin: Redis) => Promise<unknown>,
  ): Promise<Acknowledgement[]> {
    const server = await startRedisServer({ product, args, wrapper: underStrace(trace) });
    const admin = new Redis(server.url);
    const store = await openRedisStore({
      url: server.url,
      partitions: 4,
      recheckMs: 600_000,
      answerTimeoutMs: START_TIMEOUT_MS,
      warn: () => {},
    });
    try {
      // Unseen by the durability check, which would refuse the setting.
      await weaken?.(admin);
      const isRewriting = async () => (await admin.info('persistence')).includes('aof_rewrite_in_progress:1');
      if (duringRewrite) {
        await writeNext(store, 'before');
        await admin.bgrewriteaof();
        await waitUntil('the file is being rewritten', isRewriting);
      }
      for (let n = 1; n <= COMMITS; n++) await writeNext(store, 'writer');
      expect(await isRewriting()).toBe(duringRewrite);
      // Also ends the rewriting process.
      await admin.config('SET', 'appendonly', 'no');
    } finally {
      await store.close();
      admin.disconnect();
      await server.kill();
    }
    const acknowledged = await readTrace(trace, server.pid, {
      file: /\.incr\.aof>/,
      // The version of the commit, as an integer of RESP.
      acknowledgement: /^(write|writev|sendto|sendmsg)\(\d+<(socket|TCP).*":[1-9]\d*\\r\\n"/,
    });
    await server.stop();
    return acknowledged.slice(-COMMITS);
  }

  const unflushed = (acknowledged: readonly Acknowledgement[]) => acknowledged.filter(({ flushes }) => flushes === 0);
  /** The rewrite lasts until it is ended: a second for each key. */
  const SLOW_REWRITE = ['--rdb-key-save-delay', '1000000'];

  // SR-6, SR-68
  test('SR-68: a power cut loses no acknowledged commit: it is flushed first', async () => {
    const acknowledged = await traceCommits([], false);
    expect(acknowledged).toHaveLength(COMMITS);
    expect(unflushed(acknowledged)).toEqual([]);
  });

  test('SR-68: a power cut loses no acknowledged commit during a rewrite of the append-only file', async () => {
    const acknowledged = await traceCommits(SLOW_REWRITE, true);
    expect(acknowledged).toHaveLength(COMMITS);
    expect(unflushed(acknowledged)).toEqual([]);
  });

  // The attack: the setting that the guard refuses. It also shows that the test detects a missing flush.
  test('SR-68: with no-appendfsync-on-rewrite "yes" a power cut would lose commits: a rewrite acknowledges them without a flush', async () => {
    const acknowledged = await traceCommits(SLOW_REWRITE, true, (admin) =>
      admin.config('SET', 'no-appendfsync-on-rewrite', 'yes'),
    );
    expect(unflushed(acknowledged)).toHaveLength(COMMITS);
  });
});
