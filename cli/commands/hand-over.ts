import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { serverEnvironment } from '../connection/connect.ts';
import { EXIT } from '../output/exit-codes.ts';
import { type Environment, type GlobalOptions, variablesOf } from './context.ts';

/** Runs the server instead of the command, with its standard streams and signals. */
export async function handOver(
  around: Environment,
  command: Command,
  args: readonly string[],
  entry?: string,
): Promise<void> {
  const { server, stdin, stdout, stderr } = around;
  const options = command.optsWithGlobals<GlobalOptions>();
  const { data } = options;
  const where = data === undefined ? {} : { COUNTERSIGN_DATA: data };
  const program = entry === undefined ? server : join(dirname(server), entry);
  const child = spawn(process.execPath, [program, ...args], {
    stdio: 'inherit',
    env: serverEnvironment({ ...variablesOf(around, options), ...where }),
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // A terminal sends Ctrl-C to the server too, which would end at once on a second one, with requests unanswered.
  const isOnTerminal = [stdin, stdout, stderr].some((stream) => 'isTTY' in stream && stream.isTTY === true);
  process.on('SIGINT', () => isOnTerminal || child.kill('SIGINT'));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? EXIT.unreachable;
}
