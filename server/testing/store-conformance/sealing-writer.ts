import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { archiveSegments } from '../../events/archive-segments.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { createArchiveFolder } from '../../platform/archive-folder/archive-folder.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { countSignIns, sealEvents } from '../consuming.ts';
import { append, sampleEvent, streamPortsOver } from '../event-stream.ts';

/**
 * A process to be killed: appends, seals, archives and counts events concurrently, and prints a line for each round.
 * After so many rounds it appends no more, since the test may be slow to kill it.
 */
const [path = '', seed = '', most = '0'] = process.argv.slice(2);
const archive = createArchiveFolder(`${path}/archive`);
const ports = await streamPortsOver(await openEmbeddedStore({ path: `${path}/store` }), seed, archive);

let number = 0;
await Promise.all([
  (async () => {
    for (let round = 1; round <= Number(most); round++) {
      await append(
        ports,
        'thing',
        [0, 1, 2].map((at) => sampleEvent(number + at)),
      );
      number += 3;
      writeSync(1, 'appended\n');
    }
  })(),
  (async () => {
    for (;;) {
      await sealEvents(ports, { batchSize: 20, stopping: () => true });
      // Without an event to seal, the loop above does not wait for the disk.
      await nextTurn();
    }
  })(),
  (async () => {
    for (;;) {
      ports.clock.advance(DAY_MS / 4);
      await archiveSegments(ports, archive);
      await nextTurn();
    }
  })(),
  (async () => {
    for (;;) {
      await countSignIns(ports, { keptDays: 400, batchSize: 20, stopping: () => true });
      await nextTurn();
    }
  })(),
]);
