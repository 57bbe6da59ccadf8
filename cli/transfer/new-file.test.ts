import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UsageError } from '../connection/service.ts';
import { OutputFailed, replaceFile, writeNewFile } from './new-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-new-file-'));
  path = join(folder, 'night.backup');
});
afterEach(() => rm(folder, { recursive: true }));

const text = (content: string) => (to: Writable) => pipeline(Readable.from([content]), to);

test('has its name when it is complete, and only its owner may read it', async () => {
  let during: string[] = [];
  await writeNewFile(path, async (to) => {
    during = await readdir(folder);
    await text('all')(to);
  });
  expect(during).toEqual([expect.stringMatching(/^night\.backup\.[\da-f]{12}\.part$/)]);
  expect(await readdir(folder)).toEqual(['night.backup']);
  expect([await readFile(path, 'utf8'), (await stat(path)).mode & 0o777]).toEqual(['all', 0o600]);
});

test('never replaces a file, also one that another process made meanwhile', async () => {
  await writeFile(path, 'first');
  await expect(writeNewFile(path, text('second'))).rejects.toThrow(UsageError);
  await rm(path);
  const late = writeNewFile(path, async (to) => {
    await text('second')(to);
    await writeFile(path, 'first');
  });
  await expect(late).rejects.toThrow('this file exists already');
  expect([await readdir(folder), await readFile(path, 'utf8')]).toEqual([['night.backup'], 'first']);
});

test('a failure leaves nothing, and says what is wrong with the file if it is that', async () => {
  const lost = new Error('the connection was lost');
  await expect(writeNewFile(path, () => Promise.reject(lost))).rejects.toBe(lost);
  const full = writeNewFile(path, () => text('x')(createWriteStream('/dev/full')));
  await expect(full).rejects.toThrow(OutputFailed);
  await expect(full).rejects.toThrow('there is no space left');
  await expect(writeNewFile(join(folder, 'missing', 'a'), text('x'))).rejects.toThrow('there is no such folder');
  expect(await readdir(folder)).toEqual([]);
});

test('a signal leaves nothing, and ends the process as it would without a file', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const before = process.listenerCount('SIGTERM');
  const interrupted = writeNewFile(path, async () => {
    process.emit('SIGTERM', 'SIGTERM');
    expect(await readdir(folder)).toEqual([]);
    throw new Error('ended');
  });
  await expect(interrupted).rejects.toThrow('ended');
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
  kill.mockRestore();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

test('a replacement has the name when it is complete; a failure or a signal leaves the former', async () => {
  const state = join(folder, 'state');
  await replaceFile(state, text('first'));
  await expect(replaceFile(state, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const before = process.listenerCount('SIGTERM');
  // As an increment and its state.
  const interrupted = replaceFile(state, (to) =>
    writeNewFile(path, async () => {
      await text('second')(to);
      process.emit('SIGTERM', 'SIGTERM');
      expect(await readdir(folder)).toEqual(['state']);
      throw new Error('ended');
    }),
  );
  await expect(interrupted).rejects.toThrow('ended');
  expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTERM');
  kill.mockRestore();
  expect(process.listenerCount('SIGTERM')).toBe(before);
  expect([await readdir(folder), await readFile(state, 'utf8')]).toEqual([['state'], 'first']);
  await replaceFile(state, text('third'));
  expect([await readFile(state, 'utf8'), (await stat(state)).mode & 0o777]).toEqual(['third', 0o600]);
});
