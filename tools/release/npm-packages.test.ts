import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
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
  const packed = spawnSync('npm', ['pack', './widget', '--pack-destination', tmpdir()], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(packed.status).toBe(1);
  expect(packed.stderr + packed.stdout).toContain('Run npm run pack:widget -- FOLDER');
});
