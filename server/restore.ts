import { loadMasterKeys } from './adapters/secret-box/load-master-key.ts';
import { createSecretBox } from './adapters/secret-box/secret-box.ts';
import { systemClock } from './adapters/system-clock/system-clock.ts';
import { systemRandom } from './adapters/system-random/system-random.ts';
import { readLines } from './backup-file.ts';
import type { Config } from './config/load-config.ts';
import type { Logger } from './http/log.ts';
import { masterKeySource, openStore } from './open-ports.ts';
import { restoreBackup } from './usecases/keeping/restore-backup.ts';

/**
 * Reads a backup into an empty store, and says what it did. Without the ports of a service: their first start would write
 * to the store that has to be empty.
 */
export async function restore(config: Config, log: Logger, file: string, json = false): Promise<void> {
  const [current, ...old] = await loadMasterKeys(masterKeySource(config, false));
  const store = await openStore(config, log);
  try {
    const secrets = createSecretBox(current, { old });
    const ports = { store, clock: systemClock, random: systemRandom, secrets };
    const restored = await restoreBackup(ports, () => readLines(file));
    if (json) return console.log(JSON.stringify(restored, null, 2));
    const { documents, indexEntries, events, leftOut, eventsLeft, backedUpAt } = restored;
    const left = eventsLeft > 0 ? ` (${eventsLeft} stay in the backup: this store has fewer partitions)` : '';
    console.log(`restored the backup of ${new Date(backedUpAt).toISOString()}
documents      ${documents} (${leftOut} left out: what could be used a second time)
index entries  ${indexEntries}
events         ${events}${left}`);
  } finally {
    await store.close();
  }
}
