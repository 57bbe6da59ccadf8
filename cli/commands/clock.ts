import type { Command } from 'commander';
import { EXIT } from '../output/exit-codes.ts';
import { type Environment, Run } from './context.ts';

/** `countersign clock`: the server's clock, which may be in doubt after a jump or a long stop. */
export function addClock(program: Command, around: Environment): void {
  const clock = program.command('clock').description("the server's clock");
  clock
    .command('status')
    .description('show whether the service trusts its clock, and why not; exits with 4 while it does not')
    .action((_options, command: Command) => ask('GET', command));
  clock
    .command('accept')
    .description('trust the clock again, after you have checked it')
    .action((_options, command: Command) => ask('POST', command));

  async function ask(method: 'GET' | 'POST', command: Command) {
    const run = new Run(around, command);
    const { body } = await run.asOperator((service) => service.send(method, '/operator/clock'));
    run.show(body as Record<string, unknown>);
    if (!(body as { isTrusted: boolean }).isTrusted) process.exitCode = EXIT.partly;
  }
}
