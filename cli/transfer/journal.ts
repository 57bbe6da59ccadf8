import { randomUUID } from 'node:crypto';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../connection/service.ts';

/** The name that an import goes by, kept in a file until it is through. */
export interface Journal {
  run: string;
  file: string;
  /** Whether one of before was not through. */
  resumed: boolean;
  /** Notes something that was done, for a run that goes on after this one. */
  note(done: string): Promise<void>;
  /** What was completed, also by the run that was broken off. */
  completed: ReadonlySet<string>;
  /** It is through: the next one is another one. */
  close(): Promise<void>;
}

/**
 * Opens the journal of an import, or that of the one that was broken off.
 *
 * @throws UsageError when the file has changed since: its rows are known by their places, which may have moved
 */
export async function openJournal(imported: string, folder: string, path: string): Promise<Journal> {
  const file = join(folder, `${basename(imported)}.importing`);
  const { size, mtimeMs } = await stat(imported);
  return openRun(
    file,
    { path, size, mtimeMs },
    `an import of ${imported} was broken off, and it is not the same file any more: put that one back, or remove ${file} to begin anew, which doubles tokens that were taken over already`,
  );
}

/**
 * Opens the journal in a file, or that of the run that was broken off.
 *
 * @param about what has to be the same for a run to go on
 * @throws UsageError with `otherwise` where it is not
 */
export async function openRun(
  file: string,
  about: Readonly<Record<string, string | number>>,
  otherwise: string,
): Promise<Journal> {
  const run = randomUUID();
  const completed = new Set<string>();
  const rest = {
    file,
    completed,
    async note(done: string) {
      completed.add(done);
      // The line before may have been cut by a kill: that one is lost, and this one is not.
      await appendFile(file, `\n${JSON.stringify(done)}`);
    },
    close: () => rm(file, { force: true }),
  };
  try {
    await writeFile(file, JSON.stringify({ run, ...about }), { flag: 'wx', mode: 0o600 });
    return { ...rest, run, resumed: false };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const [first, ...lines] = await readLines(file);
  const before = first as { run?: string } | undefined;
  const isSame = Object.entries(about).every(([name, value]) => before?.[name as 'run'] === value);
  if (typeof before?.run !== 'string' || !isSame) throw new UsageError(otherwise);
  for (const line of lines) if (typeof line === 'string') completed.add(line);
  return { ...rest, run: before.run, resumed: true };
}

/** A line that a kill has cut says nothing. */
async function readLines(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return undefined;
    }
  });
}
