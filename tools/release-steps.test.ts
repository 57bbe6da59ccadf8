import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';

// The commands of .github/workflows/release.yml, with an npm and a gh of our own.
const WORKFLOW = resolve(import.meta.dirname, '../.github/workflows/release.yml');
const { build, publish } = parse(readFileSync(WORKFLOW, 'utf8')).jobs;
const steps: { name?: string; run?: string }[] = [...build.steps, ...publish.steps];

/** The registry has what was published, by name and version. */
const NPM = `#!/bin/sh
registry="$PWD/registry"
case "$1" in
view) cat "$registry/$(echo "$2" | tr / _)" 2> /dev/null ;;
publish)
  echo "$*" >> calls
  name=$(tar -xzOf "$2" package/package.json | sed 's/.*"name":"\\([^"]*\\)","version":"\\([^"]*\\)".*/\\1@\\2/')
  echo "sha512-$(openssl dgst -sha512 -binary "$2" | base64 -w0)" > "$registry/$(echo "$name" | tr / _)" ;;
esac
`;
/** The forge has one release: whether it is a draft, and its files. */
const GH = `#!/bin/sh
echo "$*" >> calls
case "$2" in
view) cat forge/draft 2> /dev/null ;;
create) echo true > forge/draft ;;
upload) shift 3; for file in "$@"; do [ -f "$file" ] && cp "$file" forge/; done; true ;;
edit) echo false > forge/draft ;;
download) cat forge/SHA256SUMS ;;
esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-release-steps-'));
  for (const name of ['programs', 'registry', 'forge', 'release', 'arm', 'package']) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries({ npm: NPM, gh: GH }))
    writeFileSync(join(folder, 'programs', name), text, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const sh = (script: string, env: Record<string, string> = {}) =>
  execFileSync('bash', ['-ec', script], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { PATH: `${join(folder, 'programs')}${delimiter}${process.env.PATH}`, GITHUB_REF_NAME: 'v1.0.0', ...env },
  });
function runStep(name: string, env?: Record<string, string>): string[] {
  const calls = join(folder, 'calls');
  rmSync(calls, { force: true });
  sh(steps.find((step) => step.name === name)?.run ?? 'false', env);
  return existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
}
function pack(name: string, text: string): void {
  writeFileSync(
    join(folder, 'package/package.json'),
    `{"name":"@countersign/${name}","version":"1.0.0","is":"${text}"}`,
  );
  sh(`tar -czf release/countersign-${name}-1.0.0.tgz package`);
}

test('a release is of the version and the repository that package.json names', () => {
  const repository = { type: 'git', url: 'git+https://git.example/example/countersign.git' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '1.0.0', repository }));
  const here = { GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'example/countersign' };
  runStep('The tag is the version');
  runStep('package.json names this repository', here);
  expect(() => runStep('The tag is the version', { GITHUB_REF_NAME: 'v1.0.1' })).toThrow();
  const fork = { ...here, GITHUB_REPOSITORY: 'fork/countersign' };
  expect(() => runStep('package.json names this repository', fork)).toThrow();
});

test('the files of both machines come together, each with its checksum, and the Python library apart', () => {
  const files = {
    release: ['countersign-1.0.0-linux-x64.tar.gz', 'countersign-1.0.0.tar.gz', 'countersign-1.0.0-py3-none-any.whl'],
    arm: ['countersign-1.0.0-linux-arm64.tar.gz', 'countersign_1.0.0_arm64.deb', 'countersign-1.0.0.tar.gz'],
  };
  for (const [where, names] of Object.entries(files)) {
    for (const name of names) writeFileSync(join(folder, where, name), `${name} of ${where}`);
    sh(`cd ${where} && sha256sum -- * > ../sums && mv ../sums SHA256SUMS`);
  }
  runStep('Put the two together');
  expect(sh('cd release && sha256sum --check --strict SHA256SUMS | sort').trim().split('\n')).toEqual([
    'countersign-1.0.0-linux-arm64.tar.gz: OK',
    'countersign-1.0.0-linux-x64.tar.gz: OK',
    'countersign-1.0.0-py3-none-any.whl: OK',
    'countersign-1.0.0.tar.gz: OK',
    'countersign_1.0.0_arm64.deb: OK',
  ]);
  expect(readFileSync(join(folder, 'release/countersign-1.0.0.tar.gz'), 'utf8')).toMatch(/of release$/);
  expect(sh('ls python').trim().split('\n')).toEqual([
    'countersign-1.0.0-py3-none-any.whl',
    'countersign-1.0.0.tar.gz',
  ]);
});

test('npm gets each package once, however often the step runs', () => {
  pack('client', 'first');
  pack('server', 'first');
  const [client = '', ...others] = runStep('Publish on npm with provenance');
  expect(client).toBe('publish ./release/countersign-client-1.0.0.tgz --provenance --access public --tag latest');
  expect(others).toHaveLength(1);
  expect(runStep('Publish on npm with provenance')).toEqual([]);
});

test('a prerelease is not what npm installs without a version', () => {
  pack('client', 'first');
  expect(runStep('Publish on npm with provenance', { GITHUB_REF_NAME: 'v1.0.0-rc.1' })).toEqual([
    expect.stringContaining('--tag next'),
  ]);
});

// SR-60. The attack: a tag is released again from other code.
test('another package for a published version fails', () => {
  pack('client', 'first');
  runStep('Publish on npm with provenance');
  pack('client', 'changed');
  expect(() => runStep('Publish on npm with provenance')).toThrow();
});

test('the release is a draft until it has all files; afterwards it is compared and not changed', () => {
  const STEP = 'Publish the files';
  for (const name of ['SHA256SUMS', 'countersign_1.0.0_amd64.deb']) writeFileSync(join(folder, 'release', name), 'a');
  // A first run that ended before the upload.
  writeFileSync(join(folder, 'forge/draft'), 'true\n');
  const actions = (calls: string[]) => calls.map((call) => call.split(' ')[1]);
  expect(actions(runStep(STEP))).toEqual(['view', 'upload', 'edit']);
  expect(readFileSync(join(folder, 'forge/draft'), 'utf8')).toBe('false\n');
  expect(existsSync(join(folder, 'forge/countersign_1.0.0_amd64.deb'))).toBe(true);
  expect(actions(runStep(STEP))).toEqual(['view', 'download']);
  appendFileSync(join(folder, 'release/SHA256SUMS'), 'b');
  expect(() => runStep(STEP)).toThrow();
  rmSync(join(folder, 'forge/draft'));
  const calls = runStep(STEP, { GITHUB_REF_NAME: 'v1.0.0-rc.1' });
  expect(actions(calls)).toEqual(['view', 'create', 'upload', 'edit']);
  expect(calls.at(-1)).toContain('--prerelease');
});
