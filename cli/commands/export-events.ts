import type { Command } from 'commander';
import { commandsOf } from '../resources/commands.ts';
import { filterValue } from '../resources/field-values.ts';
import type { ResourceCommand } from '../resources/resource-command.ts';
import { downloadToFile } from '../transfer/download.ts';
import { addFlag, type Options, valuesOf } from './actions.ts';
import { type Environment, Run } from './context.ts';

interface Flags {
  format: string;
  after?: string;
  output?: string;
}

/**
 * `countersign event export`: streams, so memory use does not depend on the length of the log. It takes the filters of
 * `event list`.
 */
export function addEventExport(group: Command, around: Environment, events: ResourceCommand): void {
  const filters = commandsOf(events).find(({ verb }) => verb === 'list')?.query ?? [];
  const command = group
    .command('export')
    .description('export events, oldest first; JSON Lines can be verified offline (audit verify), CSV can be filtered')
    .option('--format <format>', 'jsonl or csv', 'jsonl')
    .option('--after <number>', 'only segments after this one, to continue an earlier export')
    .option('--output <file>', 'to this file instead of standard output')
    .action(async ({ format, after, output, ...options }: Flags & Options, command: Command) => {
      const run = new Run(around, command);
      const query = { ...(await valuesOf(run, filters, options, filterValue)), format, after };
      await run.inAccount((service) =>
        output === undefined
          ? service.download('/v1/events/export', query, run.stdout)
          : downloadToFile(service, '/v1/events/export', query, output),
      );
      if (output !== undefined) run.showDone(`exported to ${output}`);
    });
  for (const flag of filters) addFlag(command, flag);
}
