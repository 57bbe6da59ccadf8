import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { BackupAssembly } from '../../cli/transfer/assemble-backup.ts';
import { parseState, type UnprovenState, writeState } from '../../cli/transfer/backup-state.ts';
import { backUpChanges, readBackupPoint } from '../backup/back-up-changes.ts';
import type { BackupRecord } from '../backup/backup-records.ts';
import { backupText } from '../backup/backup-text.ts';
import { mergeBackups } from '../backup/merge-backups.ts';
import { type RestoreCounts, restoreBackup } from '../backup/restore-backup.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { linesReader } from './restore-fixture.ts';
import { testSecrets } from './test-ports.ts';

/** A full backup or an increment, with the state for the next one. */
export interface TakenBackup {
  name: string;
  lines: string[];
  state: UnprovenState;
}

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'archive'>;

/** Backs up as the command does. */
export async function takeBackup(ports: Needs, name: string, earlier?: TakenBackup): Promise<TakenBackup> {
  const point = earlier && (await readBackupPoint(ports, earlier.state.head.point));
  if (earlier && !point) throw new Error('the store does not know the earlier backup');
  const explain = (error: unknown) => ({ code: 'UNAVAILABLE', title: String(error) });
  const assembly = new BackupAssembly(earlier?.state);
  const whole = new PassThrough();
  const [written] = await Promise.all([
    text(whole),
    pipeline(backupText(backUpChanges(ports, point), explain), assembly, whole),
  ]);
  const state = new PassThrough();
  const [content] = await Promise.all([buffer(state), writeState(state, assembly.state, assembly.salt)]);
  return { name, lines: written.split('\n').slice(0, -1), state: parseState(`${name}.state`, content) };
}

/** The backups as one, as a restore reads them. */
export async function mergedReader(
  backups: readonly Pick<TakenBackup, 'name' | 'lines'>[],
): Promise<() => AsyncGenerator<BackupRecord>> {
  const files = backups.map(({ name, lines }) => ({ name, open: linesReader(lines) }));
  return mergeBackups(files, { secrets: testSecrets() });
}

export async function restoreAll(
  over: Parameters<typeof restoreBackup>[0],
  backups: readonly Pick<TakenBackup, 'name' | 'lines'>[],
): Promise<RestoreCounts> {
  return restoreBackup(over, await mergedReader(backups));
}

/** Everything in a backup but its first line, in an order of its own. */
export async function contentOf(records: AsyncIterable<BackupRecord>): Promise<string[]> {
  const found = new Map<string, BackupRecord>();
  for await (const record of records) {
    if ('backup' in record || 'end' in record) continue;
    // The last of several counts, as a restore writes them one over the other.
    if ('d' in record) found.set(JSON.stringify(record.d), record);
    else if ('a' in record) found.set(`${record.a.account} ${record.a.first}`, record);
    else if ('last' in record) found.set(`last of ${record.s}`, record);
    else found.set(JSON.stringify(record), record);
  }
  return [...found].map(([key, record]) => `${key} ${JSON.stringify(record)}`).sort();
}
