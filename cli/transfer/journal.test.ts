import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRun } from './journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => openRun(join(folder, 'a.moving'), { from: 'elsewhere' }, 'another one');

describe('the journal of a run', () => {
  test('keeps notes for the resumed run', async () => {
    const first = await open();
    await first.note('one');
    await first.note('two');
    const second = await open();
    expect(second).toMatchObject({ run: first.run, resumed: true });
    expect([...second.completed]).toEqual(['one', 'two']);
    await second.close();
    expect(await open()).toMatchObject({ resumed: false });
  });

  test('loses a line cut by a kill, but none after it', async () => {
    const first = await open();
    await first.note('one');
    const { length } = await readFile(first.file);
    await truncate(first.file, length - 2);
    await (await open()).note('two');
    expect([...(await open()).completed]).toEqual(['two']);
  });

  test('refuses the journal of another run', async () => {
    await open();
    await expect(openRun(join(folder, 'a.moving'), { from: 'here' }, 'another one')).rejects.toThrow('another one');
  });
});
