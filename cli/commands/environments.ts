import type { Command } from 'commander';
import { Run, type Surroundings } from './context.ts';

/** `countersign user environments`: the browsers of a person that are remembered; with `--forget`, none from then on. */
export function addEnvironments(user: Command, around: Surroundings): void {
  user
    .command('environments <id>')
    .description('show how many browsers of a user are remembered, and since when')
    .option('--forget', 'forget all of them')
    .action(async (id: string, { forget }: { forget?: true }, command: Command) => {
      const run = new Run(around, command);
      const path = `/v1/users/${encodeURIComponent(id)}/environments`;
      if (forget) {
        await run.inAccount((service) => service.send('DELETE', path));
        return run.note(`forgot the browsers of ${id}`);
      }
      await run.inAccount(async (service) => {
        const { body } = await service.send('GET', path);
        const { environments } = body as { environments: Record<string, unknown>[] };
        run.showList(environments, ['resource', 'firstSeenAt', 'lastSeenAt']);
      });
    });
}
