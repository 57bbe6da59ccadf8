import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryOf } from './npm-packages.ts';

const project = { name: 'countersign', version: '1.0.0', description: '', license: 'Apache-2.0', engines: {} };

// npm refuses a provenance that names another repository than the package.
test('a package names the repository of package.json and its folder there, or none', () => {
  const repository = { type: 'git', url: 'git+https://git.example/countersign.git' };
  expect(repositoryOf({ ...project, repository }, 'widget')).toEqual({
    repository: { ...repository, directory: 'widget' },
  });
  expect(repositoryOf(project, 'widget')).toEqual({});
});

// The workspace has the name of the package, and would be installed in its place.
test('npm packs no sources of the widget, and says what does', () => {
  const root = resolve(import.meta.dirname, '../..');
  const pack = (...options: string[]) =>
    spawnSync('npm', ['pack', './widget', '--dry-run', '--json', ...options], { cwd: root, encoding: 'utf8' });
  // As the project is set up, npm runs no scripts.
  const [packed] = JSON.parse(pack().stdout) as { files: { path: string }[] }[];
  expect(packed?.files.map(({ path }) => path).sort()).toEqual(['README.md', 'package.json']);
  const refused = pack('--ignore-scripts=false');
  expect(refused.status).toBe(1);
  expect(refused.stderr + refused.stdout).toContain('Run npm run pack:widget -- FOLDER');
});
