import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { endOnSignal } from '../test-run/end-run.ts';
import { createFolder, removeFolders, TEST_RUN } from '../test-run/own-folders.ts';
import { runStep } from '../test-run/run-step.ts';

/**
 * A step as the tests have them: it ignores signals, and starts a process in a group of its own that does too. Both print
 * their numbers.
 */
const STUBBORN = `
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  console.log(process.pid);
  setInterval(() => {}, 1000);`;
const STEP = `
  const stubborn = ${JSON.stringify(STUBBORN)};
  require('node:child_process').spawn(process.execPath, ['-e', stubborn], { detached: true, stdio: 'inherit' });
  eval(stubborn);`;

// What `npm test` does; the test interrupts it.
const run = randomBytes(3).toString('hex');
process.env[TEST_RUN] = run;
endOnSignal(() => removeFolders(run));
console.log(createFolder(tmpdir()));
await runStep({ name: 'stubborn', command: [process.execPath, '-e', STEP] }, 'show');
