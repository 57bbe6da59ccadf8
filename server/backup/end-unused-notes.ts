import type { Ports } from '../kernel/ports/ports.ts';
import { BACKUP_POINT_TTL_MS } from '../maintenance/backup-point.ts';
import { lastBackupDocument } from '../maintenance/documents.ts';

/** The notes of changes name what is gone, also people. Without a backup for so long, no increment reads them. */
export async function endUnusedNotes({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<void> {
  const [last] = await store.getMany([lastBackupDocument.key()], clock.now());
  if (!last || clock.now() - last.value.at >= BACKUP_POINT_TTL_MS) await store.forgetChanges();
}
