import { spawnSync } from 'node:child_process';
import { prepare } from './prepare/prepare.ts';
import { runProbe } from './prepare/probe.ts';

/**
 * `npm run test:prepare`: checks that the programs and libraries that tests use are installed. As root on Debian or
 * Ubuntu it installs missing ones; elsewhere it prints what to install and fails. Takes half a second if nothing is
 * missing.
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
