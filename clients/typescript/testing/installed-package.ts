import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

export interface InstalledPackage {
  folder: string;
  write(name: string, text: string): Promise<void>;
  /** Checks every `.ts` file of the project and writes its `.js`. Fails with the compiler's complaints. */
  compile(): Promise<void>;
  /** What a script prints. */
  node(script: string, environment?: Record<string, string>): Promise<string>;
  remove(): Promise<void>;
}

/** A project of somebody else's that has the built package in its node_modules, in a folder for the moment. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-client-'));
  const home = join(folder, 'node_modules/@countersign/client');
  await mkdir(home, { recursive: true });
  await tsc('-p', PACKAGE, '--outDir', join(home, 'dist'));
  await cp(join(PACKAGE, 'package.json'), join(home, 'package.json'));
  for (const name of ['jose', '@types', 'undici-types']) {
    await symlink(join(MODULES, name), join(folder, 'node_modules', name));
  }
  const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, types: ['node'], lib: ['ES2022'] };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));

  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    compile: () => tsc('-p', folder),
    async node(script, environment = {}) {
      const { stdout } = await run(process.execPath, [script], { cwd: folder, env: environment, timeout: 30_000 });
      return stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function tsc(...options: string[]): Promise<void> {
  await run(join(MODULES, '.bin/tsc'), options, { timeout: 60_000 }).catch((error) => {
    throw new Error(`tsc: ${error.stdout || error.message}`);
  });
}
