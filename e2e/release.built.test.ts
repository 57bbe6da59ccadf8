import { execFile, execFileSync } from 'node:child_process';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiDescription } from '../docs/api-reference/description.ts';
import { Account } from '../docs/testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from '../docs/testing/built-service.ts';
import { codeBlocksOf } from '../docs/testing/code-blocks.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { openApiDocument } from '../tools/clients/document.ts';
import { runProbe } from '../tools/prepare/probe.ts';
import { findPython, JAR_FOLDER, PYTHON_PACKERS, SHORT_LIVED_JVM } from '../tools/prepare/programs.ts';
import { makeRelease } from '../tools/release/make-release.ts';
import { startDemo } from './harness/installed-demo.ts';
import { startRegistry } from './harness/package-registry.ts';

const ROOT = resolve(import.meta.dirname, '..');
const ORIGIN = 'https://shop.example';
const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const run = promisify(execFile);

let folder: string;
let release: string;
let installed: string;
let place: Place;
let service: BuiltService;
let account: Account;
let resource: string;

/** An empty folder, as a developer starts with. */
async function emptyFolder(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

/** A result of the service, and what a backend needs to verify it. */
async function signedIn() {
  const nonce = `nonce-${Math.random().toString(36).slice(2)}-of-a-session`;
  const signer = await account.person(resource);
  const result = await account.signIn({ resource, nonce, origin: ORIGIN }, signer);
  return {
    login: signer.login,
    env: { ...process.env, ISSUER: place.url, RESOURCE: resource, NONCE: nonce, ORIGIN, RESULT: result },
  };
}

/** The commands of the documents, for this version and machine. */
function documented(role: string): string {
  const block = codeBlocksOf('docs/operations/install.md').find((one) => one.role === role);
  return (
    block?.text.replaceAll('0.1.0', version).replaceAll('linux-x64', `${process.platform}-${process.arch}`) ?? 'false'
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-release-test-'));
  release = join(folder, 'release');
  makeRelease(ROOT, release, (await openApiDocument()) as ApiDescription);
  const name = `countersign-${version}-${process.platform}-${process.arch}`;
  execFileSync('tar', ['-xzf', join(release, `${name}.tar.gz`), '-C', folder]);
  installed = join(folder, name);
  place = await makePlace();
  const entry = join(installed, 'dist/server/start.cjs');
  const key = setUp(place, entry);
  service = await serve(place, entry);
  account = new Account(service.url, key);
  resource = await account.resource({ allowedOrigins: [ORIGIN] });
});

afterAll(async () => {
  await service?.stop();
  await place?.remove();
  await rm(folder, { recursive: true, force: true });
});

// SR-60
test('is the same, byte for byte, when another user makes it again elsewhere', async () => {
  const again = join(folder, 'again');
  const script = `import { openApiDocument } from '${ROOT}/tools/clients/document.ts';
    import { makeRelease } from '${ROOT}/tools/release/make-release.ts';
    openApiDocument().then((api) => makeRelease('${ROOT}', '${again}', api));`;
  const env = { ...process.env, TZ: 'Asia/Tokyo', LANG: 'C', TMPDIR: await emptyFolder('other-temporary') };
  await run('sh', ['-c', 'umask 077; exec npx tsx -e "$0"', script], { cwd: ROOT, env });
  const sums = await readFile(join(release, 'SHA256SUMS'), 'utf8');
  expect(sums.split('\n').length).toBeGreaterThan(12);
  expect(await readFile(join(again, 'SHA256SUMS'), 'utf8')).toBe(sums);
  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: again });
});

