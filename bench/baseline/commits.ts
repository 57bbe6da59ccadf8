import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { decoyAttemptDocument } from '../../server/authentication/documents.ts';
import { openEmbeddedStore } from '../../server/store/lmdb/open-embedded-store.ts';
import { openTables } from '../../server/store/lmdb/tables.ts';
import { openRedisStore } from '../../server/store/redis/open-redis-store.ts';
import { corkWrites } from '../../server/store/redis/socket-corking.ts';
import { type Tally, TallyBuilder } from '../load/tally.ts';
import { takeJobs } from '../processes/child.ts';

/** What a code check commits, alone: one document and one event, durable before it resolves. */
export interface CommitJob {
  /** `bare`: the same bytes by the database's own client, as one value. `store`: by the store's `commit`. */
  side: 'bare' | 'store';
  /** `embedded` or a Redis URL. */
  store: string;
  clients: number;
  durationMs: number;
}

/** About the sizes of a token and of the event of a check. */
const DOCUMENT = { text: 'd'.repeat(700) };
const EVENT = { account: 'acc_01k8dq9z2mp', text: 'e'.repeat(240) };
const BYTES = Buffer.from(JSON.stringify(DOCUMENT) + JSON.stringify(EVENT));
const DOCUMENTS = 10_000;

interface Commits {
  commit(number: number): Promise<unknown>;
  close(): Promise<unknown>;
}

async function measure({ side, store, clients, durationMs }: CommitJob): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const { commit, close } = await open(side, store, folder);
  try {
    const tallying = new TallyBuilder();
    const started = performance.now();
    let number = 0;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (performance.now() - started < durationMs) {
          const startedAt = performance.now();
          await commit(number++);
          tallying.count(200, performance.now() - startedAt);
        }
      }),
    );
    return tallying.finish(performance.now() - started);
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function open(side: CommitJob['side'], place: string, folder: string): Promise<Commits> {
  if (side === 'store') {
    const store =
      place === 'embedded'
        ? await openEmbeddedStore({ path: folder })
        : await openRedisStore({ url: place, prefix: 'bench-commits', warn: () => {} });
    const run = process.hrtime.bigint();
    return {
      commit: (number) => {
        const key = decoyAttemptDocument.key(number % DOCUMENTS);
        return store.commit({
          anchor: key.anchor,
          operation: `${run}-${number}`,
          now: Date.now(),
          expect: [],
          put: [{ key, value: DOCUMENT }],
          append: [EVENT],
        });
      },
      close: () => store.close(),
    };
  }
  if (place === 'embedded') {
    const { root, tables } = openTables(folder);
    return {
      commit: (number) => root.childTransaction(() => tables.documents.put(keyOf(number), BYTES)),
      close: () => root.close(),
    };
  }
  const redis = new Redis(place);
  redis.on('connect', () => corkWrites(redis.stream));
  return { commit: (number) => redis.set(keyOf(number), BYTES), close: () => redis.quit() };
}

function keyOf(number: number): Buffer {
  return Buffer.from(`bench-bare/${number % DOCUMENTS}`);
}

takeJobs(measure);
