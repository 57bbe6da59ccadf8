import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export type ModuleProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Runs a TypeScript module of this folder, or one built by `buildModule`, in its own node process; `wrapper` is a
 * command to put in front.
 */
export function runModule(name: string, args: readonly string[], wrapper: readonly string[] = []): ModuleProcess {
  const module = fileURLToPath(new URL(name, import.meta.url));
  const compiler = module.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const command = [...wrapper, process.execPath, ...compiler, module, ...args];
  return spawn(command[0] ?? process.execPath, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
}

/**
 * Bundles a module of this folder into another, for tests that start it repeatedly: a quarter of the work each time.
 */
export async function buildModule(name: string, outDir: string): Promise<string> {
  const entry = fileURLToPath(new URL(name, import.meta.url));
  const rolldownOptions = { output: { entryFileNames: 'module.mjs' } };
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: { ssr: entry, outDir, target: 'node20', rolldownOptions },
  });
  await copyFile(join(root, 'server/store/redis/countersign.lua'), join(outDir, 'countersign.lua'));
  await symlink(join(root, 'ui/i18n/locales'), join(outDir, 'locales'));
  await symlink(join(root, 'node_modules'), join(outDir, 'node_modules'));
  return join(outDir, 'module.mjs');
}

export async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
