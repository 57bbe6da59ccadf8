import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packWorkspace } from '../../tools/release/npm-packages.ts';
import { ROOT } from './example-site.ts';

const run = promisify(execFile);

/** A folder in which the packed `@countersign/widget` is installed, with the frameworks of this project. */
export interface WidgetProject {
  readonly folder: string;
  /** Runs a program of the project's packages there; `folder` is below. */
  run(program: string, args: readonly string[], folder?: string, settings?: Record<string, string>): Promise<string>;
  remove(): Promise<void>;
}

export async function installWidgetPackage(): Promise<WidgetProject> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-front-end-'));
  const modules = join(folder, 'node_modules');
  const widget = join(modules, '@countersign/widget');
  await mkdir(widget, { recursive: true });
  packWorkspace({ root: ROOT, work: join(folder, 'work'), out: folder }, 'widget');
  const [packed = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', join(folder, packed), '-C', widget, '--strip-components=1']);
  const installed = ['react', 'react-dom', 'vue', 'svelte', 'vite', 'rxjs', 'typescript', 'preact', '@types', 'next'];
  for (const name of [...installed, 'iron-session', '@angular', '@countersign/client', '@sveltejs', '@vitejs'])
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  return {
    folder,
    async run(program, args, below = '.', settings = {}) {
      // A test's own NODE_ENV would make the bundler build for development.
      const { NODE_ENV: _, VITEST: __, ...env } = process.env;
      const bin = join(ROOT, 'node_modules/.bin', program);
      return (await run(bin, args, { cwd: join(folder, below), env: { ...env, ...settings } })).stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Copies an example there, with these values in place of those that every reader replaces. */
export async function copyExample(project: WidgetProject, name: string, values: Record<string, string>): Promise<void> {
  const to = join(project.folder, name);
  await cp(join(ROOT, 'docs/examples/front-end', name), to, { recursive: true });
  for (const file of await readdir(join(to, 'src'))) {
    const path = join(to, 'src', file);
    let text = await readFile(path, 'utf8');
    for (const [example, real] of Object.entries(values)) text = text.replaceAll(example, real);
    await writeFile(path, text);
  }
}
