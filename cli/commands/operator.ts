import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Misuse } from '../connection/service.ts';
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
    .description('print the link by which a fresh installation gets its account; or make one')
    .option('--name <text>', 'make an account so called and its first API key, shown once')
    .option('--superuser <email>', 'and invite its superuser')
    .action(({ name, superuser }: { name?: string; superuser?: string }) =>
      handOver(around, [
        'setup',
        ...(name === undefined ? [] : ['--name', name]),
        ...(superuser === undefined ? [] : ['--superuser', superuser]),
      ]),
    );

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

  addKeeping(program, around);
  addCourier(program, around);
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

/** Whether codes get out: one is sent that looks like any other, and opens nothing. */
function addCourier(program: Command, around: Surroundings): void {
  const courier = program.command('courier').description('how codes of a second factor get to people');
  courier
    .command('test')
    .description('send a code that opens nothing, to see whether it arrives')
    .requiredOption('--to <address>', 'an international number such as +4915112345678, or an e-mail address')
    .option('--language <tag>', 'of the message')
    .action(async (flags: { to: string; language?: string }, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) =>
        service.send('POST', '/operator/test-codes', { body: { ...flags } }),
      );
      run.show(body as Record<string, unknown>);
    });
}

/** Money, keys and copies: what an operator does to keep a server. */
function addKeeping(program: Command, around: Surroundings): void {
  program
    .command('credit')
    .description('credit an account, once per reference')
    .requiredOption('--account <id>', 'the account')
    .requiredOption('--amount <minor units>', 'such as 4900')
    .requiredOption('--reference <text>', 'of the payment; repeating it books nothing')
    .action(async (flags: { amount: string; reference: string }, command: Command) => {
      const run = new Run(around, command);
      const { account } = command.optsWithGlobals<{ account: string }>();
      const amount = Number(flags.amount);
      if (!Number.isSafeInteger(amount)) throw new Misuse('--amount: a whole number of minor units');
      const body = { account, amount, reference: flags.reference };
      const { body: entry } = await run.asOperator((service) => service.send('POST', '/operator/credits', { body }));
      run.show(entry as Record<string, unknown>);
    });

  const rotate = program.command('rotate').description('change keys');
  rotate
    .command('signing-key')
    .description('begin to change the key that signs results')
    .action(async (_options, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) => service.send('POST', '/operator/signing-keys'));
      const { begun, keys } = body as { begun: boolean; keys: Record<string, unknown>[] };
      run.note(begun ? 'a new key is published\n' : 'a new key has been published already\n');
      run.showList(keys, ['kid', 'algorithm', 'state', 'signsFromAt', 'retiresAt']);
    });

  program
    .command('backup <file>')
    .description('write everything in the store to a new file, on the machine of the service')
    .action(async (file: string, _options, command: Command) => {
      const run = new Run(around, command);
      const body = { file: resolve(file) };
      const made = await run.asOperator((service) => service.send('POST', '/operator/backups', { body }));
      run.show(made.body as Record<string, unknown>);
    });
  program
    .command('restore <file>')
    .description('read a backup into an empty store, while no service runs')
    .action((file: string) => handOver(around, ['restore', resolve(file)]));
  const audit = program.command('audit').description('exports of events');
  audit
    .command('verify <file>')
    .description('find what was changed, dropped, moved or cut off in an export, without a service')
    .requiredOption('--keys <file>', 'the published keys, as /.well-known/jwks.json had them')
    .option('--known <number:hash>', 'a head that you know from before')
    .action((file: string, flags: { keys: string; known?: string }, command: Command) => {
      const { json, account } = command.optsWithGlobals<{ json?: boolean; account?: string }>();
      return handOver(
        { ...around, server: join(dirname(around.server), 'audit.js') },
        ['verify', file, '--keys', flags.keys]
          .concat(flags.known === undefined ? [] : ['--known', flags.known])
          .concat(account === undefined ? [] : ['--account', account])
          .concat(json ? ['--json'] : []),
      );
    });
}

/** The server in place of the command, with its own standard streams and the signals of this process. */
async function handOver({ env, server }: Surroundings, args: string[]): Promise<void> {
  const child = spawn(process.execPath, [server, ...args], { stdio: 'inherit', env: env as NodeJS.ProcessEnv });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? EXIT.unreachable;
}
