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
