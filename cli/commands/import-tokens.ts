import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Command } from 'commander';
import { UsageError } from '../connection/service.ts';
import { EXIT } from '../output/exit-codes.ts';
import { printRefused } from '../output/print-refused.ts';
import { escapeControls } from '../output/table.ts';
import { importTokens } from '../transfer/import-tokens.ts';
import { showProgress } from '../transfer/progress.ts';
import { sizeOf } from '../transfer/rows.ts';
import { tokenFormatOf } from '../transfer/token-file.ts';
import { type Environment, Run } from './context.ts';

interface TokenImportFlags {
  format: string;
  dryRun?: boolean;
  rejected?: string;
  acceptPartial?: boolean;
  passwordStdin?: boolean;
  keyStdin?: boolean;
  kind?: string;
  seedEncoding?: string;
}

/** Further rows are counted but not listed. */
const MAX_LISTED = 1000;

/**
 * `countersign import tokens FILE`: files of vendors and other apps; CSV and JSON Lines with our own columns use bulk
 * requests.
 */
export function addTokenImport(
  group: Command,
  around: Environment,
  ownRows: (file: string, flags: TokenImportFlags, command: Command) => Promise<void>,
): void {
  group
    .command('tokens <file>')
    .description(
      'from PSKC, CSV, otpauth:// lists, exports of Google Authenticator, Aegis, 2FAS or Bitwarden, or JSON Lines',
    )
    .option('--format <format>', 'pskc, csv, otpauth, migration, app or jsonl; auto detects it', 'auto')
    .option('--dry-run', 'check every row and change nothing')
    .option('--accept-partial', 'import the good rows if others are refused')
    .option('--password-stdin', 'the password of an encrypted PSKC file or export comes on standard input')
    .option('--key-stdin', 'the pre-shared key of a PSKC file comes on standard input, in hexadecimal')
    .option('--kind <kind>', 'CSV: totp, hotp or ocra, for rows without a kind')
    .option('--seed-encoding <encoding>', 'CSV: hex, base32 or base64')
    .option('--rejected <file>', 'file for refused lines; defaults to FILE.rejected')
    .action(async (file: string, flags: TokenImportFlags, command: Command) => {
      const size = await sizeOf(file);
      const format = await tokenFormatOf(file, flags.format);
      if (format === 'own') return ownRows(file, flags, command);
      const run = new Run(around, command);
      const { dryRun = false, acceptPartial = false, rejected = `${file}.rejected` } = flags;
      const more = await readDetails(run, flags);
      const options = { file, format, dryRun, acceptPartial, rejectedFile: rejected, more };
      const show = (total: number) => showProgress(run.stderr, total, !run.json);
      const imported = await run.inAccount((service) => importTokens(service, options, show, size));
      const { done, existing, refused, warnings, carriedOut } = imported;
      if (refused.length > 0) process.exitCode = EXIT.partly;
      const listed = refused.slice(0, MAX_LISTED);
      if (run.json) {
        run.show({ done, existing, refused: listed, refusedCount: refused.length, warnings, carriedOut, dryRun });
        return;
      }
      printRefused(run.stderr, file, listed, refused.length);
      for (const warning of warnings) run.stderr.write(`${file}: ${escapeControls(warning)}\n`);
      run.print(
        `tokens: ${done} ${carriedOut ? 'imported' : 'would be imported'}, ${existing} already there, ${refused.length} refused`,
      );
      if (!carriedOut && !dryRun) run.print('nothing has changed; --accept-partial imports the valid rows');
      if (imported.rejected) run.print(`the refused lines are in ${rejected}`);
    });
}

async function readDetails(run: Run, flags: TokenImportFlags): Promise<Record<string, string>> {
  const { passwordStdin, keyStdin, kind, seedEncoding } = flags;
  if (passwordStdin && keyStdin) throw new UsageError('--password-stdin or --key-stdin, not both');
  return {
    ...(passwordStdin && { password: await run.readInput() }),
    ...(keyStdin && { preSharedKey: (await run.readInput()).trim() }),
    ...omitUndefined({ kind, seedEncoding }),
  };
}
