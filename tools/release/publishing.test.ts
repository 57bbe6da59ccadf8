import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { addressesOf, composerWithAddresses, pomWithAddresses, pyprojectWithAddresses } from './addresses.ts';
import { type Checkout, refusePublishing } from './publishing.ts';
import { readManifest } from './service-files.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const repository = { type: 'git', url: 'git+https://git.example/example/countersign.git' };
const addresses = {
  web: 'https://git.example/example/countersign',
  git: 'https://git.example/example/countersign.git',
};

test('one setting is the address of all packages; without it none names one', () => {
  expect(addressesOf({ repository })).toEqual(addresses);
  expect(addressesOf({})).toBeUndefined();
  for (const url of [
    'https://git.example/countersign.git',
    'git@git.example:a/b.git',
    'git+http://git.example/a/b.git',
  ]) {
    expect(() => addressesOf({ repository: { type: 'git', url } }), url).toThrow('set repository in package.json');
  }
});

test.each(['clients/java/pom.xml', 'clients/java/servlet/pom.xml'])(
  'the POM %s has what Maven Central demands, once there is an address',
  (path) => {
    const pom = pomWithAddresses(read(path), addresses);
    const elements = ['name', 'description', 'url', 'licenses', 'scm', 'developers'];
    for (const element of elements) expect(pom).toMatch(new RegExp(`^  <${element}>`, 'm'));
    expect(pom).toContain(`<connection>scm:git:${addresses.git}</connection>`);
    expect(pomWithAddresses(read(path), undefined)).toBe(read(path));
    expect(() => pomWithAddresses('<project/>', addresses)).toThrow('</licenses>');
  },
);

test('PyPI and Packagist show where the source is, once there is an address', () => {
  const pyproject = read('clients/python/pyproject.toml');
  expect(pyprojectWithAddresses(pyproject, addresses)).toContain(`[project.urls]\nRepository = "${addresses.web}"\n`);
  expect(pyprojectWithAddresses(pyproject, undefined)).toBe(pyproject);
  expect(composerWithAddresses({ name: 'countersign/client' }, addresses)).toEqual({
    name: 'countersign/client',
    homepage: addresses.web,
    support: { source: addresses.web, issues: `${addresses.web}/issues` },
  });
  expect(composerWithAddresses({ name: 'countersign/client' }, undefined)).toEqual({ name: 'countersign/client' });
});

const ready: Checkout = {
  manifest: { version: '1.0.0', repository },
  versions: { 'widget/package.json': '1.0.0' },
  remote: addresses.git,
  isClean: true,
  tags: ['v0.9.0'],
  changelog: '# Changelog\n\n## [1.0.0]\n',
};

test.each<[string, Partial<Checkout>, string]>([
  ['no address', { manifest: { version: '1.0.0' } }, 'The project has no address yet: set repository in package.json'],
  ['another remote', { remote: 'https://git.example/fork/countersign.git' }, 'origin is https://git.example/fork'],
  ['no remote', { remote: undefined }, 'origin is not set'],
  ['another version', { versions: { 'clients/java/pom.xml': '0.9.0' } }, 'clients/java/pom.xml has version 0.9.0'],
  ['a package without a version', { versions: { 'clients/java/pom.xml': undefined } }, 'has version none'],
  ['changes', { isClean: false }, 'There are changes that are not committed'],
  ['a version that is published', { tags: ['v1.0.0'] }, 'v1.0.0 is published already'],
  ['no notes', { changelog: '# Changelog\n\n## [Unreleased]\n' }, 'CHANGELOG.md has no section [1.0.0]'],
])('nothing is published with %s, and the reason says what to do', (_what, part, reason) => {
  expect(refusePublishing(ready)).toEqual([]);
  const reasons = refusePublishing({ ...ready, ...part });
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toContain(reason);
});

test('the command publishes nothing while the project has no address', () => {
  expect(readManifest(ROOT, '.').repository).toBeUndefined();
  const { status, stdout, stderr } = spawnSync('npx', ['tsx', 'tools/publish.ts'], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^The project has no address yet: set repository in package.json to \{ "type": "git"/);
});
