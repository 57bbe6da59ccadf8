import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refusePublishing } from './release/publishing.ts';
import { readManifest } from './release/service-files.ts';

/**
 * `npm run release:publish [-- --dry-run]`: pushes the tag of this version, from which the workflow tests, builds and
 * publishes everything. Refuses what it would fail at, before anything is public.
 */
const ROOT = resolve(import.meta.dirname, '..');
const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const versionIn = (path: string, pattern: RegExp) => pattern.exec(read(path))?.[1];

const manifest = readManifest(ROOT, '.');
const workspaces = ['server', 'clients/typescript', 'widget'];
const refused = refusePublishing({
  manifest,
  versions: {
    ...Object.fromEntries(workspaces.map((path) => [`${path}/package.json`, readManifest(ROOT, path).version])),
    'clients/python/pyproject.toml': versionIn('clients/python/pyproject.toml', /^version = "([^"]+)"$/m),
    'clients/java/pom.xml': versionIn('clients/java/pom.xml', /<version>([^<]+)<\/version>/),
    'clients/java/servlet/pom.xml': versionIn('clients/java/servlet/pom.xml', /<version>([^<]+)<\/version>/),
  },
  remote: git('remote').split('\n').includes('origin') ? git('remote', 'get-url', 'origin') : undefined,
  isClean: git('status', '--porcelain') === '',
  tags: git('tag', '--list').split('\n'),
  changelog: read('CHANGELOG.md'),
});
const tag = `v${manifest.version}`;
for (const reason of refused) console.error(reason);
if (refused.length > 0) process.exitCode = 1;
else if (process.argv.includes('--dry-run')) console.log(`would push ${tag} to ${git('remote', 'get-url', 'origin')}`);
else {
  git('tag', '--annotate', tag, '--message', `Countersign ${manifest.version}`);
  git('push', 'origin', tag);
  console.log(`pushed ${tag}; the workflow Release publishes it, once a person approves`);
}
