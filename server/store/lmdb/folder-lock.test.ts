import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { FolderInUse, lockFolder } from './folder-lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-lock-'));
  file = join(folder, 'server.lock');
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

function ownText(): Record<string, unknown> {
  lockFolder(folder).release();
  const lock = lockFolder(folder);
  const text = readFileSync(file, 'utf8');
  lock.release();
  return JSON.parse(text) as Record<string, unknown>;
}

function leaveLock(changes: Record<string, unknown>): void {
  writeFileSync(file, JSON.stringify({ ...ownText(), nonce: 'another', ...changes }));
}

test('locks a folder once, and frees it on release', () => {
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
  expect(() => lockFolder(folder)).toThrow('one that is just starting answers in a moment');
  lock.release();
  expect(existsSync(file)).toBe(false);
  lockFolder(folder).release();
});

test('takes over the lock of a dead process', () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  leaveLock({ pid: dead });
  lockFolder(folder).release();
});

test('takes over the lock of an earlier process with the number of a living one', () => {
  leaveLock({ pid: process.pid, startedAt: 'an earlier boot/1' });
  lockFolder(folder).release();
});

test('respects the lock of a living process', () => {
  leaveLock({});
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
});

test('judges a process of another container by the age of its last sign of life', async () => {
  leaveLock({ pid: 1, namespace: 'pid:[1]' });
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, aMinuteAgo, aMinuteAgo);
  lockFolder(folder).release();
});

test('waits for a lock cut short by a crash, then takes it over', async () => {
  writeFileSync(file, '{"pid":');
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, aMinuteAgo, aMinuteAgo);
  lockFolder(folder).release();
});

test('does not remove a lock that another process has taken over', () => {
  const lock = lockFolder(folder);
  writeFileSync(file, JSON.stringify({ pid: process.pid, nonce: 'another' }));
  lock.release();
  expect(existsSync(file)).toBe(true);
});

/** What a process sees under systemd's `ProcSubset=pid`: processes, and not which boot this is. */
async function narrowProc(ticks = 4711): Promise<string> {
  const proc = await mkdtemp(join(folder, 'proc-'));
  await mkdir(join(proc, 'self/ns'), { recursive: true });
  await symlink('pid:[1]', join(proc, 'self/ns/pid'));
  await mkdir(join(proc, String(process.pid)));
  const before = Array.from({ length: 19 }, () => '0').join(' ');
  await writeFile(join(proc, String(process.pid), 'stat'), `${process.pid} (node) S ${before.slice(2)} ${ticks} 0`);
  return proc;
}

/** The same, with everything else. */
async function wholeProc(): Promise<string> {
  const proc = await narrowProc();
  await mkdir(join(proc, 'sys/kernel/random'), { recursive: true });
  await writeFile(join(proc, 'sys/kernel/random/boot_id'), 'a-boot\n');
  return proc;
}

// SR-53. The attack: a second server starts while the first one runs, and replaces its files.
describe('where the system hides what it knows of processes', () => {
  const aMinuteAgo = () => new Date(Date.now() - 60_000);

  test('the lock of a living process holds, whichever of the two sees more', async () => {
    const [narrow, whole] = [await narrowProc(), await wholeProc()];
    for (const [first, second] of [
      [narrow, narrow],
      [narrow, whole],
      [whole, narrow],
    ] as const) {
      const lock = lockFolder(folder, first);
      expect(() => lockFolder(folder, second)).toThrow(FolderInUse);
      lock.release();
    }
  });

  test('also of one that is hidden itself', async () => {
    const narrow = await narrowProc();
    const lock = lockFolder(folder, narrow);
    await rm(join(narrow, String(process.pid)), { recursive: true });
    expect(() => lockFolder(folder, narrow)).toThrow(FolderInUse);
    lock.release();
  });

  test('the lock of a dead one is taken over: its number is free, is of a later process, or gives no sign', async () => {
    const narrow = await narrowProc();
    lockFolder(folder, narrow);
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const text = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...text, pid: dead }));
    lockFolder(folder, narrow);
    lockFolder(folder, await narrowProc(4712));
    await utimes(file, aMinuteAgo(), aMinuteAgo());
    lockFolder(folder, await narrowProc(4712)).release();
  });
});

// SR-53. The attack: the first server was only paused. It comes back, and its answers are of files that were replaced.
describe('after a pause', () => {
  test.each([
    ['that both clocks saw', ['Date', 'performance'] as const],
    ['that the monotonic clock did not see', ['Date'] as const],
    ['that the wall clock did not see', ['performance'] as const],
  ])('%s, a process notices before its next read or write that it was taken for dead', (_, toFake) => {
    vi.useFakeTimers({ toFake: [...toFake] });
    const lock = lockFolder(folder);
    writeFileSync(file, JSON.stringify({ pid: process.pid, nonce: 'another' }));
    lock.assertHeld();
    vi.advanceTimersByTime(21_000);
    expect(() => lock.assertHeld()).toThrow(StoreUnavailable);
    expect(() => lock.assertHeld()).toThrow('restart this one');
    lock.release();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ nonce: 'another' });
  });

  test('that changed nothing, it goes on', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const lock = lockFolder(folder);
    vi.advanceTimersByTime(60_000);
    expect(() => lock.assertHeld()).not.toThrow();
    lock.release();
  });

  test('the next sign of life finds it too, and gives none for the other process', () => {
    vi.useFakeTimers();
    const lock = lockFolder(folder);
    writeFileSync(file, JSON.stringify({ pid: process.pid, nonce: 'another' }));
    const long = new Date(Date.now() - 3_600_000);
    utimesSync(file, long, long);
    vi.advanceTimersByTime(6_000);
    expect(() => lock.assertHeld()).toThrow(StoreUnavailable);
    expect(Math.round(statSync(file).mtimeMs)).toBe(long.getTime());
    lock.release();
  });

  // The attack: connections until the process has no file descriptor left. The lock cannot be read then.
  test('a lock that cannot be read ends nothing at a sign of life, and the next read or write is refused', () => {
    vi.useFakeTimers();
    const lock = lockFolder(folder);
    const text = readFileSync(file);
    rmSync(file);
    mkdirSync(file);
    expect(() => vi.advanceTimersByTime(11_000)).not.toThrow();
    expect(() => lock.assertHeld()).toThrow(StoreUnavailable);
    rmdirSync(file);
    writeFileSync(file, text);
    expect(() => lock.assertHeld()).not.toThrow();
    lock.release();
  });
});
