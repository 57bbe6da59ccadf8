import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from '../../accounts/account.ts';
import { listAccounts } from '../../accounts/read-account.ts';
import type { Config } from '../../config/load-config.ts';
import type { Logger } from '../../http/log.ts';
import { systemClock } from '../../platform/system-clock/system-clock.ts';
import { lockFolder } from '../../store/lmdb/folder-lock.ts';
import { expectDemoStore, isStoreEmpty } from '../../store/set-store-purpose.ts';
import { demoFile } from '../create-ports.ts';
import { openStore } from '../open-store.ts';

const LOCK = 'server.lock';

/**
 * Deletes the demo of the data folder, so that the next start makes another one. The master key and the log stay.
 *
 * @throws FolderInUse while another process has it open
 * @throws WrongStorePurpose if the store is not a demo's (SR-42): then nothing is deleted
 */
export async function removeDemo(config: Config, log: Logger): Promise<void> {
  if (config.store.kind !== 'embedded') {
    throw new Error('--fresh deletes a demo only in a folder of its own: unset COUNTERSIGN_STORE');
  }
  const folder = join(config.dataFolder, 'store');
  if (!existsSync(folder)) return;
  const store = await openStore(config, log, { maxMs: 0, shouldOpenMoved: true });
  let accounts: Account[];
  try {
    if (await isStoreEmpty({ store })) return;
    // The purpose of a store never changes, so the folder is still a demo's after it is closed.
    await expectDemoStore({ store });
    accounts = await listAccounts({ store, clock: systemClock });
  } finally {
    await store.close();
  }
  const lock = lockFolder(folder);
  try {
    // First: without it, what an interruption leaves is no demo that could be shown.
    await rm(demoFile(config), { force: true });
    // Before the store, which names them. An earlier store of the data folder may have left an archive there.
    for (const { id } of accounts) {
      await rm(join(config.dataFolder, 'audit-archive', id), { recursive: true, force: true });
    }
    for (const name of await readdir(folder)) {
      if (name !== LOCK) await rm(join(folder, name), { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}
