import { spawnSync } from 'node:child_process';
import { prepare } from './prepare/prepare.ts';
import { runProbe } from './prepare/probe.ts';

/**
 * `npm run test:prepare`: sees that the programs which the tests start are there, with their libraries. As root on Debian or
 * Ubuntu it installs what is missing; anywhere else it says what to install and fails. Half a second when nothing is missing.
 */
const ready = prepare({
  searchPath: process.env.PATH,
  isRoot: process.getuid?.() === 0,
  probe: runProbe,
  run: (command, args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
  },
  say: (text) => console.error(text),
});
if (!ready) process.exitCode = 1;
