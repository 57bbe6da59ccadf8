import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { NOW } from './changes.ts';
import { writeNext } from './workload.ts';

/** A process to be killed: counts, commits, and then prints the count, as fast as it can. */
const [path = ''] = process.argv.slice(2);
const store = await openEmbeddedStore({ path });

for (;;) {
  const { count } = await store.increment('codes', 86_400_000, 1, NOW);
  await writeNext(store, 'writer');
  writeSync(1, `${count}\n`);
}
