import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { killAndWait, type ModuleProcess, runModule } from './run-module.ts';

let path: string;
let child: ModuleProcess | undefined;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-full-'));
});
afterEach(async () => {
  if (child) await killAndWait(child);
  await rm(path, { recursive: true, force: true });
});

/**
 * SR-53. The disk is "full" by a limit on the size of files (RLIMIT_FSIZE, set and lifted with prlimit of util-linux):
 * the kernel refuses the library's write() as it does on a full disk, with EFBIG in place of ENOSPC, and no privilege is
 * needed as a small mounted file system would need.
 */
test('a full disk makes writes unavailable and loses no acknowledged one; with space the store continues', async () => {
  child = runModule('disk-full-writer.ts', [path], ['prlimit', '--fsize=1000000:unlimited']);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const say = async (line: string): Promise<string> => {
    child?.stdin.write(`${line}\n`);
    return String((await answers.next()).value);
  };
  expect((await answers.next()).value).toBe('ready');

  const written: string[] = [];
  let refused: string | undefined;
  for (let n = 1; n <= 200 && refused === undefined; n++) {
    const answer = await say(`write document-${n}`);
    if (answer === 'done') written.push(`document-${n}`);
    else {
      expect(answer).toBe('unavailable');
      refused = `document-${n}`;
    }
  }
  expect(written.length).toBeGreaterThan(5);
  if (refused === undefined) throw new Error('The limit on the size of files did nothing');
  expect(await say(`write ${refused}`)).toBe('unavailable');
  for (let n = 1; n <= 5; n++) expect(await say(`burst burst-${n}`)).toBe('unavailable');

  await promisify(execFile)('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
  expect(await say(`write ${refused}`)).toBe('done');
  expect(await say('check')).toBe('done');
  expect(await say('burst afterwards')).toBe('done');
  await killAndWait(child);

  const store = await openEmbeddedStore({ path });
  const all = [...written, refused, 'afterwards', 'afterwards.19'];
  const found = await store.getMany(
    all.map((anchor) => ({ anchor, name: 'large' })),
    1_000,
  );
  await store.close();
  expect(found.map((one) => one?.value)).toEqual(all.map((anchor) => anchor.padEnd(20_000, '.')));
});
