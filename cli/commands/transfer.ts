import { dirname } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../output/exit-codes.ts';
import { printRefused } from '../output/print-refused.ts';
import { lineOf } from '../transfer/export-rows.ts';
import { importRows } from '../transfer/import-rows.ts';
import { openJournal } from '../transfer/journal.ts';
import { checkPrivateFile } from '../transfer/private-file.ts';
import { showProgress } from '../transfer/progress.ts';
import { checkColumns, TOKEN_FIELDS, tokenRow, USER_FIELDS, userRow } from '../transfer/row-shapes.ts';
import { columnsOf, formatOf, headerOf, readRows, sizeOf } from '../transfer/rows.ts';
import { type Environment, Run } from './context.ts';
import { addTokenImport } from './import-tokens.ts';
import { pages } from './pages.ts';

const KINDS = {
  users: {
    path: '/v1/users',
    toRequest: userRow,
    fields: USER_FIELDS,
    required: ['login'],
    columns: [
      'id',
      'login',
      'alias',
      'email',
      'phone',
      'firstName',
      'secondName',
      'externalId',
      'metadata',
      'blocked',
      'apiSupport',
      'hasPassword',
    ],
  },
  tokens: {
    path: '/v1/tokens',
    toRequest: tokenRow,
    fields: TOKEN_FIELDS,
    required: ['name', 'kind', 'secret'],
    columns: ['id', 'name', 'kind', 'serial', 'algorithm', 'digits', 'periodMs', 'owner', 'state', 'expiresAt'],
  },
} as const;

/** `countersign import users FILE` and `export users`, as CSV or JSON Lines. */
export function addTransfer(program: Command, around: Environment): void {
  const into = program.command('import').description('import users or tokens from a file');
  const out = program.command('export').description('write users or tokens to standard output');
  addImport(into, 'users', around);
  addTokenImport(into, around, (file, flags, command) => {
    const format = flags.format === 'auto' ? undefined : flags.format;
    return importOwn('tokens', around, file, { ...flags, format }, command);
  });
  for (const kind of ['users', 'tokens'] as const) addExport(out, kind, around);
}

interface ImportFlags {
  format?: string | undefined;
  dryRun?: boolean;
  rejected?: string;
}

function addImport(group: Command, kind: keyof typeof KINDS, around: Environment): void {
  group
    .command(`${kind} <file>`)
    .description('from CSV (with a header line) or JSON Lines')
    .option('--format <format>', 'csv or jsonl; defaults to that of the file name')
    .option('--dry-run', 'check every row and change nothing')
    .option('--rejected <file>', 'file for refused rows; defaults to FILE.rejected')
    .action((file: string, flags: ImportFlags, command: Command) => importOwn(kind, around, file, flags, command));
}

/** Imports rows with the fields of the API. */
async function importOwn(
  kind: keyof typeof KINDS,
  around: Environment,
  file: string,
  flags: ImportFlags,
  command: Command,
): Promise<void> {
  const { path, toRequest, fields, required } = KINDS[kind];
  const run = new Run(around, command);
  const [format, size] = [formatOf(file, flags.format), await sizeOf(file)];
  if (format === 'csv') checkColumns(await columnsOf(file), fields, required);
  const rejectedFile = flags.rejected ?? `${file}.rejected`;
  const dryRun = flags.dryRun === true;
  if (!dryRun) checkPrivateFile(rejectedFile);
  const journal = dryRun ? undefined : await openJournal(file, dirname(rejectedFile), path);
  if (journal?.resumed) run.note('resuming the interrupted import');
  const progress = showProgress(run.stderr, size, !run.json);
  const bulk = path.replace('/v1/', '/v1/bulk/');
  const header = format === 'csv' ? await headerOf(file) : undefined;
  const rows = readRows(file, format);
  const options = { rows, header, path: bulk, dryRun, run: journal?.run ?? '', rejectedFile, toRequest };
  const imported = await run
    .inAccount((service) => importRows(service, options, progress))
    .catch((error: unknown) => {
      if (journal) run.stderr.write(`interrupted: run the same command to resume (${journal.file})\n`);
      throw error;
    })
    .finally(() => progress.stop());
  await journal?.close();
  const { done, refused, refusedCount } = imported;
  if (run.json) run.show({ done, refused, refusedCount, dryRun });
  else {
    printRefused(run.stderr, file, refused, refusedCount);
    run.print(`${kind}: ${done} ${dryRun ? 'would be imported' : 'imported'}, ${refusedCount} refused`);
    if (refusedCount > 0 && !dryRun) run.print(`the refused rows are in ${rejectedFile}`);
  }
  if (refusedCount > 0) process.exitCode = EXIT.partly;
}

function addExport(group: Command, kind: keyof typeof KINDS, around: Environment): void {
  const { path, columns } = KINDS[kind];
  group
    .command(kind)
    .description('newest first')
    .option('--format <format>', 'csv or jsonl', 'csv')
    .action(async (flags: { format: string }, command: Command) => {
      const run = new Run(around, command);
      const format = formatOf('', flags.format);
      await run.inAccount(async (service) => {
        if (format === 'csv') run.print(columns.join(','));
        for await (const object of pages(service, path)) run.print(lineOf(object, columns, format));
      });
    });
}
