import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type ModuleProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Runs a TypeScript module of this folder in a node process of its own; `wrapper` is a command to put in front. */
export function runModule(name: string, args: readonly string[], wrapper: readonly string[] = []): ModuleProcess {
  const module = fileURLToPath(new URL(name, import.meta.url));
  const command = [...wrapper, process.execPath, '--import', 'tsx', module, ...args];
  return spawn(command[0] ?? process.execPath, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
}

export async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
