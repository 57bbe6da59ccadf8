import { Command, CommanderError } from 'commander';
import { addAction, addResource } from './commands/actions.ts';
import { addAssignments } from './commands/assignments.ts';
import { addBreachedPasswords } from './commands/breached-passwords.ts';
import { addClock } from './commands/clock.ts';
import { addCompletion } from './commands/completion.ts';
import type { Environment, GlobalOptions } from './commands/context.ts';
import { addAccountDeletion } from './commands/delete-account.ts';
import { addEventExport } from './commands/export-events.ts';
import { addMigrate } from './commands/migrate.ts';
import { addMaintenance, addMessageTest, addOperator } from './commands/operator.ts';
import { addPersonalData } from './commands/personal-data.ts';
import { addRotate } from './commands/rotate.ts';
import { addSendLinks } from './commands/send-links.ts';
import { addStore } from './commands/store.ts';
import { addTransfer } from './commands/transfer.ts';
import { ServiceRefusal, Unreachable, UsageError } from './connection/service.ts';
import { addExamples } from './examples.ts';
import { EXIT } from './output/exit-codes.ts';
import { painterOf, plain } from './output/paint.ts';
import { escapeControls } from './output/table.ts';
import { SourceRefused } from './protectimus/source.ts';
import { SINGLE } from './resources/account.ts';
import { commandOf } from './resources/commands.ts';
import { RESOURCES } from './resources/resources.ts';
import { OutputFailed } from './transfer/new-file.ts';

const HELP = `
Without --url it talks to the service of this machine, through the socket in its data folder
(COUNTERSIGN_DATA, ./data), as the operator; if none runs, one is started for the command.
With --url (or COUNTERSIGN_API_URL) it talks to a remote service, with the API key in
COUNTERSIGN_API_KEY.

Exit codes
  0  done
  1  refused by the service: the code is in the message
  2  usage error
  3  no answer from the service
  4  incomplete: rows of an import or a migration, or links were refused, doctor found something, a key is still in use,
     the clock is in doubt, or a backup could not be written`;

/** Builds the whole command. */
export function createProgram(around: Environment, version: string): Command {
  const paint = painterOf(around.env, around.stdout);
  const program = new Command('countersign')
    .description('Countersign: sign-in for your sites')
    .version(version)
    .option('--json', 'print JSON, also for refusals')
    .option('--ids', 'print only ids, for scripts')
    .option('--field <name>', 'print only one field, such as secret or token.id')
    .option('--account <id>', 'the account, if there are several')
    .option('--data <folder>', 'the data folder of the service on this machine')
    .option('--env-file <file>', 'variables of the service, as systemd reads them, for when it is stopped')
    .option('--url <url>', 'URL of a remote service')
    .addHelpText('after', HELP)
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
      getOutHasColors: () => paint !== plain,
      getErrHasColors: () => painterOf(around.env, around.stderr) !== plain,
    })
    .configureHelp({
      styleTitle: (text) => paint('bold', text),
      styleCommandText: (text) => paint('cyan', text),
      styleOptionText: (text) => paint('cyan', text),
    })
    .exitOverride()
    .showHelpAfterError('(see countersign --help)');
  program.commandsGroup('The server:');
  addOperator(program, around);
  addMaintenance(program, around);
  addMessageTest(program, around);
  addRotate(program, around);
  addStore(program, around);
  addClock(program, around);
  addBreachedPasswords(program, around);
  program.commandsGroup('An account:');
  for (const resource of RESOURCES) {
    const group = addResource(program, resource, around);
    if (resource.name === 'account') addAccountDeletion(group, around);
    if (resource.name === 'event') addEventExport(group, around, resource);
    if (resource.name === 'user') {
      addPersonalData(group, around);
      addSendLinks(group, around);
    }
  }
  for (const action of SINGLE) addAction(program, commandOf(action), around);
  addAssignments(program, around);
  addTransfer(program, around);
  addMigrate(program, around);
  program.commandsGroup('This terminal:');
  addCompletion(program, around);
  addExamples(program);
  return program;
}

/** Runs one command line and returns the exit code. */
export async function runCommand(args: readonly string[], around: Environment, version: string): Promise<number> {
  const program = createProgram(around, version);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
    const { message, code } = describeError(error);
    const asJson = program.opts<GlobalOptions>().json === true;
    around.stderr.write(
      `${asJson ? JSON.stringify(problemOf(error, message)) : `${painterOf(around.env, around.stderr)('red', 'countersign:')} ${message}`}\n`,
    );
    return code;
  }
}

/** The refusal as the service sent it, for scripts. */
function problemOf(error: unknown, message: string): object {
  return error instanceof ServiceRefusal ? error.problem : { title: message };
}

function describeError(error: unknown): { message: string; code: number } {
  if (error instanceof ServiceRefusal) {
    const { errors = [], detail = '' } = error.problem;
    const fields = errors
      .filter(({ message }) => !detail.includes(message))
      .map(({ path, message }) => `\n  ${escapeControls(path)}: ${escapeControls(message)}`);
    return { message: `${error.code}: ${escapeControls(error.message)}${fields.join('')}`, code: EXIT.refused };
  }
  if (error instanceof SourceRefused) {
    return {
      message: `the other account refused: ${error.sourceCode} ${escapeControls(error.message)}`,
      code: EXIT.refused,
    };
  }
  if (error instanceof OutputFailed) return { message: error.message, code: EXIT.partly };
  if (error instanceof UsageError) return { message: error.message, code: EXIT.misuse };
  if (error instanceof Unreachable) return { message: error.message, code: EXIT.unreachable };
  throw error;
}
