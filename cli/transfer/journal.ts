import { randomUUID } from 'node:crypto';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../connection/service.ts';

/** The id of an import, kept in a file until it completes. */
export interface Journal {
  run: string;
  file: string;
  /** True if an earlier run did not complete. */
  resumed: boolean;
  /** Records a completed step for a resumed run. */
  note(done: string): Promise<void>;
  /** Completed steps, also those of an interrupted run. */
  completed: ReadonlySet<string>;
  /** Completes the run: the next one is new. */
  close(): Promise<void>;
}

/**
 * Opens the journal of an import, new or interrupted.
 *
 * @throws UsageError if the file has changed: its rows are known by their positions, which may have moved
 */
export async function openJournal(imported: string, folder: string, path: string): Promise<Journal> {
  const file = join(folder, `${basename(imported)}.importing`);
  const { size, mtimeMs } = await stat(imported);
  return openRun(
    file,
    { path, size, mtimeMs },
    `an import of ${imported} was interrupted, and the file has changed since: restore it, or remove ${file} to start over, which creates tokens a second time`,
  );
}

/**
 * Opens the journal in a file, new or interrupted.
 *
 * @param about what must be unchanged for a run to resume
 * @throws UsageError with `otherwise` if it has changed
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
      // Start a new line, since a kill may have cut the last one.
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

/** A line cut by a kill is ignored. */
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
