import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLines, writeLines } from './jsonl-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* each(lines: readonly string[]) {
  yield* lines;
}
async function all(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(path)) lines.push(line);
  return lines;
}

test('reads back lines as written, with Unicode separators and longer than a chunk', async () => {
  const path = join(folder, 'a');
  const lines = [
    'a\u2028b\u2029c',
    '',
    'é'.repeat(300_000),
    'x\ry',
    ...Array.from({ length: 2000 }, (_, n) => `line ${n}`),
  ];
  expect(await writeLines(path, each(lines))).toBe(lines.length);
  expect(await all(path)).toEqual(lines);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('does not touch an existing file', async () => {
  const path = join(folder, 'b');
  await writeLines(path, each(['first']));
  await expect(writeLines(path, each(['second']))).rejects.toThrow('EEXIST');
  expect(await readFile(path, 'utf8')).toBe('first\n');
});
