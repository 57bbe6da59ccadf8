import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccount } from '../../accounts/create-account.ts';
import { type Config, loadConfig } from '../../config/load-config.ts';
import { withMemory } from '../../kernel/process-memory.ts';
import { FolderInUse } from '../../store/lmdb/folder-lock.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { isStoreEmpty, setStorePurpose, WrongStorePurpose } from '../../store/set-store-purpose.ts';
import { capturedLog } from '../../testing/captured-log.ts';
import { unwrap } from '../../testing/fixtures.ts';
import { FakeClock, seededRandom } from '../../testing/test-ports.ts';
import { removeDemo } from './remove-demo.ts';

const { log } = capturedLog();
let data: string;
let config: Config;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'countersign-fresh-'));
  config = loadConfig({ COUNTERSIGN_DATA: data });
});
afterEach(() => rm(data, { recursive: true, force: true }));

const open = async () => ({
  store: withMemory(await openEmbeddedStore({ path: join(data, 'store') })),
  clock: new FakeClock(),
  random: seededRandom('fresh'),
});

async function fill(purpose: 'demo' | 'service'): Promise<void> {
  const ports = await open();
  await setStorePurpose(ports, purpose);
  const { account } = unwrap(await createAccount(ports, { name: 'Acme' }));
  await ports.store.close();
  for (const file of ['demo.json', 'master.key', 'countersign.log']) await writeFile(join(data, file), file);
  await mkdir(join(data, 'audit-archive', account.id), { recursive: true });
  await writeFile(join(data, 'audit-archive', account.id, 'events.jsonl'), 'of the demo');
  await mkdir(join(data, 'audit-archive', 'drafts'));
}

test('a demo is deleted; the master key, the log and other files stay', async () => {
  await fill('demo');
  await writeFile(join(data, 'notes.txt'), 'not of the demo');
  await removeDemo(config, log);
  expect((await readdir(data)).sort()).toEqual([
    ...['audit-archive', 'countersign.log', 'master.key', 'notes.txt', 'store'],
  ]);
  expect(await readdir(join(data, 'audit-archive'))).toEqual(['drafts']);
  expect(await readdir(join(data, 'store'))).toEqual([]);
  const { store } = await open();
  expect(await isStoreEmpty({ store })).toBe(true);
  await store.close();
});

// SR-34. The mistake: a demo is tried in the folder of a real service whose store was moved or removed, and `--fresh`
// deletes the only copy of its audit trail.
test('SR-34: the archive of an earlier store of the folder stays', async () => {
  const earlier = join(data, 'audit-archive', 'acc_01k8dq9z2mp');
  await mkdir(earlier, { recursive: true });
  await writeFile(join(earlier, 'events.jsonl'), 'of a real service');
  await fill('demo');
  await removeDemo(config, log);
  expect(await readdir(join(data, 'audit-archive'))).toEqual(['acc_01k8dq9z2mp', 'drafts']);
  expect(await readFile(join(earlier, 'events.jsonl'), 'utf8')).toBe('of a real service');
});

// SR-42. The attack, or the mistake: `--fresh` with the folder of a real service, into which a demo's file was put.
test('SR-42: the store of a service is not deleted, and stays as it is', async () => {
  await fill('service');
  const before = await readdir(data, { recursive: true });
  await expect(removeDemo(config, log)).rejects.toBeInstanceOf(WrongStorePurpose);
  expect((await readdir(data, { recursive: true })).sort()).toEqual(before.sort());
  const { store } = await open();
  expect(await isStoreEmpty({ store })).toBe(false);
  await store.close();
});

test('a demo that another process has open is not deleted', async () => {
  await fill('demo');
  const { store } = await open();
  await expect(removeDemo(config, log)).rejects.toBeInstanceOf(FolderInUse);
  expect(await isStoreEmpty({ store })).toBe(false);
  await store.close();
  expect(existsSync(join(data, 'demo.json'))).toBe(true);
});

test('nothing is there to delete', async () => {
  await removeDemo(loadConfig({ COUNTERSIGN_DATA: join(data, 'none') }), log);
  await (await open()).store.close();
  await removeDemo(config, log);
});

test('a demo on Redis is not deleted', async () => {
  const onRedis = loadConfig({ COUNTERSIGN_DATA: data, COUNTERSIGN_STORE: 'redis://127.0.0.1:6379' });
  await expect(removeDemo(onRedis, log)).rejects.toThrow('unset COUNTERSIGN_STORE');
});
