import type { Command } from 'commander';
import { downloadToFile } from '../transfer/download.ts';
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
          : downloadToFile(service, '/v1/events/export', query, output),
      );
      if (output !== undefined) run.showDone(`exported to ${output}`);
    });
}
