import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { EXIT } from '../output/exit-codes.ts';
import { Run, type Surroundings } from './context.ts';

/** `serve` and `setup` are the server itself; the rest is asked of it over its socket. */
export function addOperator(program: Command, around: Surroundings): void {
  program
    .command('serve')
    .description('serve; configured by COUNTERSIGN_* variables')
    .option('--demo', 'with a demo account, on loopback only')
    .action(({ demo }: { demo?: boolean }) => handOver(around, ['serve', ...(demo ? ['--demo'] : [])]));
  program
    .command('setup')
    .description('make an account and its first API key, shown once')
    .option('--name <text>', 'what the account is called', 'Main account')
    .action(({ name }: { name: string }) => handOver(around, ['setup', '--name', name]));

  const account = program.command('account').description('the accounts of this server');
  account
    .command('list')
    .description('all of them')
    .action(async (_options, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) => service.send('GET', '/operator/accounts'));
      run.showList((body as { items: Record<string, unknown>[] }).items, ['id', 'name', 'plan']);
    });
  account
    .command('create')
    .description('make another account')
    .requiredOption('--name <text>', 'what it is called')
    .action(async ({ name }: { name: string }, command: Command) => {
      const run = new Run(around, command);
      const made = await run.asOperator((service) => service.send('POST', '/operator/accounts', { body: { name } }));
      run.show(made.body as Record<string, unknown>);
    });

  program
    .command('doctor')
    .description('find what crashes have left behind')
    .option('--mend', 'and remove it')
    .action(async ({ mend = false }: { mend?: boolean }, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) =>
        service.send('POST', '/operator/leftovers', { body: { mend } }),
      );
      const { items } = body as { items: Record<string, unknown>[] };
      run.showList(items, ['account', 'kind', 'id', 'mended']);
      if (items.length > 0 && !mend) process.exitCode = EXIT.partly;
    });
}

/** The server in place of the command, with its own standard streams and the signals of this process. */
async function handOver({ env, server }: Surroundings, args: string[]): Promise<void> {
  const child = spawn(process.execPath, [server, ...args], { stdio: 'inherit', env: env as NodeJS.ProcessEnv });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? EXIT.unreachable;
}
