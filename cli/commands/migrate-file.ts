import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../connection/service.ts';
import { auth0 } from '../migrate/auth0.ts';
import { betterAuth } from '../migrate/better-auth.ts';
import { clerk } from '../migrate/clerk.ts';
import { firebase } from '../migrate/firebase.ts';
import { keycloak } from '../migrate/keycloak.ts';
import { countRecords, moveUsers } from '../migrate/move-users.ts';
import { privacyidea } from '../migrate/privacyidea.ts';
import { Report } from '../migrate/report.ts';
import type { System } from '../migrate/system.ts';
import { openJournal } from '../transfer/journal.ts';
import { checkPrivateFile } from '../transfer/private-file.ts';
import { showProgress } from '../transfer/progress.ts';
import { sizeOf } from '../transfer/rows.ts';
import { type Environment, Run } from './context.ts';
import { runMigration } from './run-migration.ts';

const SYSTEMS: readonly System[] = [keycloak, auth0, firebase, betterAuth, clerk, privacyidea];

interface Flags extends Record<string, unknown> {
  dryRun?: boolean;
  output: string;
  keepUnverified?: boolean;
  resource?: string;
}

/** `countersign migrate keycloak FILE` and its like: users and their tokens from an export of another system. */
export function addFileMigrations(group: Command, around: Environment): void {
  for (const system of SYSTEMS) {
    const command = group.command(`${system.name} <file>`).description(system.description);
    for (const [flags, description] of system.options) command.option(flags, description);
    command
      .option('--dry-run', 'read and check everything, and change nothing')
      .option('--resource <id>', 'give the users access to it: with their tokens, else by password')
      .option('--output <folder>', 'where the report and the refused rows go', '.')
      .option('--keep-unverified', 'also import email addresses that the other system has not verified')
      .action((file: string, flags: Flags, called: Command) => migrate(system, file, flags, new Run(around, called)));
  }
}

async function migrate(system: System, file: string, flags: Flags, run: Run): Promise<void> {
  const { dryRun = false, output, keepUnverified = false, resource, ...others } = flags;
  const named = (what: string) => join(output, `${system.name}-${what}`);
  const reportFile = named('report.csv');
  const rejected = {
    users: named('users.rejected'),
    tokens: named('tokens.rejected'),
    access: named('access.rejected'),
  };
  for (const written of [reportFile, ...Object.values(rejected)]) checkPrivateFile(written);
  const size = await sizeOf(file);
  const given = Object.entries(others).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]);
  const source = await system.open(file, Object.fromEntries(given));
  if ((await countRecords(source)) === 0) throw new UsageError(`${file} has no users of ${system.name}`);
  const journal = dryRun ? undefined : await openJournal(file, output, `migrate ${system.name}`);
  if (journal?.resumed) run.note('resuming the interrupted migration');
  const report = new Report(reportFile);
  const progress = showProgress(run.stderr, size, !run.json);
  const options = { source, dryRun, keepUnverified, run: journal?.run ?? '', rejected, report, resource };
  await runMigration(run, { journal, report, progress }, (service) => moveUsers(service, options, progress));
  printSummary(run, report, { reportFile, dryRun, givesAccess: resource !== undefined });
}

function printSummary(
  run: Run,
  report: Report,
  { reportFile, dryRun, givesAccess }: { reportFile: string; dryRun: boolean; givesAccess: boolean },
): void {
  const [passwords, emails] = [report.count('needed', 'password'), report.count('left', 'email')];
  const access = { made: report.count('made', 'assignment'), refused: report.count('refused', 'assignment') };
  if (run.json) {
    const [users, tokens] = [report.countsOf('user'), report.countsOf('token')];
    run.show({ users, tokens, ...(givesAccess && { access }), needs: { passwords }, left: { emails }, dryRun });
    return;
  }
  const word = dryRun ? 'would be moved' : 'moved';
  run.print(`users: ${report.summaryOf('user', word)}`);
  run.print(`tokens: ${report.summaryOf('token', word)}`);
  if (givesAccess)
    run.print(`access: ${access.made} ${dryRun ? 'would be given' : 'given'}, ${access.refused} refused`);
  run.print(`${passwords} users need a password; ${emails} unverified addresses left out`);
  run.print(`full report: ${reportFile}`);
}
