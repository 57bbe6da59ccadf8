import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadMasterKeys, MasterKeyError } from './load-master-key.ts';
import { masterKeyFile } from './master-key-file.ts';

const key = Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i));
let folder: string;
let file: string;

/** The current key. */
const loadMasterKey = async (source: Parameters<typeof loadMasterKeys>[0]) => (await loadMasterKeys(source))[0];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-key-'));
  file = join(folder, 'master.key');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = async (text: string, mode = 0o600) => {
  await writeFile(file, text);
  await chmod(file, mode);
};

describe('a master key from the environment', () => {
  test.each([
    ['base64', key.toString('base64')],
    ['base64 without padding', key.toString('base64').replace('=', '')],
    ['base64url', key.toString('base64url')],
    ['hex', key.toString('hex')],
    ['hex in capitals', key.toString('hex').toUpperCase()],
  ])('is read as %s, without touching a file', async (_, text) => {
    expect(Buffer.from(await loadMasterKey({ fromEnvironment: text, file, create: true }))).toEqual(key);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['too short', key.subarray(1).toString('base64')],
    ['too long', Buffer.concat([key, key]).toString('base64')],
    ['a passphrase', 'correct horse battery staple'],
    ['a passphrase of 43 letters and spaces', 'a passphrase that happens to be 43 long....'],
    ['bits left over in the last letter', `${key.toString('base64').slice(0, 42)}B=`],
    ['both alphabets at once', `+_${key.toString('base64').slice(2)}`],
    ['a placeholder', '0'.repeat(64)],
    ['nothing', ''],
  ])('is refused without being shown: %s', async (_, text) => {
    const loading = loadMasterKey({ fromEnvironment: text, file, create: true });
    await expect(loading).rejects.toBeInstanceOf(MasterKeyError);
    if (text.length > 0) await expect(loading).rejects.not.toThrow(text);
    expect(await readdir(folder)).toEqual([]);
  });
});

// SR-21
describe('the master key file', () => {
  test('is created once, readable only by its owner, and read from then on', async () => {
    const created = await loadMasterKey({ file, create: true });
    expect(created).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['master.key']);
    expect(await loadMasterKey({ file, create: true })).toEqual(created);
    expect(await loadMasterKey({ file, create: false })).toEqual(created);
  });

  test('gives the same key to many processes that start at once', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadMasterKey({ file, create: true })));
    expect(new Set(keys.map((one) => Buffer.from(one).toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['master.key']);
  });

  test('is not created unless requested', async () => {
    await expect(loadMasterKey({ file, create: false })).rejects.toThrow(/missing/);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([0o640, 0o604, 0o644, 0o660, 0o666, 0o610, 0o601])('is refused with mode %o', async (mode) => {
    await write(key.toString('base64'), mode);
    await expect(loadMasterKey({ file, create: true })).rejects.toThrow(/chmod 600/);
  });

  test('may be read-only for its owner, in hex, and end with a line feed', async () => {
    await write(`${key.toString('hex')}\n`, 0o400);
    expect(Buffer.from(await loadMasterKey({ file, create: false }))).toEqual(key);
  });

  test.each([0o440, 0o640, 0o400, 0o600])(
    'may be open to its group where the operator says so: mode %o',
    async (mode) => {
      await write(key.toString('base64'), mode);
      expect(Buffer.from(await loadMasterKey({ file, create: false, isForGroup: true }))).toEqual(key);
    },
  );

  // The attack: a member of the group puts a key of their own in place, or another user reads it.
  test.each([0o660, 0o620, 0o644, 0o444, 0o641, 0o650])('is refused for a group too with mode %o', async (mode) => {
    await write(key.toString('base64'), mode);
    await expect(loadMasterKey({ file, create: false, isForGroup: true })).rejects.toThrow(/chmod 640/);
  });

  test('for a group stays readable for it when the key is changed, and otherwise does not become so', async () => {
    await write(key.toString('base64'), 0o640);
    await masterKeyFile(file, true).addNew();
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    await chmod(file, 0o600);
    await masterKeyFile(file, true).addNew();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test.each([
    '',
    '\n',
    'short',
    key.toString('base64').slice(0, 20),
    `${key.toString('base64')}\nmore`,
    'x'.repeat(5000),
  ])('is refused and left unchanged if it holds %j', async (text) => {
    await write(text);
    await expect(loadMasterKey({ file, create: true })).rejects.toBeInstanceOf(MasterKeyError);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('behind a link is checked by its target', async () => {
    const secret = join(folder, 'mounted');
    await writeFile(secret, key.toString('base64'));
    await chmod(secret, 0o644);
    await symlink(secret, file);
    await expect(loadMasterKey({ file, create: false })).rejects.toThrow(/chmod 600/);
    await chmod(secret, 0o400);
    expect(Buffer.from(await loadMasterKey({ file, create: false }))).toEqual(key);
  });

  test('that is a folder, or in a missing one, is an error that names it', async () => {
    await mkdir(file);
    await expect(loadMasterKey({ file, create: true })).rejects.toThrow(file);
    const nowhere = join(folder, 'no', 'such', 'folder');
    await expect(loadMasterKey({ file: nowhere, create: true })).rejects.toThrow(nowhere);
  });
});

// SR-22
describe('during a rotation of the master key', () => {
  const old = Buffer.from(key).reverse();
  const hexOf = (keys: readonly Uint8Array[]) => keys.map((one) => Buffer.from(one).toString('hex'));
  const both = [key.toString('hex'), old.toString('hex')];

  test('the file holds the new key on its first line and the old ones below', async () => {
    await write(`${key.toString('base64')}\r\n\n ${old.toString('hex')}\n`);
    expect(hexOf(await loadMasterKeys({ file, create: true }))).toEqual(both);
  });

  test('the environment names the old keys separately', async () => {
    const source = { fromEnvironment: both[0] ?? '', oldFromEnvironment: [both[1] ?? ''], file, create: true };
    expect(hexOf(await loadMasterKeys(source))).toEqual(both);
  });

  test('a mounted file has its old keys in the environment', async () => {
    const [current = '', old = ''] = both;
    await writeFile(file, `${current}\n`, { mode: 0o600 });
    expect(await loadMasterKeys({ oldFromEnvironment: [old], file, create: false })).toEqual(
      await loadMasterKeys({ fromEnvironment: current, oldFromEnvironment: [old], file, create: false }),
    );
    const invalid = { oldFromEnvironment: ['canary'], file, create: false };
    await expect(loadMasterKeys(invalid)).rejects.toThrow('COUNTERSIGN_OLD_MASTER_KEYS must hold');
  });

  test('an invalid old key is refused without being shown', async () => {
    const source = { fromEnvironment: both[0] ?? '', oldFromEnvironment: ['canary'], file, create: true };
    await expect(loadMasterKeys(source)).rejects.toThrow('COUNTERSIGN_OLD_MASTER_KEYS must hold');
    await expect(loadMasterKeys(source)).rejects.not.toThrow('canary');
  });
});
