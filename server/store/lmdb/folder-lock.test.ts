import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderInUse, lockFolder } from './folder-lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-lock-'));
  file = join(folder, 'server.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function ownText(): Record<string, unknown> {
  lockFolder(folder)();
  const release = lockFolder(folder);
  const text = readFileSync(file, 'utf8');
  release();
  return JSON.parse(text) as Record<string, unknown>;
}

function leaveLock(changes: Record<string, unknown>): void {
  writeFileSync(file, JSON.stringify({ ...ownText(), nonce: 'another', ...changes }));
}

test('locks a folder once, and frees it on release', () => {
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
  expect(() => lockFolder(folder)).toThrow('one that is just starting answers in a moment');
  release();
  expect(existsSync(file)).toBe(false);
  lockFolder(folder)();
});

test('takes over the lock of a dead process', () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  leaveLock({ pid: dead });
  lockFolder(folder)();
});

test('takes over the lock of an earlier process with the number of a living one', () => {
  leaveLock({ pid: process.pid, startedAt: 'an earlier boot/1' });
  lockFolder(folder)();
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
  lockFolder(folder)();
});

test('waits for a lock cut short by a crash, then takes it over', async () => {
  writeFileSync(file, '{"pid":');
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, aMinuteAgo, aMinuteAgo);
  lockFolder(folder)();
});

test('does not remove a lock that another process has taken over', () => {
  const release = lockFolder(folder);
  writeFileSync(file, JSON.stringify({ pid: process.pid, nonce: 'another' }));
  release();
  expect(existsSync(file)).toBe(true);
});
