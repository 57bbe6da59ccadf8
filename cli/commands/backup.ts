import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Service } from '../connection/service.ts';
import { BackupCheck } from '../transfer/backup-check.ts';
import { type Encryption, encryptionOf } from '../transfer/encrypt.ts';
import { describeFailure, isOfSystem, writeNewFile } from '../transfer/new-file.ts';
import { type Environment, Run } from './context.ts';
import { handOver } from './hand-over.ts';

interface BackupFlags {
  encryptTo?: string[];
  passphraseFile?: string;
}

interface RestoreFlags {
  events?: string[];
  keys?: string[];
  identity?: string;
  passphraseFile?: string;
}

/** `countersign backup` and `restore`. */
export function addBackup(program: Command, around: Environment): void {
  program
    .command('backup <file>')
    .description('write everything in the store to a new file; - is standard output')
    .option('--encrypt-to <recipient>', 'encrypt for this age1… recipient; repeat for several', collect)
    .option('--passphrase-file <file>', 'encrypt with the passphrase in this file')
    .action(async (file: string, flags: BackupFlags, command: Command) => {
      const run = new Run(around, command);
      const encrypt = await encryptionOf(flags);
      await run.asOperator(async (service) => {
        if (file === '-') {
          const lines = await download(service, run.stdout, encrypt, { end: false }).catch((error: unknown) => {
            throw describeFailure('standard output', error);
          });
          await record(service, lines, run);
          return;
        }
        let lines = 0;
        const path = resolve(file);
        await writeNewFile(path, async (to) => {
          lines = await download(service, to, encrypt);
        });
        await record(service, lines, run);
        run.show({ file: path, lines });
      });
    });
  program
    .command('restore <file>')
    .description('read a backup into an empty store, while no service runs')
    .option('--events <file>', 'revoke again what these exported events revoked; repeat for each account', collect)
    .option('--keys <file>', 'the published keys since the backup; repeat for older ones', collect)
    .option('--identity <file>', 'of an encrypted backup: the AGE-SECRET-KEY-1… of a recipient')
    .option('--passphrase-file <file>', 'of an encrypted backup')
    .action((file: string, flags: RestoreFlags, command: Command) =>
      handOver(around, command, [
        'restore',
        resolve(file),
        ...(flags.events ?? []).flatMap((events) => ['--events', resolve(events)]),
        ...(flags.keys ?? []).flatMap((keys) => ['--keys', resolve(keys)]),
        ...(flags.identity === undefined ? [] : ['--identity', resolve(flags.identity)]),
        ...(flags.passphraseFile === undefined ? [] : ['--passphrase-file', resolve(flags.passphraseFile)]),
        ...(command.optsWithGlobals<{ json?: boolean }>().json ? ['--json'] : []),
      ]),
    );
}

/** Returns the number of lines. */
async function download(
  service: Service,
  to: Writable,
  encrypt: Encryption = async (plain) => plain,
  options: { end?: boolean } = {},
): Promise<number> {
  const check = new BackupCheck();
  const encrypted = await encrypt(check);
  const downloading = service.download('/operator/backup', undefined, check).then(
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
  return check.lines;
}

/** The backup is whole without it. */
async function record(service: Service, lines: number, run: Run): Promise<void> {
  await service.send('POST', '/operator/backups', { body: { lines } }).catch((error: unknown) => {
    run.stderr.write(`the time of the backup could not be stored: ${error instanceof Error ? error.message : ''}\n`);
  });
}

/** An option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
