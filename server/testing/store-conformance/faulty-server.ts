import { crashOnUncaught } from '../../composition/crash.ts';
import { createLogger } from '../../http/log.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { writeNext } from './workload.ts';

/**
 * A process with a fault: writes as fast as it can until so many writes are acknowledged, then throws an uncaught
 * error.
 */
const [path = '', most = '0'] = process.argv.slice(2);
crashOnUncaught(createLogger({ level: 'info' }));
const store = await openEmbeddedStore({ path });
let acknowledged = 0;
for (let writer = 0; writer < 4; writer++) {
  void (async () => {
    for (;;) {
      await writeNext(store, `writer-${writer}`);
      acknowledged += 1;
    }
  })();
}
setInterval(() => {
  if (acknowledged >= Number(most)) throw new Error('a fault');
}, 1);
