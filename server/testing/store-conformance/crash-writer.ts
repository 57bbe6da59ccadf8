import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { writeNext } from './workload.ts';

/** A process to be killed: writes to the folder as fast as it can and prints `writer n` for each acknowledged write. */
const [path = '', writers = '1'] = process.argv.slice(2);
const store = await openEmbeddedStore({ path });

await Promise.all(
  Array.from({ length: Number(writers) }, async (_, at) => {
    for (;;) {
      const n = await writeNext(store, `writer-${at}`);
      // Straight into the pipe: printed lines survive the death of the process.
      writeSync(1, `writer-${at} ${n}\n`);
    }
  }),
);
