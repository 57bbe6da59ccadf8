import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

export interface InstalledPackage {
  /** The package's files, as `npm pack` lists them. */
  files: string[];
  write(name: string, text: string): Promise<void>;
  /** Checks every `.ts` file of the project and writes its `.js`. Fails with the compiler's messages. */
  compile(): Promise<void>;
  /** Runs a script and returns its output. */
  node(script: string, environment?: Record<string, string>): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the built package and installs it in an empty project that has jose and Node's types, and no protocol package. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-client-'));
  const home = join(folder, 'node_modules/@countersign/client');
  await mkdir(home, { recursive: true });
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: PACKAGE,
  });
  const [{ filename, files }] = JSON.parse(packed.stdout);
  await run('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', home]);
  for (const name of ['jose', '@types', 'undici-types']) {
    await symlink(join(MODULES, name), join(folder, 'node_modules', name));
  }
  // With the types of the package checked as well.
  const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, types: ['node'], lib: ['ES2022'] };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));

  return {
    files: files.map(({ path }: { path: string }) => path),
    write: (name, text) => writeFile(join(folder, name), text),
    async compile() {
      await run(join(MODULES, '.bin/tsc'), ['-p', folder], { timeout: 60_000 }).catch((error) => {
        throw new Error(`tsc: ${error.stdout || error.message}`);
      });
    },
    async node(script, environment = {}) {
      const { stdout } = await run(process.execPath, [script], { cwd: folder, env: environment, timeout: 30_000 });
      return stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
