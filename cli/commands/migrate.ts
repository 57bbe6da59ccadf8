import type { Command } from 'commander';
import { UsageError } from '../connection/service.ts';
import { Report } from '../migrate/report.ts';
import { escapeControls } from '../output/table.ts';
import type { Needs } from '../protectimus/give-access.ts';
import { migrateAccount } from '../protectimus/migrate.ts';
import { type MigrationPlan, planMigration } from '../protectimus/migration-plan.ts';
import { readSource } from '../protectimus/read-source.ts';
import { sendEnrolments, sendResets } from '../protectimus/send-links.ts';
import { openSource } from '../protectimus/source.ts';
import { type Journal, openRun } from '../transfer/journal.ts';
import { checkPrivateFile } from '../transfer/private-file.ts';
import { showProgress } from '../transfer/progress.ts';
import { type Environment, Run } from './context.ts';
import { addFileMigrations } from './migrate-file.ts';
import { runMigration } from './run-migration.ts';

interface Flags {
  from: string;
  login: string;
  keyStdin?: boolean;
  report: string;
  dryRun?: boolean;
  sendLinks?: boolean;
  sendResets?: boolean;
  language: string;
}

const NOTE = `
Set PROTECTIMUS_API_KEY to the API key of the other account, or pass it on standard input with
--key-stdin. Nothing is changed there. Seeds and passwords cannot be read: import the seeds of
devices first (import tokens), and their tokens are matched by serial number; all other users set
up a token and a password again. The report lists them. See docs/moving-from-protectimus.md.`;

/** `countersign migrate protectimus`: migrates resources, users, tokens and access from another account. */
export function addMigrate(program: Command, around: Environment): void {
  const group = program.command('migrate').description('migrate from another service');
  addFileMigrations(group, around);
  group
    .command('protectimus')
    .description('from an account with the Protectimus API')
    .requiredOption('--from <url>', 'its address, such as https://api.example')
    .requiredOption('--login <login>', 'of an administrator of that account')
    .option('--key-stdin', 'the API key of that administrator comes on standard input')
    .option('--dry-run', 'read and check everything, and change nothing')
    .option('--report <file>', 'the result for each object, as CSV', 'protectimus-report.csv')
    .option('--send-links', 'mail a link to set up a token to users who need one')
    .option('--send-resets', 'mail a link to a new password to users without one')
    .option('--language <language>', 'of the mails, such as en or de', 'en')
    .addHelpText('after', NOTE)
    .action((flags: Flags, command: Command) => migrate(around, flags, new Run(around, command)));
}

async function migrate(around: Environment, flags: Flags, run: Run): Promise<void> {
  const { from, login, dryRun = false, language } = flags;
  if (dryRun && (flags.sendLinks || flags.sendResets)) throw new UsageError('--dry-run sends nothing');
  if (!/^[a-z]{2,3}$/.test(language)) throw new UsageError('--language: a language such as en or de');
  const key = flags.keyStdin ? (await run.readInput()).trim() : around.env.PROTECTIMUS_API_KEY;
  if (!key) throw new UsageError('set PROTECTIMUS_API_KEY to the API key of the other account, or use --key-stdin');
  const source = openSource({ url: from, login, key });
  checkPrivateFile(flags.report);
  const show = (total: number) => showProgress(run.stderr, total, !run.json);

  // Read everything before creating anything, so that a source that fails changes nothing.
  const account = await readSource(source, show);
  for (const warning of account.warnings) run.stderr.write(`${escapeControls(warning)}\n`);
  const plan = planMigration(account);
  const journal = dryRun ? undefined : await openJournal(flags, run);
  if (journal?.resumed) run.note('resuming the interrupted migration');
  const report = new Report(flags.report);
  const progress = show(sizeOf(plan));
  let done = 0;
  const advance = (things: number) => {
    done += things;
    progress.at(done, done, report.count('refused'));
  };
  const needs = await runMigration(run, { journal, report, progress }, async (service) => {
    const context = { service, run: journal?.run ?? '', dryRun, report, advance };
    const found = await migrateAccount(context, plan);
    if (journal) {
      const mailing = { service, report, language, journal };
      if (flags.sendLinks) await sendEnrolments(mailing, found);
      if (flags.sendResets) await sendResets(mailing, found);
    }
    return found;
  });
  printSummary(run, report, { flags, needs, warnings: account.warnings });
}

function openJournal({ from, login, report }: Flags, run: Run): Promise<Journal> {
  const file = `${report}.moving`;
  return openRun(
    file,
    { from, login, account: run.account ?? '' },
    `a migration was interrupted: finish it, name another --report, or remove ${file} to start over`,
  );
}

function sizeOf({ resources, users, tokens, access }: MigrationPlan): number {
  return resources.length + users.length + tokens.length + 2 * access.length;
}

const KINDS = [
  ['resource', 'resources'],
  ['user', 'users'],
  ['token', 'tokens'],
  ['assignment', 'assignments'],
] as const;

function printSummary(
  run: Run,
  report: Report,
  about: { flags: Flags; needs: Needs; warnings: readonly string[] },
): void {
  const { flags, needs, warnings } = about;
  const { dryRun = false } = flags;
  const people = new Set(needs.enrolments.map(({ user }) => user.login)).size;
  const passwords = needs.passwords.length;
  const sent = { links: report.count('sent', 'enrolment'), resets: report.count('sent', 'password') };
  if (run.json) {
    const counts = Object.fromEntries(KINDS.map(([kind, name]) => [name, report.countsOf(kind)]));
    run.show({ ...counts, needs: { tokens: people, passwords }, sent, warnings: [...warnings], dryRun });
    return;
  }
  const word = dryRun ? 'would be migrated' : 'migrated';
  for (const [kind, name] of KINDS) run.print(`${name}: ${report.summaryOf(kind, word)}`);
  run.print(
    `${people} users need a token${flags.sendLinks ? `; ${sent.links} were sent a link` : ': --send-links mails each a link'}`,
  );
  run.print(
    `${passwords} users have no password${flags.sendResets ? `; ${sent.resets} were sent a link` : ': --send-resets mails each a link to set one'}`,
  );
  run.print(`full report: ${flags.report}`);
}
