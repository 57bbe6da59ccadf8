import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Ports } from '../kernel/ports/ports.ts';
import { lastBackupDocument } from '../maintenance/documents.ts';
import { transact } from '../store/transact.ts';

/** Records that a backup is complete, for those who watch its age and that of the full one. */
export async function recordBackup(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { lines, isIncrement }: { lines: number; isIncrement: boolean },
): Promise<void> {
  const key = lastBackupDocument.key();
  await transact(ports, key.anchor, [key], ([before], now) => {
    // Earlier versions had full ones only.
    const fullAt = isIncrement ? (before?.value.fullAt ?? before?.value.at) : now;
    return { answer: undefined, write: { put: [{ key, value: { at: now, lines, ...omitUndefined({ fullAt }) } }] } };
  });
}
