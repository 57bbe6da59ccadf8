import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildModule, runModule } from './run-module.ts';

const FILLS = 3;
const LOW_WATER = 4_000_000;

let folder: string;
let writer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-small-disk-'));
  writer = await buildModule('full-disk-writer.ts', folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Fill {
  before: number;
  isReady: boolean;
  leastFree: number;
  lost: number;
}

/** Runs the writer on a file system of 80 MB, mounted only for it and removed at its end. */
async function fillSmallDisk(lowWaterBytes: number, seed: number): Promise<Fill[]> {
  const mounted = `mount -t tmpfs -o size=80m tmpfs "$0" && exec "$@"`;
  const mount = await mkdtemp(join(folder, 'mount-'));
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];
  const args = [mount, String(FILLS), String(lowWaterBytes), String(seed)];
  const child = runModule(writer, args, ['unshare', ...namespace, 'sh', '-c', mounted, mount]);
  const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect({ code, signal, end: code === 0 ? '' : err.slice(-2000) }).toEqual({ code: 0, signal: null, end: '' });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fill);
}

// SR-53, SR-66
test('refuses writes on a full disk before LMDB meets it, and continues with space', async () => {
  const fills = await fillSmallDisk(LOW_WATER, 1);
  expect(fills).toHaveLength(FILLS);
  for (const { before, isReady, leastFree, lost } of fills) {
    expect(before).toBeGreaterThan(50);
    expect({ isReady, lost }).toEqual({ isReady: false, lost: 0 });
    expect(leastFree).toBeGreaterThan(LOW_WATER / 2);
  }
});

// SR-53, SR-66
test('loses no acknowledged write if LMDB meets a full disk, and continues', async () => {
  const fills = await fillSmallDisk(0, 2);
  expect(fills).toHaveLength(FILLS);
  // Readiness is not deterministic here: the check is one small write, for which free pages of the file may suffice.
  for (const { leastFree, lost } of fills) {
    expect({ lost, isFull: leastFree < 1_000_000 }).toEqual({ lost: 0, isFull: true });
  }
});
