import type { Service } from '../connection/service.ts';
import type { Report } from '../migrate/report.ts';
import { EXIT } from '../output/exit-codes.ts';
import type { Journal } from '../transfer/journal.ts';
import type { Progress } from '../transfer/progress.ts';
import type { Run } from './context.ts';

/** Runs a migration to its end. The report is complete also if it fails; the journal stays then, to resume. */
export async function runMigration<T>(
  run: Run,
  { journal, report, progress }: { journal: Journal | undefined; report: Report; progress: Progress },
  work: (service: Service) => Promise<T>,
): Promise<T> {
  const done = await run
    .inAccount(work)
    .catch((error: unknown) => {
      if (journal) run.stderr.write(`interrupted: run the same command to resume (${journal.file})\n`);
      throw error;
    })
    .finally(async () => {
      progress.stop();
      await report.close();
    });
  await journal?.close();
  if (report.count('refused') > 0) process.exitCode = EXIT.partly;
  return done;
}
