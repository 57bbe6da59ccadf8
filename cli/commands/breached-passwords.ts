import { resolve } from 'node:path';
import type { Command } from 'commander';
import { collect } from './backup.ts';
import type { Environment } from './context.ts';
import { handOver } from './hand-over.ts';

interface BuildFlags {
  from: string[];
  out: string;
  minCount?: string;
  oneIn?: string;
}

/** `countersign breached-passwords`: the file that COUNTERSIGN_BREACHED_PASSWORDS_FILE names. No service is needed. */
export function addBreachedPasswords(program: Command, around: Environment): void {
  const group = program.command('breached-passwords').description('the list of breached passwords');
  const run = (command: Command, args: readonly string[]) => {
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    return handOver(around, command, [...args, ...(json ? ['--json'] : [])], 'breached-passwords.js');
  };
  group
    .command('build')
    .description('build the file from lists of SHA-1 or NTLM hashes, plain or gzip')
    .requiredOption(
      '--from <list>',
      'a line HASH:count for each password, in any order; repeat for more lists',
      collect,
    )
    .requiredOption('--out <file>', 'the file, replaced when it is complete')
    .option('--min-count <number>', 'leave out passwords seen less often; defaults to 1')
    .option(
      '--one-in <number>',
      'false positives: at most one in this many passwords that are not listed; defaults to 131072',
    )
    .action((flags: BuildFlags, command: Command) =>
      run(command, [
        'build',
        ...flags.from.flatMap((list) => ['--from', resolve(list)]),
        ...['--out', resolve(flags.out)],
        ...(flags.minCount === undefined ? [] : ['--min-count', flags.minCount]),
        ...(flags.oneIn === undefined ? [] : ['--one-in', flags.oneIn]),
      ]),
    );
  group
    .command('check <file>')
    .description('read the whole file, and show what it holds')
    .action((file: string, _flags: object, command: Command) => run(command, ['check', resolve(file)]));
}
