import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeLines } from './backup-file.ts';
import { loadConfig } from './config/load-config.ts';
import { createLogger } from './http/log.ts';
import { openPorts } from './open-ports.ts';
import { restore } from './restore.ts';
import { backUp } from './usecases/keeping/back-up.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-restore-'));
});
afterAll(() => rm(folder, { recursive: true }));

// SR-21, SR-62. A restored store holds sealed secrets and no signing key. A master key that is lost must not be replaced there.
test('a service on a restored store makes no new master key', async () => {
  const config = loadConfig({ COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder });
  const file = join(folder, 'night.backup');
  const { ports } = await openPorts(config, log);
  await writeLines(file, backUp(ports));
  await ports.store.close();
  await rm(join(folder, 'store'), { recursive: true });
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await restore(config, log, file);
  } finally {
    printed.mockRestore();
  }
  await rm(join(folder, 'master.key'));
  await expect(openPorts(config, log)).rejects.toThrow('is missing');
  await expect(stat(join(folder, 'master.key'))).rejects.toThrow('ENOENT');
});
