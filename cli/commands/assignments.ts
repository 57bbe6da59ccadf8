import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Command } from 'commander';
import { type Environment, Run } from './context.ts';
import { userIdOf } from './user-id.ts';

interface AssignmentFlags {
  resource: string;
  user?: string;
  token?: string;
}

/** `countersign assign` and `unassign`: a user alone, a user with a token, or a token with no user. */
export function addAssignments(program: Command, around: Environment): void {
  const verbs = [
    ['assign', 'give access to a resource', 'POST'],
    ['unassign', 'remove access to a resource', 'DELETE'],
  ] as const;
  for (const [verb, about, method] of verbs) {
    program
      .command(verb)
      .description(about)
      .requiredOption('--resource <id>', 'the resource')
      .option('--user <id or name>', 'a user: alone, or together with --token')
      .option('--token <id>', 'a token: of that user, or without a user')
      .action(async ({ resource, user, token }: AssignmentFlags, command: Command) => {
        const run = new Run(around, command);
        await run.inAccount(async (service) => {
          const who = {
            resource,
            ...(user !== undefined && { user: await userIdOf(service, user) }),
            ...omitUndefined({ token }),
          };
          return service.send(method, '/v1/assignments', method === 'POST' ? { body: who } : { query: who });
        });
        run.showDone(`${verb}ed`);
      });
  }
}
