import { Command, CommanderError } from 'commander';
import { addAssignments } from './commands/assignments.ts';
import type { Surroundings } from './commands/context.ts';
import { addEnvironments } from './commands/environments.ts';
import { addNoun } from './commands/objects.ts';
import { addOperator } from './commands/operator.ts';
import { addTransfer } from './commands/transfer.ts';
import { Misuse, Refused, Unreachable } from './connection/service.ts';
import { NOUNS } from './nouns/nouns.ts';
import { EXIT } from './output/exit-codes.ts';
import { harmless } from './output/table.ts';

const HELP = `
Without --url it talks to the service of this machine, through the socket in its data folder
(COUNTERSIGN_DATA, ./data), as the operator; where none runs, one is started for the command.
With --url (or COUNTERSIGN_API_URL) it talks to a service elsewhere, with the API key in
COUNTERSIGN_API_KEY. Ends with 0 when done, 1 when refused, 2 when called wrongly, 3 when no
service answers, 4 when some rows failed.`;

/** The whole command. */
export function makeProgram(around: Surroundings, version: string): Command {
  const program = new Command('countersign')
    .description('Countersign: sign-in for your sites')
    .version(version)
    .option('--json', 'answer in JSON')
    .option('--ids', 'answer with ids alone')
    .option('--account <id>', 'the account, where there are several')
    .option('--data <folder>', 'the data folder of the service on this machine')
    .option('--url <url>', 'a service elsewhere')
    .addHelpText('after', HELP)
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(countersign --help tells more)');
  addOperator(program, around);
  for (const noun of NOUNS) {
    const group = addNoun(program, noun, around);
    if (noun.name === 'user') addEnvironments(group, around);
  }
  addAssignments(program, around);
  addTransfer(program, around);
  return program;
}

/** Runs one command line and answers what the process should end with. */
export async function runCommand(args: readonly string[], around: Surroundings, version: string): Promise<number> {
  try {
    await makeProgram(around, version).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
    const { message, code } = toldOf(error);
    around.stderr.write(`countersign: ${message}\n`);
    return code;
  }
}

function toldOf(error: unknown): { message: string; code: number } {
  if (error instanceof Refused) {
    const places = (error.problem.errors ?? []).map(
      ({ path, message }) => `\n  ${harmless(path)}: ${harmless(message)}`,
    );
    return { message: `${error.code}: ${harmless(error.message)}${places.join('')}`, code: EXIT.refused };
  }
  if (error instanceof Misuse) return { message: error.message, code: EXIT.misuse };
  if (error instanceof Unreachable) return { message: error.message, code: EXIT.unreachable };
  throw error;
}
