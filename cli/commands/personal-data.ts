import type { Command } from 'commander';
import { type Service, ServiceRefusal, UsageError } from '../connection/service.ts';
import { shellQuote } from '../output/shell-quote.ts';
import { escapeControls } from '../output/table.ts';
import { downloadToFile } from '../transfer/download.ts';
import { type Environment, Run } from './context.ts';
import { isId, userIdOf } from './user-id.ts';

/** `countersign user export` and `user erase`: the requests of a person about their data. */
export function addPersonalData(group: Command, around: Environment): void {
  group
    .command('export <user>')
    .description('export everything that is stored about a user, as JSON; also about a deleted one, by id')
    .option('--output <file>', 'to this file instead of standard output')
    .action(async (called: string, { output }: { output?: string }, command: Command) => {
      const run = new Run(around, command);
      await run.inAccount(async (service) => {
        const path = `/v1/users/${await userIdOf(service, called)}/data`;
        await (output === undefined
          ? service.download(path, {}, run.stdout)
          : downloadToFile(service, path, {}, output));
      });
      if (output !== undefined) run.showDone(`exported to ${output}`);
    });
  group
    .command('erase <user>')
    .description('delete a user with all tokens, and their addresses in the audit log; this cannot be undone')
    .option('--confirm <login>', 'the login of the user; of a deleted one, the id')
    .action(async (called: string, { confirm }: { confirm?: string }, command: Command) => {
      const run = new Run(around, command);
      const erasure = await run.inAccount(async (service) => {
        const { id, name } = await nameOf(service, called);
        if (confirm !== name) {
          const typed = escapeControls(shellQuote(name));
          throw new UsageError(`this cannot be undone: repeat it with --confirm ${typed}`);
        }
        return service.send('POST', `/v1/users/${id}/erasure`, {});
      });
      const begun = erasure.body as Record<string, unknown>;
      run.show(begun);
      // By now it has no login.
      run.note(
        `\nPast events lose their addresses within about twenty minutes: see \`countersign user erasure ${begun.user}\`.`,
      );
    });
}

async function nameOf(service: Service, called: string): Promise<{ id: string; name: string }> {
  try {
    const { body } = await service.send('GET', `/v1/users/${encodeURIComponent(called)}`);
    const { id, login } = body as { id: string; login: string };
    return { id, name: login };
  } catch (error) {
    if (error instanceof ServiceRefusal && error.code === 'USER_NOT_FOUND' && isId(called)) {
      return { id: called, name: called };
    }
    throw error;
  }
}
