import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { writeNext } from './workload.ts';

/** Commits one change after the other and prints `acknowledged n` for each confirmed one. */
const [path = '', count = '1'] = process.argv.slice(2);
const store = await openEmbeddedStore({ path });
for (let n = 1; n <= Number(count); n++) {
  await writeNext(store, 'writer');
  writeSync(1, `acknowledged ${n}\n`);
}
await store.close();
