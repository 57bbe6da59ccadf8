import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProjectFiles } from '../tools/project-files.ts';
import { filesUnder } from '../tools/release/service-files.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** What a build notes for this machine alone. */
const NOT_BUILT = /(?:^|\/)(?:\.made-from$|compile-cache\/)/;
const run = promisify(execFile);

/** Longer than the 500 ms that Shiki gives a block of code by default. */
const PAUSE_MS = 600;
const RUN_MS = 400;

let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'countersign-rebuild-'));
  for (const path of listProjectFiles(ROOT)) await cp(join(ROOT, path), join(copy, path));
  // A copy, not a link: a link would lead the build back to these sources.
  await run('sh', ['-c', 'cp -al "$0" "$1" 2>&- || cp -a "$0" "$1"', join(ROOT, 'node_modules'), copy]);
  await rm(join(copy, 'node_modules/.cache'), { recursive: true, force: true });
});

afterAll(async () => {
  await rm(copy, { recursive: true, force: true });
});

/** Stops the build again and again, as a machine does that is busy with other work. */
async function buildWithPauses(): Promise<void> {
  const build = spawn(process.execPath, ['--import', 'tsx', 'tools/build.ts', '--all'], {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(build, 'spawn');
  const group = -Number(build.pid);
  let isRunning = true;
  const ended = once(build, 'exit').finally(() => {
    isRunning = false;
  });
  for (let stopped = false; isRunning; stopped = !stopped) {
    process.kill(group, stopped ? 'SIGCONT' : 'SIGSTOP');
    await Promise.race([ended, sleep(stopped ? RUN_MS : PAUSE_MS)]);
  }
  expect(await ended).toEqual([0, null]);
}

// SR-60. The attack: a changed release passes for one that merely differs because it was built on another machine.
test('builds the same files, byte for byte, in another folder and with pauses', async () => {
  await buildWithPauses();
  const dist = join(ROOT, 'dist');
  const built = filesUnder(dist, '.').filter((path) => !NOT_BUILT.test(path));
  expect(filesUnder(join(copy, 'dist'), '.').filter((path) => !NOT_BUILT.test(path))).toEqual(built);
  expect(built.length).toBeGreaterThan(200);
  const differing: string[] = [];
  for (const path of built) {
    if (!(await readFile(join(dist, path))).equals(await readFile(join(copy, 'dist', path)))) differing.push(path);
  }
  expect(differing).toEqual([]);
});
