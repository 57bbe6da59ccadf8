import { appendFile, mkdtemp, open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FeedLine } from '../../kernel/feed-line.ts';
import { createFileSink } from './file-sink.ts';
import { createOutputSink, pieces } from './output-sink.ts';

const lines = (...texts: string[]): FeedLine[] => texts.map((text) => ({ text, at: 0, outcome: 'done' }));
const never = new AbortController().signal;

let folder: string;
let path: string;
let sink: ReturnType<typeof createFileSink>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-feed-'));
  path = join(folder, 'audit.jsonl');
  sink = createFileSink(path);
});
afterEach(async () => {
  await sink.close();
  await rm(folder, { recursive: true, force: true });
});
const text = (of = path) => readFile(of, 'utf8');

test('appends lines, which others cannot read', async () => {
  await sink.open();
  await sink.send(lines('{"a":1}', '{"a":2}'), never);
  await sink.send(lines('{"a":3}'), never);
  expect(await text()).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
  expect((await stat(path)).mode & 0o007).toBe(0);
});

test('goes on in a new file when the old one was moved, and in the same one when it was truncated', async () => {
  await sink.send(lines('{"a":1}'), never);
  await rename(path, `${path}.1`);
  await sink.send(lines('{"a":2}'), never);
  expect([await text(`${path}.1`), await text()]).toEqual(['{"a":1}\n', '{"a":2}\n']);
  await truncate(path);
  await sink.send(lines('{"a":3}'), never);
  expect(await text()).toBe('{"a":3}\n');
});

// The attack on a reader: half a line from a crash, and the next event behind it, are no JSON.
test('ends a line that a crash has cut', async () => {
  await appendFile(path, '{"a":1}\n{"a":');
  await sink.send(lines('{"a":2}'), never);
  expect((await text()).split('\n').at(-2)).toBe('{"a":2}');
});

test('a folder that does not exist is an error', async () => {
  await expect(createFileSink(join(folder, 'none', 'audit.jsonl')).open()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('standard output gets whole lines in pieces that a pipe takes at once', async () => {
  const all = Array.from({ length: 40 }, (_, at) => `${'x'.repeat(at * 10)}\n`);
  const long = `${'y'.repeat(9000)}\n`;
  const parts = [...pieces([...all, long, 'z\n'])];
  expect(parts.join('')).toBe([...all, long, 'z\n'].join(''));
  for (const part of parts) expect(part === long || (part.length <= 4096 && part.endsWith('\n'))).toBe(true);
  expect([...pieces([])]).toEqual([]);
  // Any descriptor will do.
  await sink.open();
  const file = await open(path, 'a');
  await createOutputSink(file.fd).send(lines('{"a":1}', '{"a":2}'), never);
  await file.close();
  expect(await text()).toBe('{"a":1}\n{"a":2}\n');
});
