import { resolve } from 'node:path';
import type { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { type Service, UsageError } from '../connection/service.ts';
import { BackupAssembly } from '../transfer/assemble-backup.ts';
import { BackupCheck } from '../transfer/backup-check.ts';
import { assertReplaceable, readState, writeState } from '../transfer/backup-state.ts';
import { type Encryption, encryptionOf } from '../transfer/encrypt.ts';
import { describeFailure, isOfSystem, isSamePlace, replaceFile, writeNewFile } from '../transfer/new-file.ts';
import { type Environment, Run } from './context.ts';
import { handOver } from './hand-over.ts';

interface BackupFlags {
  state?: string;
  since?: string;
  encryptTo?: string[];
  passphraseFile?: string;
}

interface RestoreFlags {
  events?: string[];
  keys?: string[];
  identity?: string;
  passphraseFile?: string;
}

const FULL = { path: '/operator/backup' };
const CHANGES = '/operator/backup-changes';

/** `countersign backup` and `restore`. */
export function addBackup(program: Command, around: Environment): void {
  program
    .command('backup <file>')
    .description('write everything in the store to a new file; - is standard output')
    .option('--encrypt-to <recipient>', 'encrypt for this age1… recipient; repeat for several', collect)
    .option('--passphrase-file <file>', 'encrypt with the passphrase in this file')
    .option('--state <file>', 'also write what the next increment needs; contains no secrets')
    .option('--since <file>', 'write only what changed since the backup with this state, and replace the state')
    .action(async (file: string, flags: BackupFlags, command: Command) => {
      const run = new Run(around, command);
      const encrypt = await encryptionOf(flags);
      if (flags.state !== undefined || flags.since !== undefined) {
        const path = fileOf(file, flags);
        const shown = await run.asOperator((service) => writeWithState(service, path, flags, encrypt, run));
        return run.show(shown);
      }
      await run.asOperator(async (service) => {
        const check = new BackupCheck();
        if (file === '-') {
          await download(service, FULL, check, run.stdout, encrypt, { end: false }).catch((error: unknown) => {
            throw describeFailure('standard output', error);
          });
        } else await writeNewFile(resolve(file), (to) => download(service, FULL, check, to, encrypt));
        const { lines } = check;
        await record(service, { lines, isIncrement: false }, run);
        if (file !== '-') run.show({ file: resolve(file), lines });
      });
    });
  program
    .command('restore <files...>')
    .description('read a backup, and the increments after it, into an empty store, while no service runs')
    .option('--events <file>', 'revoke again what these exported events revoked; repeat for each account', collect)
    .option('--keys <file>', 'the published keys since the backup; repeat for older ones', collect)
    .option('--identity <file>', 'of an encrypted backup: the AGE-SECRET-KEY-1… of a recipient')
    .option('--passphrase-file <file>', 'of an encrypted backup')
    .action((files: string[], flags: RestoreFlags, command: Command) =>
      handOver(around, command, [
        'restore',
        ...files.map((file) => resolve(file)),
        ...(flags.events ?? []).flatMap((events) => ['--events', resolve(events)]),
        ...(flags.keys ?? []).flatMap((keys) => ['--keys', resolve(keys)]),
        ...(flags.identity === undefined ? [] : ['--identity', resolve(flags.identity)]),
        ...(flags.passphraseFile === undefined ? [] : ['--passphrase-file', resolve(flags.passphraseFile)]),
        ...(command.optsWithGlobals<{ json?: boolean }>().json ? ['--json'] : []),
      ]),
    );
}

/** @throws UsageError */
function fileOf(file: string, { state, since }: BackupFlags): string {
  if (state !== undefined && since !== undefined) {
    throw new UsageError('use --state or --since, not both: --since updates its own state file');
  }
  if (file === '-')
    throw new UsageError('--state and --since need a file: a pipe does not confirm that the backup was saved');
  return resolve(file);
}

/**
 * Writes a full backup and its state, or an increment. The new state is on the disk before the backup has its name, and
 * replaces the earlier one afterwards: a state never follows a backup that is not there.
 */
async function writeWithState(
  service: Service,
  path: string,
  { state, since }: BackupFlags,
  encrypt: Encryption | undefined,
  run: Run,
): Promise<{ file: string; lines: number; state: string }> {
  const file = resolve(since ?? state ?? '');
  const earlier = since === undefined ? undefined : await readState(file);
  const point = earlier?.head.point;
  await assertReplaceable(file, point);
  // In place of the backup, the state would take its name.
  if (await isSamePlace(path, file)) throw new UsageError(`${file} cannot be both the backup and its state`);
  const assembly = new BackupAssembly(earlier);
  await replaceFile(file, (stateTo) =>
    writeNewFile(path, async (to) => {
      await download(service, { path: CHANGES, query: { since: point } }, assembly, to, encrypt);
      await assertReplaceable(file, point);
      await writeState(stateTo, assembly.state, assembly.salt);
    }),
  );
  const { lines } = assembly;
  await record(service, { lines, isIncrement: earlier !== undefined }, run);
  return { file: path, lines, state: file };
}

async function download(
  service: Service,
  { path, query }: { path: string; query?: Record<string, unknown> },
  check: Transform,
  to: Writable,
  encrypt: Encryption = async (plain) => plain,
  options: { end?: boolean } = {},
): Promise<void> {
  const encrypted = await encrypt(check);
  const downloading = service.download(path, query, check).then(
    () => void check.end(),
    (error: Error) => {
      check.destroy(error);
      throw error;
    },
  );
  const [written, downloaded] = await Promise.allSettled([pipeline(encrypted, to, options), downloading]);
  // If the output fails, the download fails because of it, and the other way round.
  if (written.status === 'rejected' && isOfSystem(written.reason)) throw written.reason;
  if (downloaded.status === 'rejected') throw downloaded.reason;
  if (written.status === 'rejected') throw written.reason;
}

/** The backup is whole without it. */
async function record(service: Service, body: { lines: number; isIncrement: boolean }, run: Run): Promise<void> {
  await service.send('POST', '/operator/backups', { body }).catch((error: unknown) => {
    run.stderr.write(`could not record the time of the backup: ${error instanceof Error ? error.message : ''}\n`);
  });
}

/** An option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
