import type { Ports } from '../../kernel/ports/ports.ts';
import { NEWEST_POINT } from '../maintenance/backup-point.ts';
import { backupPointDocument } from '../maintenance/documents.ts';

/** The notes of changes name what is gone, also people. Once no increment can follow any backup, none reads them. */
export async function endUnusedNotes({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<void> {
  const [newest] = await store.getMany([backupPointDocument.key(NEWEST_POINT)], clock.now());
  if (!newest) await store.forgetChanges();
}
