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

/** Set for the workers of a run that has built already: what is edited meanwhile is tried by the next run. */
export const BUILT_FIRST = 'TEST_BUILT_FIRST';

/** The entry of the built service, as it is now. */
export function builtService(): string {
  return built('server/start.cjs');
}

/** What `dist/` has under this name; builds everything before that if something is missing or a source is newer. */
export function built(path: string): string {
  const outputs = OUTPUTS.map((output) => join(ROOT, output));
  const [oldest = 0] = outputs
    .map((output) => (existsSync(output) ? statSync(output).mtimeMs : 0))
    .sort((a, b) => a - b);
  if (process.env[BUILT_FIRST] === undefined && SOURCES.some((path) => newestIn(join(ROOT, path)) > oldest)) {
    // Under the test runner NODE_ENV is `test`, with which pages would be built larger than they are served.
    const env = { ...process.env, NODE_ENV: 'production' };
    for (const script of ['build:widget', 'build:console', 'build:cli', 'build:server']) {
      execFileSync('npm', ['run', '--silent', script], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
    }
  }
  return join(ROOT, 'dist', path);
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
