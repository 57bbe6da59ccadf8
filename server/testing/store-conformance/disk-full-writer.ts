import { createInterface } from 'node:readline';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { keyOf } from './changes.ts';

/**
 * Runs the command of each line and prints the outcome: `write <anchor>`, `burst <anchor>` for 20 writes at once,
 * `check`. Every document has 20 kB.
 */
const [path = ''] = process.argv.slice(2);
const store = await openEmbeddedStore({ path });
console.log('ready');

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, anchor = ''] = line.split(' ');
  const work =
    verb === 'check'
      ? [store.check()]
      : Array.from({ length: verb === 'burst' ? 20 : 1 }, (_, at) => write(at === 0 ? anchor : `${anchor}.${at}`));
  const results = await Promise.allSettled(work);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (reasons.length === 0) console.log('done');
  else console.log(reasons.every((one) => one instanceof StoreUnavailable) ? 'unavailable' : `broken: ${reasons}`);
}
await store.close();

async function write(anchor: string): Promise<void> {
  const key = keyOf(anchor, 'large');
  const value = anchor.padEnd(20_000, '.');
  await store.commit({ anchor, operation: `write ${anchor}`, now: 1_000, expect: [], put: [{ key, value }] });
}
