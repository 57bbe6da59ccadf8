import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { randomSequence } from '../random-sequence.ts';
import { waitUntil } from '../wait-until.ts';
import { keyOf, NOW } from './changes.ts';

/**
 * Fills a small file system of its own repeatedly: many write until enough of them have been refused, then a large file
 * is deleted, and they continue. Prints a line of JSON for each fill, and one at the end.
 */
const [path = '', fills = '1', lowWater = '0', seed = '1'] = process.argv.slice(2);
const options = { path: join(path, 'store'), eventCap: 500, lowWaterBytes: Number(lowWater) };
const LARGE = join(path, 'large');
const ROOM = 10_000_000;
const WRITERS = 40;

const random = randomSequence(Number(seed));
const upTo = (most: number) => Math.floor(random() * most);
const documentOf = (writer: string, n: number) => keyOf(writer, `document-${n}`);
const free = () => {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
};

const store = await openEmbeddedStore(options);
const acknowledged = new Map<string, number>();
let operations = 0;
let [committed, refused, leastFree, writing] = [0, 0, 0, false];

async function write(writer: string): Promise<void> {
  while (writing) {
    operations += 1;
    const n = operations;
    const value = { n, text: 'x'.repeat(upTo(30_000)) };
    try {
      await store.commit({
        anchor: writer,
        operation: `operation-${n}`,
        // Far enough ahead for the sweep to have work as well.
        now: NOW + n * 3000,
        expect: [],
        put: [{ key: documentOf(writer, n), value }],
        delete: upTo(2) === 0 ? [documentOf(writer, n - WRITERS * upTo(20) - 1)] : [],
        append: [{ n }],
      });
      committed += 1;
      acknowledged.set(writer, n);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      refused += 1;
      await pause(upTo(5));
    }
    leastFree = Math.min(leastFree, free());
  }
}

/** How many of the newest acknowledged documents are missing. */
async function countLost(): Promise<number> {
  const keys = [...acknowledged].map(([writer, n]) => documentOf(writer, n));
  const found = await store.getMany(keys, NOW);
  return found.filter((one) => one === undefined).length;
}

for (let fill = 1; fill <= Number(fills); fill++) {
  writeFileSync(LARGE, Buffer.alloc(Math.max(0, free() - ROOM)));
  [committed, refused, leastFree, writing] = [0, 0, free(), true];
  const writers = Array.from({ length: WRITERS }, (_, at) => write(`writer-${at}`));
  await waitUntil('writers are refused', () => refused >= 500);
  const isReady = await store.check().then(
    () => true,
    () => false,
  );
  const [before, least] = [committed, leastFree];
  rmSync(LARGE);
  await waitUntil('writers go on', () => committed >= before + 200);
  writing = false;
  await Promise.all(writers);
  console.log(JSON.stringify({ before, isReady, leastFree: least, lost: await countLost() }));
}
await store.close();
