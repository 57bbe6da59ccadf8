import { spawnSync } from 'node:child_process';
import { prepare } from './prepare/prepare.ts';

/**
 * `npm run test:prepare`: sees that the programs which the tests start are there. As root on Debian or Ubuntu it
 * installs what is missing; anywhere else it says what to install and fails. A few milliseconds when nothing is missing.
 */
const ready = prepare({
  searchPath: process.env.PATH,
  isRoot: process.getuid?.() === 0,
  run: (command, args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
  },
  say: (text) => console.error(text),
});
if (!ready) process.exitCode = 1;
