import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Service } from '../connection/service.ts';
import { openPrivateFile } from '../transfer/private-file.ts';
import { type Environment, Run } from './context.ts';

interface Flags {
  format: string;
  after?: string;
  output?: string;
}

/** `countersign event export`: streams, so memory use does not depend on the length of the log. */
export function addEventExport(group: Command, around: Environment): void {
  group
    .command('export')
    .description('export them, oldest first; JSON Lines can be verified offline (audit verify)')
    .option('--format <format>', 'jsonl or csv', 'jsonl')
    .option('--after <number>', 'only segments after this one, to continue an earlier export')
    .option('--output <file>', 'to this file instead of standard output')
    .action(async ({ format, after, output }: Flags, command: Command) => {
      const run = new Run(around, command);
      const query = { format, after };
      await run.inAccount((service) =>
        output === undefined
          ? service.download('/v1/events/export', query, run.stdout)
          : toFile(service, query, output),
      );
      if (output !== undefined) run.showDone(`exported to ${output}`);
    });
}

/**
 * Renames the file only when it is complete, so that an interrupted export is not mistaken for one. Only its owner can
 * read it.
 */
async function toFile(service: Service, query: Record<string, unknown>, file: string): Promise<void> {
  const draft = `${file}.part`;
  const stream = createWriteStream(draft, { fd: openPrivateFile(draft) });
  try {
    await service.download('/v1/events/export', query, stream);
    stream.end();
    await finished(stream);
    await rename(draft, file);
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw error;
  }
}
