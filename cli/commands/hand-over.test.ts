import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'countersign-hand-over-'));
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
  rmSync(folder, { recursive: true });
});

/** A server that counts. Of two signals at once the kernel may deliver the later one first, so it ends a moment after. */
const SERVER = join(folder, 'server.cjs');
writeFileSync(
  SERVER,
  `let interrupts = 0;
  const say = (text) => require('node:fs').writeSync(1, text + '\\n');
  process.on('SIGINT', () => say('interrupted ' + ++interrupts));
  process.on('SIGTERM', () => setImmediate(() => { say('ended after ' + interrupts); process.exit(7); }));
  setInterval(() => {}, 60_000);
  say('server ' + process.pid);`,
);

function commandOn(stdin: object): string {
  const module = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href);
  return `
    import { Command } from 'commander';
    import { handOver } from ${module('hand-over.ts')};
    const around = { env: process.env, stdin: ${JSON.stringify(stdin)}, stdout: {}, stderr: {}, server: ${JSON.stringify(SERVER)} };
    await handOver(around, new Command(), []);`;
}

/** Who gets the signal, one after the other; then the command is asked to end. Resolves with what the server wrote last. */
async function interrupt(stdin: object, receivers: readonly ('server' | 'command')[]) {
  const args = ['--import', 'tsx', '--input-type=module', '-e', commandOn(stdin)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const { pid = Number.NaN } = child;
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const server = Number(/^server (\d+)\n/.exec(output)?.[1]);
    const isInterrupted = text.startsWith('interrupted 1');
    const next = text.startsWith('server') ? receivers.slice(0, 1) : isInterrupted ? receivers.slice(1) : [];
    for (const receiver of next) process.kill(receiver === 'server' ? server : pid, 'SIGINT');
    if (isInterrupted) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  running.delete(child);
  return { code, last: output.trim().split('\n').at(-1) };
}

// A second signal ends the service at once, with requests unanswered.
test('Ctrl-C in a terminal, which signals both, reaches the server once', async () => {
  expect(await interrupt({ isTTY: true }, ['server', 'command'])).toEqual({ code: 7, last: 'ended after 1' });
});

test('without a terminal, the command passes the signal on', async () => {
  expect(await interrupt({}, ['command'])).toEqual({ code: 7, last: 'ended after 1' });
});
