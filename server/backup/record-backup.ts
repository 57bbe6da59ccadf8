import type { Ports } from '../kernel/ports/ports.ts';
import { lastBackupDocument } from '../maintenance/documents.ts';
import { transact } from '../store/transact.ts';

/** Records that a backup is complete, for those who watch its age. */
export async function recordBackup(ports: Pick<Ports, 'store' | 'clock' | 'random'>, lines: number): Promise<void> {
  const key = lastBackupDocument.key();
  await transact(ports, key.anchor, [key], (_, now) => ({
    answer: undefined,
    write: { put: [{ key, value: { at: now, lines } }] },
  }));
}
