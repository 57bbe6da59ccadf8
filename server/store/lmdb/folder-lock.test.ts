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

test('a folder is locked once, and free again when released', () => {
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
  expect(() => lockFolder(folder)).toThrow('one that is just starting answers in a moment');
  release();
  expect(existsSync(file)).toBe(false);
  lockFolder(folder)();
});

test('a lock left by a process that is dead is taken over', () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  leaveLock({ pid: dead });
  lockFolder(folder)();
});

test('a lock left by an earlier process with the number of a living one is taken over', () => {
  leaveLock({ pid: process.pid, startedAt: 'an earlier boot/1' });
  lockFolder(folder)();
});

test('a living process keeps its lock, whoever it is', () => {
  leaveLock({});
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
});

test('a process of another container is judged by the age of its last sign of life', async () => {
  leaveLock({ pid: 1, namespace: 'pid:[1]' });
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, aMinuteAgo, aMinuteAgo);
  lockFolder(folder)();
});

test('a lock cut short by a crash is waited for, then taken over', async () => {
  writeFileSync(file, '{"pid":');
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, aMinuteAgo, aMinuteAgo);
  lockFolder(folder)();
});

test('a lock that somebody else has taken over is not removed on release', () => {
  const release = lockFolder(folder);
  writeFileSync(file, JSON.stringify({ pid: process.pid, nonce: 'another' }));
  release();
  expect(existsSync(file)).toBe(true);
});
