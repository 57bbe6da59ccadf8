#!/usr/bin/env node
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import about from '../package.json' with { type: 'json' };
import { EXIT } from './output/exit-codes.ts';
import { runCommand } from './program.ts';
import { describeFailure } from './transfer/new-file.ts';

const { env, stdin, stdout, stderr } = process;
// In the built tree: dist/cli/countersign.js beside dist/server/.
const server = join(import.meta.dirname, '..', 'server', 'start.cjs');
// A reader such as `head` takes less than there is. The command ends as one that gets SIGPIPE does, which Node ignores.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
  const failure = describeFailure('standard output', error);
  stderr.write(`countersign: ${failure instanceof Error ? failure.message : failure}\n`);
  process.exit(EXIT.partly);
});
process.exitCode = await runCommand(
  process.argv.slice(2),
  {
    ...{ env, stdin, stdout, stderr, server },
    pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    interruption() {
      const ending = new AbortController();
      process.once('SIGINT', () => ending.abort());
      return ending.signal;
    },
  },
  about.version,
);
