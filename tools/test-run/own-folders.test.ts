import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import ownFolders, { QUICK_FOLDER } from './own-folders.ts';

it('a run keeps its temporary files in its own folders', () => {
  const quick = process.env[QUICK_FOLDER] ?? '';
  expect(tmpdir()).toMatch(/\/cs-test-\w+$/);
  expect(existsSync(quick)).toBe(true);
});

it('removes them with their content', () => {
  const before = { ...process.env };
  try {
    const takeAway = ownFolders();
    const created = [process.env.TMPDIR ?? '', process.env[QUICK_FOLDER] ?? ''];
    expect(created.map((path) => existsSync(path))).toEqual([true, true]);
    takeAway();
    expect(created.map((path) => existsSync(path))).toEqual([false, false]);
  } finally {
    process.env.TMPDIR = before.TMPDIR;
    process.env[QUICK_FOLDER] = before[QUICK_FOLDER];
  }
});
