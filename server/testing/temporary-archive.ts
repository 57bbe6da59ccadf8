import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveUnavailable, type AuditArchive } from '../kernel/ports/audit-archive.ts';
import { createArchiveFolder } from '../platform/archive-folder/archive-folder.ts';

export interface TemporaryArchive extends AuditArchive {
  /** The archive folder. */
  readonly root: string;
  /** Set to true to simulate an archive that does not respond. */
  isDown: boolean;
  /** Called before each operation; may throw. */
  intercept: ((operation: 'put' | 'get' | 'remove') => void) | undefined;
  delete(): Promise<void>;
}

/** An archive in a folder of its own. */
export async function openTemporaryArchive(): Promise<TemporaryArchive> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-archive-'));
  const root = join(folder, 'archive');
  const inner = createArchiveFolder(root);
  const archive: TemporaryArchive = {
    root,
    isDown: false,
    intercept: undefined,
    put: (...given) => reach('put').then(() => inner.put(...given)),
    get: (...given) => reach('get').then(() => inner.get(...given)),
    remove: (...given) => reach('remove').then(() => inner.remove(...given)),
    delete: () => rm(folder, { recursive: true }),
  };
  async function reach(operation: 'put' | 'get' | 'remove'): Promise<void> {
    if (archive.isDown) throw new ArchiveUnavailable('the archive does not respond');
    archive.intercept?.(operation);
  }
  return archive;
}
