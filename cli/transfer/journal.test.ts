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
  test('has what was noted for the run that goes on', async () => {
    const first = await open();
    await first.note('one');
    await first.note('two');
    const second = await open();
    expect(second).toMatchObject({ run: first.run, resumed: true });
    expect([...second.completed]).toEqual(['one', 'two']);
    await second.close();
    expect(await open()).toMatchObject({ resumed: false });
  });

  test('loses what a kill has cut off, and nothing of what is noted after it', async () => {
    const first = await open();
    await first.note('one');
    const { length } = await readFile(first.file);
    await truncate(first.file, length - 2);
    await (await open()).note('two');
    expect([...(await open()).completed]).toEqual(['two']);
  });

  test('of another run is refused', async () => {
    await open();
    await expect(openRun(join(folder, 'a.moving'), { from: 'here' }, 'another one')).rejects.toThrow('another one');
  });
});
