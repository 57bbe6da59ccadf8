import { resolve } from 'node:path';
import { isPartitionCount, MAX_PARTITIONS } from '@countersign/protocol/partition-count';
import type { Command } from 'commander';
import { UsageError } from '../connection/service.ts';
import type { Environment } from './context.ts';
import { handOver } from './hand-over.ts';

interface MoveFlags {
  to?: string;
  toFile?: string;
  partitions?: string;
}

/** `countersign store move`: by the server, which opens both stores itself. */
export function addStore(program: Command, around: Environment): void {
  const store = program.command('store').description('where the service keeps its data');
  store
    .command('move')
    .description('move everything to another store, while the service runs; run it again if it was interrupted')
    .option('--to <store>', 'embedded, or the URL of an empty Redis')
    .option('--to-file <file>', 'the same, from a file, if the URL has a password')
    .option('--partitions <number>', 'of the Redis; defaults to COUNTERSIGN_STORE_PARTITIONS')
    .action((flags: MoveFlags, command: Command) => {
      if ((flags.to === undefined) === (flags.toFile === undefined)) {
        throw new UsageError('name the other store with --to or --to-file');
      }
      if (flags.partitions !== undefined && !isPartitionCount(Number(flags.partitions))) {
        throw new UsageError(`--partitions: a whole number from 1 to ${MAX_PARTITIONS}`);
      }
      return handOver(around, command, [
        'move',
        ...(flags.to === undefined ? [] : ['--to', flags.to]),
        ...(flags.toFile === undefined ? [] : ['--to-file', resolve(flags.toFile)]),
        ...(flags.partitions === undefined ? [] : ['--partitions', flags.partitions]),
        ...(command.optsWithGlobals<{ json?: boolean }>().json ? ['--json'] : []),
      ]);
    });
}
