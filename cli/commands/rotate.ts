import type { Command } from 'commander';
import { EXIT } from '../output/exit-codes.ts';
import { type Environment, Run } from './context.ts';

/** The response of `GET /operator/master-keys`. */
interface MasterKeyAnswer extends Record<string, unknown> {
  state: keyof typeof NEXT;
}

/** What to do next, by the state of the change of the master key. */
const NEXT = {
  settled: 'there is one master key, and it encrypts every secret',
  'restart-needed': 'restart the service now: it then encrypts with the new key, and re-encrypts every secret',
  'restart-others':
    'the processes in waitingFor still encrypt with another key: restart them. A killed process counts for another minute, or three if no other runs',
  resealing: 'secrets are being re-encrypted while the service runs; check again later',
  ready: 'no secret is encrypted with an old key: run countersign rotate master-key finish',
} as const;

/** `countersign rotate`: changes the key that signs results or the one that encrypts stored secrets. */
export function addRotate(program: Command, around: Environment): void {
  const rotate = program.command('rotate').description('change keys');
  rotate
    .command('signing-key')
    .description('start changing the key that signs results; the rest follows on schedule')
    .option('--status', 'only show the state')
    .action(async ({ status = false }: { status?: boolean }, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) =>
        service.send(status ? 'GET' : 'POST', '/operator/signing-keys'),
      );
      const { begun, keys, items } = body as Record<string, unknown> & {
        begun?: boolean;
        keys?: Record<string, unknown>[];
        items?: Record<string, unknown>[];
      };
      if (begun !== undefined) run.note(begun ? 'a new key is published\n' : 'a new key has been published already\n');
      run.showList(keys ?? items ?? [], ['kid', 'algorithm', 'state', 'signsFromAt', 'retiresAt']);
    });

  const master = rotate
    .command('master-key')
    .description('change the key that encrypts stored secrets: begin, restart the service, finish');
  master
    .command('begin')
    .description('add a new key to the key file, beside the old one')
    .action((_options, command: Command) => ask('POST', '/operator/master-keys', command));
  master
    .command('status')
    .description('show how many secrets each key encrypts; exits with 4 until the change is complete')
    .action((_options, command: Command) => ask('GET', '/operator/master-keys', command, isThrough));
  master
    .command('finish')
    .description('remove the old key from the key file, once it encrypts no secret')
    .action((_options, command: Command) => ask('POST', '/operator/master-keys/finish', command, isSettled));

  async function ask(method: 'GET' | 'POST', path: string, command: Command, isWell = (_: string) => true) {
    const run = new Run(around, command);
    const { body } = await run.asOperator((service) => service.send(method, path));
    const answer = body as MasterKeyAnswer;
    run.show(answer);
    run.note(`\n${NEXT[answer.state]}`);
    if (!isWell(answer.state)) process.exitCode = EXIT.partly;
  }
}

const isSettled = (state: string) => state === 'settled';
const isThrough = (state: string) => isSettled(state) || state === 'ready';
