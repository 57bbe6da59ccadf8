import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from '../../server/testing/wait-until.ts';

/** Starts the demo of an installed package, as its user does, and waits until it shows how to sign in. */
export async function startDemo(project: string, { servicePort, shopPort }: { servicePort: number; shopPort: number }) {
  const child = spawn('npx', ['countersign', 'serve', '--demo'], {
    cwd: project,
    env: { ...process.env, COUNTERSIGN_LISTEN: `127.0.0.1:${servicePort}`, SHOP_PORT: String(shopPort) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which gets the signal as a whole, as from a terminal.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await waitUntil('the demo shows its screen', () => {
    if (child.exitCode !== null) throw new Error(`the demo ended:\n${output}`);
    return /^Stop .*\n/m.test(output);
  });
  return {
    async stop() {
      const closed = once(child, 'close');
      process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
      await closed;
    },
  };
}
