import { writeFile } from 'node:fs/promises';
import type { Store } from '../kernel/ports/store.ts';
import { backUp } from '../operations/backup/back-up.ts';
import type { BackupTrust } from '../operations/backup/backup-mac.ts';
import type { BackupRecord } from '../operations/backup/backup-records.ts';
import { mergeBackups } from '../operations/backup/merge-backups.ts';
import { InterceptedStore } from './intercepted-store.ts';
import { type TestPorts, testSecrets } from './test-ports.ts';

/** All lines of a backup. */
export async function backupOf(ports: Parameters<typeof backUp>[0]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of backUp(ports)) lines.push(line);
  return lines;
}

/** Writes a backup to a file, as the command does. */
export async function writeBackup(file: string, ports: Parameters<typeof backUp>[0]): Promise<void> {
  await writeFile(file, (await backupOf(ports)).map((line) => `${line}\n`).join(''));
}

/** Reads records from lines as from a file, as often as asked. */
export function backupReader(
  lines: readonly string[],
  trust: Partial<BackupTrust> = {},
): () => AsyncGenerator<BackupRecord> {
  return async function* read() {
    const file = { name: 'the backup', open: linesReader(lines) };
    yield* (await mergeBackups([file], { secrets: testSecrets(), ...trust }))();
  };
}

/** Reads lines as from a file, as often as asked. */
export function linesReader(lines: readonly string[]): () => AsyncGenerator<string> {
  return async function* read() {
    yield* lines;
  };
}

/** The same service over another store. */
export function overStore(ports: TestPorts, store: Store): TestPorts {
  return { ...ports, store: new InterceptedStore(store) };
}
