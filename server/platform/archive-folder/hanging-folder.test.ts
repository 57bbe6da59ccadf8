import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ArchiveUnavailable, type AuditArchive } from '../../kernel/ports/audit-archive.ts';
import { accountId } from '../../testing/samples.ts';
import { createArchiveFolder } from './archive-folder.ts';

// SR-20, SR-71 The attack: the folder is on a file server, which stops responding. Each operation then holds one of
// libuv's four threads for as long. A user who reloads their own page holds them all, and no commit of the embedded
// store and no signature of a result finds one: all sign-ins stop.
const server = vi.hoisted(() => ({ isDown: false, waiting: [] as (() => void)[] }));
vi.mock('node:fs/promises', async (original) => {
  const disk = await original<typeof import('node:fs/promises')>();
  const responds = () => new Promise<void>((resolve) => server.waiting.push(resolve));
  const lstat = async (path: string) => {
    if (server.isDown) await responds();
    return disk.lstat(path);
  };
  return { ...disk, lstat };
});

const NAME = `${accountId(1)}/0000000000000001-${'a'.repeat(32)}.jsonl`;
let folder: string;
let archive: AuditArchive;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = await mkdtemp(join(tmpdir(), 'countersign-archive-'));
  archive = createArchiveFolder(folder);
  await archive.put(NAME, Buffer.from('text'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

test('a folder that hangs holds two threads at most, and fails in time what waits for it', async () => {
  server.isDown = true;
  const outcomes = Array.from({ length: 100 }, () => archive.get(NAME, 100).catch((error: unknown) => error));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.waiting.length).toBeLessThanOrEqual(2);
  for (const outcome of await Promise.all(outcomes)) expect(outcome).toBeInstanceOf(ArchiveUnavailable);
  server.isDown = false;
  for (const respond of server.waiting.splice(0)) respond();
  expect(Buffer.from((await archive.get(NAME, 100)) ?? '').toString()).toBe('text');
});