test('is one folder, as a forge serves it, with a checksum of each file', async () => {
  const entries = await readdir(release, { withFileTypes: true });
  expect(entries.filter((entry) => !entry.isFile())).toEqual([]);
  const names = entries.map(({ name }) => name);
  // A forge replaces other characters.
  expect(names.filter((name) => !/^[\w.-]+$/.test(name))).toEqual([]);
  const listed = (await readFile(join(release, 'SHA256SUMS'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.slice(66));
  expect([...listed, 'SHA256SUMS'].sort()).toEqual(names.sort());
});

// SR-60. The attack: a file that was changed on its way is installed, or one that no checksum covers.
test('the documented check fails for a changed, an absent and an unlisted file', async () => {
  const [check = 'true'] = documented('tarball').split(' && ');
  const name = `${basename(installed)}.tar.gz`;
  const elsewhere = await emptyFolder('downloaded');
  const tryCheck = () => run('sh', ['-c', check], { cwd: elsewhere });
  await copyFile(join(release, 'SHA256SUMS'), join(elsewhere, 'SHA256SUMS'));
  await expect(tryCheck()).rejects.toThrow();
  await copyFile(join(release, name), join(elsewhere, name));
  await tryCheck();
  await appendFile(join(elsewhere, name), 'more');
  await expect(tryCheck()).rejects.toThrow();
  await writeFile(join(elsewhere, 'SHA256SUMS'), '');
  await expect(tryCheck()).rejects.toThrow();
});

describe('the tarball', () => {
  test('has no source maps, tests, types or sources in C, and both lists of its packages', async () => {
    const names = (await readdir(installed, { recursive: true })).sort();
    expect(names.filter((name) => /\.map$|\.test\.|\.d\.[cm]?ts$|\.(?:c|h|cpp|gyp)$|\.made-from/.test(name))).toEqual(
      [],
    );
    expect(names).toEqual(
      expect.arrayContaining(['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json', 'bin/countersign']),
    );
    const bom = await readFile(join(installed, 'sbom.cdx.json'), 'utf8');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bom)).toBeNull();
    const { components } = JSON.parse(bom) as { components: { name: string; version: string }[] };
    const licenses = await readFile(join(installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const { name, version } of components) expect(licenses).toContain(`${name} ${version}: `);
    expect(await readFile(join(release, `sbom-${process.platform}-${process.arch}.cdx.json`), 'utf8')).toBe(bom);
    expect(components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['lmdb', 'hono', 'preact', 'commander', 'zod']),
    );
  });

  test('is installed as the documents say, and signs a user in', async () => {
    const { stdout } = await run('sh', ['-ec', documented('tarball')], { cwd: release });
    expect(stdout.trim().split('\n').at(-1)).toBe(version);
    await rm(join(release, basename(installed)), { recursive: true });
    const { env } = await signedIn();
    expect(env.RESULT).toMatch(/^ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
  });

  test('knows the country of an address', async () => {
    const rule = { kind: 'geo', mode: 'allow', countries: ['US'], unlocated: 'deny' };
    const { id: geoFilter } = await account.call('POST', '/v1/filters', { name: 'At home', rule });
    const abroad = await account.resource({ geoFilter });
    const { id } = await account.call('POST', '/v1/users', { login: 'traveller', password: 'correct horse battery' });
    await account.call('POST', '/v1/assignments', { resource: abroad, user: id });
    const explain = (address: string) =>
      account.call('POST', '/v1/explain', { method: 'password', resource: abroad, user: 'traveller', address });
    expect(await explain('8.8.8.8')).toMatchObject({ verdict: { granted: true } });
    expect(await explain('193.0.6.139')).toMatchObject({ verdict: { granted: false, code: 'FILTER_DENIED' } });
  });
});

describe('the packages of npm', () => {
  const packages = ['server', 'client', 'widget'].map((name) => `countersign-${name}-${version}.tgz`);
  let project: string;

  beforeAll(async () => {
    project = await emptyFolder('npm-project');
    const registry = await startRegistry();
    try {
      const files = packages.map((name) => join(release, name));
      const options = ['--registry', registry.url, '--no-audit', '--no-fund', '--cache', join(folder, 'npm-cache')];
      await run('npm', ['install', ...options, ...files], { cwd: project });
      const npm = { registry: registry.url, prefix: join(folder, 'global'), cache: join(folder, 'npm-cache') };
      const env = Object.fromEntries(Object.entries(npm).map(([name, value]) => [`npm_config_${name}`, value]));
      const PATH = `${join(npm.prefix, 'bin')}:${process.env.PATH}`;
      const { stdout } = await run('sh', ['-ec', documented('npm')], {
        cwd: release,
        env: { ...process.env, ...env, PATH },
      });
      expect(stdout.trim().split('\n').at(-1)).toBe(version);
    } finally {
      await registry.close();
    }
  });

  test.each(packages)('%s: publint and attw find nothing', async (name) => {
    const tarball = await readFile(join(release, name));
    const arrayBuffer = Uint8Array.from(tarball).buffer;
    const { messages } = await publint({ pack: { tarball: arrayBuffer }, strict: true });
    expect(messages).toEqual([]);
    const checked = await checkPackage(createPackageFromTarballData(tarball));
    // These packages are modules, which a resolution of before 2021 does not know.
    const problems = checked.types === false ? [] : checked.problems;
    expect(problems.filter(({ kind }) => kind !== 'CJSResolvesToESM' && kind !== 'NoResolution')).toEqual([]);
    if (!name.includes('server')) expect(checked.types).toMatchObject({ kind: 'included' });
  });

  test.each(packages)('%s: npm would publish it as the workflow does, and asks no network for that', async (file) => {
    const workflow = await readFile(join(ROOT, '.github/workflows/release.yml'), 'utf8');
    const command = /npm publish .*/.exec(workflow)?.[0] ?? 'false';
    const npm = { npm_config_cache: join(folder, 'npm-cache'), npm_config_fetch_retries: '0' };
    const { stdout, stderr } = await run('sh', ['-ec', `${command} --dry-run --json`], {
      cwd: release,
      // Nothing listens there.
      env: { ...process.env, ...npm, npm_config_registry: 'http://127.0.0.1:9', file, tag: 'latest' },
    });
    const name = file.replace(/^countersign-(\w+)-.*$/, '@countersign/$1');
    expect(stdout).toContain(`"id": "${name}@${version}"`);
    expect(stderr).toContain('with tag latest and public access (dry-run)');
    expect(stderr).not.toMatch(/auto-corrected|npm error/);
  });

  test('name license and provenance, and what Node they run on', async () => {
    for (const name of ['server', 'client', 'widget']) {
      const text = await readFile(join(project, 'node_modules/@countersign', name, 'package.json'), 'utf8');
      expect(JSON.parse(text)).toMatchObject({
        name: `@countersign/${name}`,
        license: 'Apache-2.0',
        engines: { node: '>=20.19' },
        publishConfig: { provenance: true },
      });
    }
  });

  test('that of the service has the licenses of all that is bundled in it', async () => {
    const folder = join(project, 'node_modules/@countersign/server');
    const licenses = await readFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const maps = (await readdir(join(ROOT, 'dist/server'))).filter((name) => name.endsWith('.map'));
    const texts = await Promise.all(maps.map((name) => readFile(join(ROOT, 'dist/server', name), 'utf8')));
    const sources = texts.flatMap((text): string[] => JSON.parse(text).sources);
    const bundled = sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    // Of the browser's parts, and of the command.
    for (const name of new Set([...bundled, 'preact', 'uplot', 'lucide', '@zxcvbn-ts/language-common', 'commander'])) {
      expect(licenses).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    expect(bundled.length).toBeGreaterThan(100);
  });

  test('`countersign serve --demo` starts a service and a shop', async () => {
    const [servicePort = 0, shopPort = 0] = await freePorts(2);
    const demo = await startDemo(project, { servicePort, shopPort });
    try {
      expect((await fetch(`http://127.0.0.1:${shopPort}/`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${servicePort}/health/ready`)).status).toBe(200);
    } finally {
      await demo.stop();
    }
  });

  test('the client verifies a result', async () => {
    const { env, login } = await signedIn();
    const script = `
      import { createVerifier } from '@countersign/client';
      const { ISSUER: issuer, RESOURCE: resource, NONCE: nonce, ORIGIN: origin, RESULT } = process.env;
      console.log((await createVerifier({ issuer, resource }).verifyResult(RESULT, { nonce, origin })).preferred_username);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: project, env });
    expect(stdout.trim()).toBe(login);
  });

  test('the widget is imported on a server, and its types compile', async () => {
    const source = `
      import { mount, type MountOptions } from '@countersign/widget';
      import { mount as pure } from '@countersign/widget/pure';
      import type { SignInEvent } from '@countersign/widget/angular';
      import '@countersign/widget/element';
      const options = { resource: 'res_01k8dq9z2mp', nonce: 'a', service: 'https://auth.example' } satisfies MountOptions;
      const print = ({ detail }: SignInEvent<'success'>) => console.log(detail.result);
      globalThis.document?.querySelector('countersign-sign-in')?.addEventListener('success', print);
      console.log(mount('#sign-in', options), pure('#sign-in', options));`;
    await writeFile(join(project, 'page.mts'), source);
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    await run(tsc, ['--module', 'nodenext', '--strict', '--lib', 'es2022,dom', '--types', '', 'page.mts'], {
      cwd: project,
    });
    const { stdout } = await run(process.execPath, ['page.mjs'], { cwd: project });
    expect(stdout.trim()).toBe('null null');
  });
});

describe('the packages for other languages verify a result', () => {
  test('the wheel for Python, as installed from its file', async () => {
    const { env, login } = await signedIn();
    const project = await emptyFolder('python-project');
    const wheel = join(release, `countersign-${version}-py3-none-any.whl`);
    await run(findPython(runProbe, PYTHON_PACKERS), ['-m', 'installer', '--destdir', project, '--prefix', '/', wheel]);
    const [module = ''] = (await readdir(project, { recursive: true })).filter((path) =>
      path.endsWith('countersign/py.typed'),
    );
    const script = `
import os
from countersign import Verifier
given = os.environ
verifier = Verifier(issuer=given["ISSUER"], resource=given["RESOURCE"])
print(verifier.verify_result(given["RESULT"], nonce=given["NONCE"], origin=given["ORIGIN"]).preferred_username)`;
    const path = { PYTHONPATH: join(project, module, '../..') };
    const { stdout } = await run(findPython(runProbe), ['-c', script], { cwd: project, env: { ...env, ...path } });
    expect(stdout.trim()).toBe(login);
    const { stdout: names } = await run('tar', ['-tzf', join(release, `countersign-${version}.tar.gz`)]);
    expect(names).toMatch(/\/src\/countersign\/__init__\.py$/m);
    expect(names).toMatch(/\/LICENSE$/m);
  });

  test('the package for PHP, as Composer installs it', async () => {
    const { env, login } = await signedIn();
    const project = await emptyFolder('php-project');
    const archive = `countersign-client-php-${version}.zip`;
    const artifacts = await emptyFolder('php-artifacts');
    await copyFile(join(release, archive), join(artifacts, archive));
    const repositories = [{ type: 'artifact', url: artifacts }, { packagist: false }];
    const require = { 'countersign/client': version };
    await writeFile(join(project, 'composer.json'), JSON.stringify({ repositories, require }));
    const home = { COMPOSER_HOME: join(project, 'home'), COMPOSER_ALLOW_SUPERUSER: '1' };
    await run('composer', ['install', '--no-interaction', '--no-plugins'], { cwd: project, env: { ...env, ...home } });
    const script = `
      require 'vendor/autoload.php';
      $verifier = new Countersign\\Verifier(issuer: getenv('ISSUER'), resource: getenv('RESOURCE'), keyCache: new Countersign\\Keys\\FileKeyCache('keys'));
      echo $verifier->verifyResult(getenv('RESULT'), nonce: getenv('NONCE'), origin: getenv('ORIGIN'))->preferredUsername;`;
    const { stdout } = await run('php', ['-r', script], { cwd: project, env });
    expect(stdout.trim()).toBe(login);
  });

  test('the JAR file for Java, with sources, documentation and POM beside it', async () => {
    const { env, login } = await signedIn();
    const project = await emptyFolder('java-project');
    const file = join(release, `countersign-client-${version}`);
    const jackson = ['jackson-core', 'jackson-databind', 'jackson-annotations'].map((name) =>
      join(JAR_FOLDER, `${name}.jar`),
    );
    await writeFile(
      join(project, 'Backend.java'),
      `
      import dev.countersign.client.*;
      class Backend {
        public static void main(String[] none) {
          var given = System.getenv();
          var verifier = ResultVerifier.builder(given.get("ISSUER"), given.get("RESOURCE")).build();
          var expected = ResultExpectations.ofNonce(given.get("NONCE")).origin(given.get("ORIGIN"));
          System.out.println(verifier.verifyResult(given.get("RESULT"), expected).preferredUsername());
        }
      }`,
    );
    const classPath = [`${file}.jar`, ...jackson].join(delimiter);
    const { stdout } = await run('java', [SHORT_LIVED_JVM, '-cp', classPath, 'Backend.java'], { cwd: project, env });
    expect(stdout.trim()).toBe(login);
    const listed = (suffix: string) => execFileSync('jar', ['-tf', `${file}${suffix}.jar`], { encoding: 'utf8' });
    expect(listed('')).toContain('META-INF/LICENSE');
    expect(listed('-sources')).toContain('dev/countersign/client/ResultVerifier.java');
    expect(listed('-javadoc')).toContain('dev/countersign/client/ResultVerifier.html');
    expect(await readFile(`${file}.pom`, 'utf8')).toContain(`<version>${version}</version>`);
    const { stdout: packed } = await run('jar', ['-tf', join(release, `countersign-servlet-${version}.jar`)]);
    expect(packed).toMatch(/^dev\/countersign\/servlet\/CountersignServlet\.class$/m);
    expect(packed).not.toContain('dev/countersign/client/');
  });
});
