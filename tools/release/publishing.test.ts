import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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

/** The command, and what it reads. */
const READ = [
  ...['package.json', 'CHANGELOG.md', 'tools/publish.ts'],
  ...['server/package.json', 'clients/typescript/package.json', 'widget/package.json'],
  ...['clients/python/pyproject.toml', 'clients/java/pom.xml', 'clients/java/servlet/pom.xml'],
];

/** A copy of them with the address set and committed, and a folder in the place of its `origin`. */
function checkoutWithAddress() {
  const folder = mkdtempSync(join(tmpdir(), 'publishing-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [checkout, origin] = [join(folder, 'checkout'), join(folder, 'origin')];
  for (const path of READ) cpSync(join(ROOT, path), join(checkout, path));
  symlinkSync(join(ROOT, 'tools/release'), join(checkout, 'tools/release'));
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  writeFileSync(join(checkout, '.gitignore'), 'node_modules\n');
  const manifest = { ...JSON.parse(read('package.json')), repository };
  writeFileSync(join(checkout, 'package.json'), JSON.stringify(manifest));
  const git = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: checkout, encoding: 'utf8', env: GIT });
    expect(status, stderr).toBe(0);
    return stdout.trim();
  };
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'chore: set the address');
  git('init', '--quiet', '--bare', origin);
  git('remote', 'add', 'origin', addresses.git);
  // Pushes go to the folder, whatever the address says.
  git('remote', 'set-url', '--push', 'origin', origin);
  const publish = (...args: string[]) => {
    const run = spawnSync('npx', ['tsx', 'tools/publish.ts', ...args], { cwd: checkout, encoding: 'utf8', env: GIT });
    return { status: run.status, stdout: run.stdout, stderr: run.stderr };
  };
  const tags = () => ({ here: git('tag', '--list'), there: git('ls-remote', '--tags', '--refs', origin) });
  return { publish, tags, version: manifest.version as string };
}

/** Git's settings on this machine do not count. */
const GIT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' },
  ...{ GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' },
};

test('with an address, a dry run names the tag and pushes none; the command itself pushes it once', () => {
  const { publish, tags, version } = checkoutWithAddress();
  const dry = publish('--dry-run');
  expect(dry).toEqual({ status: 0, stdout: `would push v${version} to ${addresses.git}\n`, stderr: '' });
  expect(tags()).toEqual({ here: '', there: '' });

  const pushed = publish();
  expect(pushed.stdout).toBe(`pushed v${version}; the workflow Release publishes it, once a person approves\n`);
  expect(tags()).toEqual({
    here: `v${version}`,
    there: expect.stringMatching(`^[0-9a-f]{40}\trefs/tags/v${version}$`),
  });
  const again = publish();
  expect(again).toEqual({ status: 1, stdout: '', stderr: `v${version} is published already: raise the version.\n` });
}, 60_000);
