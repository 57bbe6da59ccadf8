import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

/** Maven Central has what was published; its portal checks an uploaded bundle for a while. */
const CURL = `#!/bin/sh
for last; do :; done
case "$last" in
*/maven2/*) cat "central/$(basename "$last")" 2> /dev/null || exit 22 ;;
*/upload*) cat > central/header; cp bundle.zip central/; echo "$*" >> calls; echo dep-1 ;;
*/status?id=dep-1)
  state=$(head -n 1 central/states)
  sed -i 1d central/states
  echo "{ \\"deploymentState\\" : \\"$state\\", \\"errors\\": {} }" ;;
*) exit 1 ;;
esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-release-steps-'));
  for (const name of ['programs', 'registry', 'forge', 'release', 'arm', 'package', 'central'])
    mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries({ npm: NPM, gh: GH, curl: CURL, sleep: '#!/bin/sh\n' }))
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

describe('Maven Central', () => {
  const STEP = 'Sign the Java libraries and publish them on Maven Central';
  const SUFFIXES = ['.jar', '-sources.jar', '-javadoc.jar', '.pom'];
  const jars = ['client', 'servlet'].flatMap((module) => SUFFIXES.map((suffix) => `${module}-1.0.0${suffix}`));
  const inCentral = (name: string) => join(folder, 'central', name);
  const gpg = (script: string) => sh(script, { GNUPGHOME: join(folder, 'keys') });
  let settings: Record<string, string>;
  beforeEach(() => {
    for (const name of jars) writeFileSync(join(folder, `release/countersign-${name}`), name);
    writeFileSync(join(folder, 'release/countersign-client-php-1.0.0.zip'), 'of another language');
    mkdirSync(join(folder, 'keys'), { mode: 0o700 });
    gpg(
      "gpg --batch --quiet --passphrase '' --quick-generate-key 'Releases <releases@example.org>' ed25519 sign 1d 2>&1",
    );
    settings = {
      MAVEN_REPOSITORY: 'https://repository.example/maven2',
      MAVEN_PUBLISHER: 'https://publisher.example/api',
      MAVEN_SIGNING_KEY: gpg('gpg --batch --armor --export-secret-keys'),
      MAVEN_CENTRAL_TOKEN: 'dG9rZW4=',
    };
  });
  afterEach(() => gpg('gpgconf --kill all'));

  test('gets every file of both modules with a signature that holds, once, and never the token as an argument', () => {
    writeFileSync(inCentral('states'), 'PENDING\nVALIDATING\nPUBLISHING\n');
    const calls = runStep(STEP, settings);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/publisher\.example\/api\/upload\?name=countersign-1\.0\.0&publishingType=AUTOMATIC$/);
    expect(calls[0]).not.toContain('dG9rZW4=');
    expect(readFileSync(inCentral('header'), 'utf8')).toBe('Authorization: Bearer dG9rZW4=\n');
    sh('mkdir got && cd got && jar --extract --file ../central/bundle.zip');
    const found = sh('cd got && find . -type f').trim().split('\n');
    const wanted = jars.flatMap((name) => {
      const module = name.split('-')[0];
      const file = `./dev/countersign/countersign-${module}/1.0.0/countersign-${name}`;
      return ['', '.asc', '.md5', '.sha1'].map((suffix) => `${file}${suffix}`);
    });
    expect(found.sort()).toEqual(wanted.sort());
    gpg(
      'for file in $(find got -name "*.asc"); do gpg --batch --quiet --verify "$file" "$(echo "$file" | sed s/.asc$//)"; done',
    );
    // Published, it is compared and not uploaded again.
    const sum = sh('sha1sum < release/countersign-client-1.0.0.jar').slice(0, 40);
    writeFileSync(inCentral('countersign-client-1.0.0.jar.sha1'), sum);
    rmSync(join(folder, 'bundle'), { recursive: true });
    expect(runStep(STEP, settings)).toEqual([]);
  });

  // SR-60. The attack: a tag is released again from other code.
  test('SR-60: another library for a published version fails, and so does one that is refused or lacks a file', () => {
    writeFileSync(inCentral('countersign-client-1.0.0.jar.sha1'), 'a'.repeat(40));
    expect(() => runStep(STEP, settings)).toThrow();
    rmSync(inCentral('countersign-client-1.0.0.jar.sha1'));
    writeFileSync(inCentral('states'), 'VALIDATING\nFAILED\nPUBLISHED\n');
    expect(() => runStep(STEP, settings)).toThrow();
    expect(readFileSync(inCentral('states'), 'utf8')).toBe('PUBLISHED\n');
    rmSync(join(folder, 'release/countersign-servlet-1.0.0.pom'));
    expect(() => runStep(STEP, settings)).toThrow();
  });

  test('is asked for nothing before its settings are there', () => {
    const check = 'The environment has what Maven Central demands';
    runStep(check, settings);
    for (const name of Object.keys(settings)) expect(() => runStep(check, { ...settings, [name]: '' })).toThrow(name);
  });
});

describe('Packagist', () => {
  const STEP = 'Publish the PHP library on a branch of its own';
  const env = (version: string) => ({
    GITHUB_REF_NAME: `v${version}`,
    GITHUB_SERVER_URL: `file://${folder}`,
    GITHUB_REPOSITORY: 'origin',
    GIT_CONFIG_GLOBAL: '/dev/null',
  });
  const inOrigin = (command: string) => sh(`git --git-dir=origin.git ${command}`).trim();
  function packPhp(version: string, text: string, more: string[] = []): void {
    const manifest = { name: 'countersign/client', version, autoload: { files: ['code.php'] } };
    const files = { 'composer.json': JSON.stringify(manifest), 'code.php': `<?php echo '${text}';`, 'src/a.php': '' };
    rmSync(join(folder, 'library'), { recursive: true, force: true });
    for (const path of more) Object.assign(files, { [path]: '' });
    mkdirSync(join(folder, 'library/src'), { recursive: true });
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, 'library', path), content);
    sh(`jar --create --no-manifest --file release/countersign-client-php-${version}.zip -C library .`);
  }
  const publish = (version: string) => {
    rmSync(join(folder, 'php'), { recursive: true, force: true });
    runStep(STEP, env(version));
  };
  beforeEach(() => sh('git init -q --bare origin.git'));

  test('gets each version as a tag of a branch that holds the library alone, and Composer installs it', () => {
    packPhp('1.0.0', 'first', ['src/gone.php']);
    publish('1.0.0');
    packPhp('1.1.0-rc.1', 'second');
    publish('1.1.0-rc.1');
    expect(inOrigin('tag --list').split('\n')).toEqual(['release-1.0.0', 'release-1.1.0-rc.1']);
    expect(inOrigin('log --format=%s php').split('\n')).toEqual(['1.1.0-rc.1', '1.0.0']);
    expect(inOrigin('ls-tree -r --name-only php').split('\n')).toEqual(['code.php', 'composer.json', 'src/a.php']);
    mkdirSync(join(folder, 'site'));
    const repositories = [{ type: 'vcs', url: `file://${folder}/origin.git` }, { packagist: false }];
    const manifest = { repositories, require: { 'countersign/client': '^1.0' } };
    writeFileSync(join(folder, 'site/composer.json'), JSON.stringify(manifest));
    const home = { COMPOSER_HOME: join(folder, 'home'), COMPOSER_ALLOW_SUPERUSER: '1' };
    sh('cd site && composer install --no-interaction --no-plugins', home);
    // A prerelease is for those who ask for it.
    expect(sh('cd site && php -r "require \'vendor/autoload.php\';"')).toBe('first');
  });

  // SR-60. The attack: a tag is released again from other code.
  test('SR-60: a version that is there is compared and not changed', () => {
    packPhp('1.0.0', 'first');
    publish('1.0.0');
    const before = inOrigin('rev-parse php release-1.0.0');
    publish('1.0.0');
    packPhp('1.0.0', 'changed');
    expect(() => publish('1.0.0')).toThrow();
    expect(inOrigin('rev-parse php release-1.0.0')).toBe(before);
  });
});
