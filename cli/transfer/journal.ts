import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Misuse } from '../connection/service.ts';

/** The name that an import goes by, kept beside its file until it is through. */
export interface Journal {
  run: string;
  file: string;
  /** Whether one of before was not through. */
  resumed: boolean;
  /** It is through: the next import of that file is another one. */
  close(): Promise<void>;
}

interface Kept {
  run: string;
  path: string;
  size: number;
  mtimeMs: number;
}

/**
 * Opens the journal of an import, or that of the one that was broken off.
 *
 * @throws Misuse when the file has changed since: its rows are known by their places, which may have moved
 */
export async function openJournal(imported: string, folder: string, path: string): Promise<Journal> {
  const file = join(folder, `${basename(imported)}.importing`);
  const { size, mtimeMs } = await stat(imported);
  const kept: Kept = { run: randomUUID(), path, size, mtimeMs };
  const close = () => rm(file, { force: true });
  try {
    await writeFile(file, JSON.stringify(kept), { flag: 'wx', mode: 0o600 });
    return { run: kept.run, file, resumed: false, close };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const before = await readKept(file);
  if (before?.path !== path || before.size !== size || before.mtimeMs !== mtimeMs) {
    throw new Misuse(
      `an import of ${imported} was broken off, and it is not the same file any more: put that one back, or remove ${file} to begin anew, which doubles tokens that were taken over already`,
    );
  }
  return { run: before.run, file, resumed: true, close };
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}
