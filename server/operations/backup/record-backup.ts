import type { WritePorts } from '../../kernel/ports/ports.ts';
import { transact } from '../../store/transact.ts';
import { lastBackupDocument } from '../maintenance/documents.ts';

/** Records that a backup is complete, for those who watch its age and that of the full one. */
export async function recordBackup(
  ports: WritePorts,
  { lines, isIncrement }: { lines: number; isIncrement: boolean },
): Promise<void> {
  const key = lastBackupDocument.key();
  await transact(ports, key.anchor, [key], ([before], now) => {
    // An increment of a full one that was not recorded leaves 0, as before any backup.
    const fullAt = isIncrement ? (before?.value.fullAt ?? 0) : now;
    return { answer: undefined, write: { put: [{ key, value: { at: now, lines, fullAt } }] } };
  });
}
