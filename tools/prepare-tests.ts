import { spawnSync } from 'node:child_process';
import { aptCommands, instructions, missingPrograms } from './prepare/programs.ts';

/**
 * `npm run test:prepare`: sees that the programs which the tests start are there. As root on Debian or Ubuntu it
 * installs what is missing; anywhere else it says what to install and fails. A few milliseconds when nothing is missing.
 */
const missing = missingPrograms(process.env.PATH);
const root = process.getuid?.() === 0;
const apt = missingPrograms(process.env.PATH, [{ command: 'apt-get', debian: 'apt' }]).length === 0;

if (missing.length === 0) {
  console.log('prepare: redis-server, valkey-server, chromium and oathtool are here');
} else if (root && apt) {
  for (const [command, ...args] of aptCommands(missing)) {
    console.log(`prepare: ${command} ${args.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
    if (status !== 0) break;
  }
  const still = missingPrograms(process.env.PATH);
  if (still.length > 0) fail(still);
} else {
  fail(missing);
}

function fail(programs: typeof missing): void {
  console.error(instructions(programs));
  process.exitCode = 1;
}
