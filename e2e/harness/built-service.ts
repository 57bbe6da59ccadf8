import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the service, its widget, its console, its command and the demo shop are built from. */
const SOURCES = [
  'server',
  'widget',
  'console',
  'cli',
  'shared',
  'clients/typescript/src',
  'demo-site',
  'vite.server.config.ts',
  'vite.cli.config.ts',
  'package.json',
];
/** Made last by each of the builds. */
const OUTPUTS = [
  'dist/widget/manifest.json',
  'dist/console/manifest.json',
  'dist/cli/countersign.js',
  'dist/server/start.cjs',
];

/** The entry of the built service; builds it first if there is none or a source is newer. */
export function builtService(): string {
  const outputs = OUTPUTS.map((path) => join(ROOT, path));
  const [oldest = 0] = outputs.map((path) => (existsSync(path) ? statSync(path).mtimeMs : 0)).sort((a, b) => a - b);
  if (SOURCES.some((path) => newestIn(join(ROOT, path)) > oldest)) {
    // Under the test runner NODE_ENV is `test`, with which pages would be built larger than they are served.
    const env = { ...process.env, NODE_ENV: 'production' };
    for (const script of ['build:widget', 'build:console', 'build:cli', 'build:server']) {
      execFileSync('npm', ['run', '--silent', script], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
    }
  }
  return join(ROOT, 'dist/server/start.cjs');
}

/** When the newest file there was written; tests do not go into a build. */
function newestIn(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = readdirSync(path, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name) && !entry.parentPath.includes('/testing'),
  );
  return Math.max(0, ...inside.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
