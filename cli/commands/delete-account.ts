import type { Command } from 'commander';
import { type Service, UsageError } from '../connection/service.ts';
import { shellQuote } from '../output/shell-quote.ts';
import { escapeControls } from '../output/table.ts';
import { type Environment, Run } from './context.ts';

/** `countersign account delete`: for the operator, who repeats the name. */
export function addAccountDeletion(group: Command, around: Environment): void {
  group
    .command('delete <id>')
    .description('delete an account with everything in it, including its audit log; this cannot be undone')
    .option('--confirm <name>', 'the name of the account')
    .option('--force', 'even if credit is left')
    .action(async (id: string, { confirm, force = false }: { confirm?: string; force?: boolean }, command: Command) => {
      const run = new Run(around, command);
      const deletion = await run.asOperator(async (service) => {
        if (confirm === undefined) throw new UsageError(await question(service, id));
        return service.send('POST', `/operator/accounts/${encodeURIComponent(id)}/deletion`, {
          body: { confirm, force },
        });
      });
      run.show(deletion.body as Record<string, unknown>);
      run.note(
        '\nIts keys and sign-ins are refused. Its data is deleted within minutes: see `countersign account deletions`.',
      );
    });
}

async function question(service: Service, id: string): Promise<string> {
  const { body } = await service.send('GET', '/operator/accounts');
  const account = (body as { items: { id: string; name: string }[] }).items.find((one) => one.id === id);
  if (!account) throw new UsageError(`there is no account ${escapeControls(id)}`);
  return [
    'this cannot be undone. Keep its audit log first:',
    `  countersign --account ${id} event export --output events.jsonl`,
    `then repeat it with --confirm ${escapeControls(shellQuote(account.name))}`,
  ].join('\n');
}
