import { execFile, execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Account } from '../docs/testing/account.ts';
import { makePlace, serve, setUp } from '../docs/testing/built-service.ts';
import { startServiceManager } from '../server/testing/service-manager.ts';
import { packDebian } from '../tools/release/debian-package.ts';

const ROOT = resolve(import.meta.dirname, '..');
const CONFIGURATION = 'etc/countersign/countersign.env';
const run = promisify(execFile);

let folder: string;
/** The root of a system of its own. */
let system: string;

async function pack(version: string): Promise<string> {
  const [work, out] = [join(folder, `work-${version}`), join(folder, `out-${version}`)];
  for (const path of [work, out]) await mkdir(path);
  packDebian({ root: ROOT, work, out, version, seconds: 1_800_000_000 });
  const [name = ''] = await readdir(out);
  return join(out, name);
}

/** Also without root: what the scripts would ask of a running systemd is left out. */
function dpkg(...args: string[]) {
  const forced = ['not-root', 'script-chrootless', 'depends', 'confold', 'unsafe-io'].map((name) => `--force-${name}`);
  return run('dpkg', [`--root=${system}`, ...forced, ...args], {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
}

const inSystem = (path: string) => join(system, path);
const exists = (path: string) =>
  stat(inSystem(path)).then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-debian-'));
  system = join(folder, 'system');
  for (const name of ['info', 'updates', 'triggers'])
    await mkdir(inSystem(`var/lib/dpkg/${name}`), { recursive: true });
  await mkdir(inSystem('etc'));
  await writeFile(inSystem('var/lib/dpkg/status'), '');
  await dpkg('--install', await pack('0.1.0'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('installs the unit, the command, a user without a shell, and a configuration that only root reads', async () => {
  expect(await readFile(inSystem('etc/passwd'), 'utf8')).toMatch(/^countersign:.*:\/var\/lib\/countersign:.*nologin$/m);
  expect(await readlink(inSystem('usr/bin/countersign'))).toBe('../lib/countersign/dist/cli/countersign.js');
  expect((await stat(inSystem(CONFIGURATION))).mode & 0o777).toBe(0o600);
  expect(await readFile(inSystem('usr/lib/countersign/THIRD-PARTY-LICENSES.txt'), 'utf8')).toMatch(/^hono \d/m);
  const { stdout } = await run(inSystem('usr/bin/countersign'), ['--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const unit = await readFile(inSystem('usr/lib/systemd/system/countersign.service'), 'utf8');
  const [, entry = ''] = /^ExecStart=\/usr\/bin\/node (\S+) serve$/m.exec(unit) ?? [];
  expect(await exists(entry)).toBe(true);
  const [, file = ''] = /^EnvironmentFile=(\S+)$/m.exec(unit) ?? [];
  expect(file).toBe(`/${CONFIGURATION}`);
});

test('lintian finds nothing but what the overrides explain', async () => {
  const [name = ''] = await readdir(join(folder, 'out-0.1.0'));
  const args = ['--allow-root', '--no-cfg', '--show-overrides', join(folder, 'out-0.1.0', name)];
  const { stdout } = await run('lintian', args).catch((error) => error);
  const found: string[] = stdout.split('\n').filter((line: string) => /^[EWO]: /.test(line));
  expect(found.filter((line) => !line.startsWith('O: '))).toEqual([]);
  // And no override is for what is there no more.
  expect(stdout).not.toContain('unused-override');
  expect(new Set(found.map((line) => line.split(' ')[2])).size).toBe(6);
});

test('the installed service tells systemd that it is ready, and signs a user in', async () => {
  const place = await makePlace();
  const entry = inSystem('usr/lib/countersign/dist/server/start.cjs');
  const key = setUp(place, entry);
  const { socket, heard } = await startServiceManager(folder);
  place.env.NOTIFY_SOCKET = socket;
  const service = await serve(place, entry);
  try {
    expect(await heard).toMatch(/^READY=1$/m);
    const account = new Account(service.url, key);
    const origin = 'https://shop.example';
    const resource = await account.resource({ allowedOrigins: [origin] });
    const nonce = 'nonce-of-a-session-of-this-test';
    const result = await account.signIn({ resource, nonce, origin }, await account.person(resource));
    expect(result).toMatch(/^ey/);
  } finally {
    await service.stop();
    await place.remove();
  }
});

test('an upgrade keeps configuration and data; so does a removal, and a purge keeps the data', async () => {
  await appendFile(inSystem(CONFIGURATION), 'COUNTERSIGN_URL=https://auth.example\n');
  await mkdir(inSystem('var/lib/countersign'), { recursive: true });
  await writeFile(inSystem('var/lib/countersign/master.key'), 'kept');
  await dpkg('--install', await pack('0.2.0'));
  const { stdout } = await dpkg('--status', 'countersign');
  expect(stdout).toMatch(/^Version: 0\.2\.0$/m);
  expect(await readFile(inSystem(CONFIGURATION), 'utf8')).toContain('COUNTERSIGN_URL=https://auth.example');

  // As root leaves it on Node 22 or newer.
  const cache = inSystem('usr/lib/countersign/dist/server/compile-cache/v24');
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, 'code'), '');
  await dpkg('--remove', 'countersign');
  expect(await exists('usr/lib/countersign')).toBe(false);
  expect(await exists('usr/lib/systemd/system/countersign.service')).toBe(false);
  expect(await exists(CONFIGURATION)).toBe(true);

  const purged = await dpkg('--purge', 'countersign');
  expect(purged.stdout).toContain('still in /var/lib/countersign');
  expect(await exists(CONFIGURATION)).toBe(false);
  expect(await readFile(inSystem('var/lib/countersign/master.key'), 'utf8')).toBe('kept');
});

test('the unit and its drop-in are what systemd understands, and leave little exposed', async () => {
  const units = join(folder, 'units');
  await mkdir(join(units, 'countersign.service.d'), { recursive: true });
  const unit = join(units, 'countersign.service');
  execFileSync('cp', [join(ROOT, 'deploy/systemd/countersign.service'), unit]);
  execFileSync('cp', [join(ROOT, 'deploy/systemd/master-key.conf'), `${unit}.d/`]);
  // The programs that it names are those of an installed package.
  const text = (await readFile(unit, 'utf8')).replace('/usr/bin/node ', `${process.execPath} `);
  await writeFile(unit, text);
  const verified = await run('systemd-analyze', ['verify', '--man=no', unit]);
  expect(verified.stdout + verified.stderr).toBe('');
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=15', unit]);
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(1.4);
});

test('the unit keeps its promises: restarted whenever it ends, unless the configuration is wrong; ready when it says so', async () => {
  const unit = await readFile(join(ROOT, 'deploy/systemd/countersign.service'), 'utf8');
  for (const line of [
    'Type=notify',
    'StartLimitIntervalSec=0',
    'Restart=always',
    'RestartPreventExitStatus=2 78',
    'LimitCORE=0',
    'StateDirectoryMode=0700',
    'ProcSubset=pid',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  ]) {
    expect(unit.split('\n')).toContain(line);
  }
  expect(unit).toMatch(/^After=.*\btime-sync\.target\b/m);
});
