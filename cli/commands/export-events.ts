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

/** `countersign event export`: as long as it is, little of it is in memory. */
export function addEventExport(group: Command, around: Environment): void {
  group
    .command('export')
    .description('export them, oldest first; JSON Lines can be verified offline (audit verify)')
    .option('--format <format>', 'jsonl or csv', 'jsonl')
    .option('--after <number>', 'only segments after this one, to go on from an export of before')
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

/** Under its name once it is whole: an export that was broken off is not taken for one. Its owner alone reads it. */
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
