import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBackupFile } from '../server/composition/backup-file.ts';
import { StoreUnavailable } from '../server/kernel/ports/store.ts';
import { mergeBackups } from '../server/operations/backup/merge-backups.ts';
import { lastBackupDocument } from '../server/operations/maintenance/documents.ts';
import { transact } from '../server/store/transact.ts';
import { mergedReader } from '../server/testing/increments-fixture.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
let folder: string;
beforeEach(async () => {
  terminal = await openTerminal('increments');
  folder = terminal.dataFolder;
});
afterEach(() => terminal.close());

const path = (name: string) => join(folder, name);
const backUp = (name: string, ...flags: string[]) => terminal.type(['backup', path(name), ...flags]);
const create = (name: string) => terminal.type(['account', 'create', '--name', name]);
const filesOf = async () => (await readdir(folder)).filter((name) => !name.startsWith('operator')).sort();
const linesOf = async (name: string) => (await readFile(path(name), 'utf8')).split('\n').slice(0, -1);

async function textOf(...names: string[]): Promise<string> {
  const backups = await Promise.all(names.map(async (name) => ({ name, lines: await linesOf(name) })));
  let text = '';
  for await (const record of (await mergedReader(backups))()) text += JSON.stringify(record);
  return text;
}

test('a full backup and increments, each from the state that the one before left', async () => {
  await create('Acme');
  expect(await backUp('sunday', '--state', path('state'))).toMatchObject({ code: 0, err: '' });
  await create('Bolt');
  expect(await backUp('monday', '--since', path('state'))).toMatchObject({ code: 0, err: '' });
  await create('Coil');
  expect(await backUp('tuesday', '--since', path('state'))).toMatchObject({ code: 0, err: '' });
  expect(await filesOf()).toEqual(['monday', 'state', 'sunday', 'tuesday']);
  expect((await stat(path('state'))).mode & 0o777).toBe(0o600);
  const text = await textOf('tuesday', 'sunday', 'monday');
  for (const name of ['Acme', 'Bolt', 'Coil']) expect(text).toContain(name);
  expect((await linesOf('monday')).join('')).not.toContain('Acme');
  // The next full one replaces the state of the last increment.
  expect(await backUp('next-sunday', '--state', path('state'))).toMatchObject({ code: 0, err: '' });
});

test('are encrypted like any backup, and restored by the key of the recipient alone', async () => {
  const identity = await generateIdentity();
  await writeFile(path('key'), identity);
  const to = ['--encrypt-to', await identityToRecipient(identity)];
  await backUp('full', ...to, '--state', path('state'));
  await create('Bolt');
  await backUp('increment', ...to, '--since', path('state'));
  const names = ['full', 'increment'];
  for (const name of [...names, 'state']) expect(await readFile(path(name), 'latin1')).not.toContain('Bolt');
  const files = names.map(async (name) => ({
    name,
    open: await openBackupFile(path(name), { identity: path('key') }),
  }));
  let text = '';
  for await (const record of (await mergeBackups(await Promise.all(files), terminal.ports))())
    text += JSON.stringify(record);
  expect(text).toContain('Bolt');
});

test('the age of the last full backup goes on while increments are made', async () => {
  const { store, clock } = terminal.ports;
  const lastBackup = async () => (await store.getMany([lastBackupDocument.key()], clock.now()))[0]?.value;
  await backUp('full', '--state', path('state'));
  const fullAt = clock.now();
  clock.advance(3_600_000);
  await backUp('increment', '--since', path('state'));
  expect(await lastBackup()).toMatchObject({ at: fullAt + 3_600_000, fullAt });
});

// The mistake: the state takes the name of the backup that it describes, and the backup is gone.
test('the backup and its state cannot be one file', async () => {
  await mkdir(path('real'));
  await symlink(path('real'), path('linked'));
  await symlink(path('real/backup'), path('link'));
  const names = [path('real/backup'), path('linked/backup'), path('link'), relative('.', path('real/backup'))];
  for (const state of names) {
    expect(await backUp('real/backup', '--state', state)).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be both the backup and its state'),
    });
  }
  expect(await readdir(path('real'))).toEqual([]);
  await symlink(path('loop'), path('loop'));
  expect(await backUp('real/backup', '--state', path('loop'))).toMatchObject({ code: 2 });
});

test('an increment is never counted as a full backup, also if that of the full one was not stored', async () => {
  const { store, clock } = terminal.ports;
  await backUp('full', '--state', path('state'));
  const [stored] = await store.getMany([lastBackupDocument.key()], clock.now());
  await transact(terminal.ports, lastBackupDocument.key().anchor, [lastBackupDocument.key()], () => ({
    answer: undefined,
    write: { delete: [lastBackupDocument.key()] },
  }));
  expect(stored?.value.fullAt).toBe(clock.now());
  await backUp('increment', '--since', path('state'));
  const [after] = await store.getMany([lastBackupDocument.key()], clock.now());
  expect(after?.value).toMatchObject({ at: clock.now(), fullAt: 0 });
});

test('what fails half-way leaves no file, and the state as it was', async () => {
  await create('Acme');
  await backUp('full', '--state', path('state'));
  const before = await readFile(path('state'));
  const { store } = terminal.ports;
  let pages = 0;
  const { lookUp } = store;
  store.lookUp = (...asked) =>
    ++pages > 1 ? Promise.reject(new StoreUnavailable('the connection was lost')) : lookUp.apply(store, asked);
  expect(await backUp('increment', '--since', path('state'))).toMatchObject({ code: expect.any(Number), out: '' });
  store.lookUp = lookUp;
  expect(await backUp('full', '--since', path('state'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('this file exists already'),
  });
  expect([await filesOf(), await readFile(path('state'))]).toEqual([['full', 'state'], before]);
  expect(await backUp('increment', '--since', path('state'))).toMatchObject({ code: 0 });
});

test('of two at once from one state, the second to end is refused', async () => {
  await backUp('full', '--state', path('state'));
  const { store } = terminal.ports;
  const { readEvents } = store;
  let isFirst = true;
  store.readEvents = async (...asked) => {
    if (isFirst) {
      isFirst = false;
      expect(await backUp('inner', '--since', path('state'))).toMatchObject({ code: 0 });
    }
    return readEvents.apply(store, asked);
  };
  expect(await backUp('outer', '--since', path('state'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('another backup has changed'),
  });
  expect(await filesOf()).toEqual(['full', 'inner', 'state']);
});

// SR-62. The attack: an increment of another store, or from before a restore, hides what was taken away.
test('says of a wrong state what to do, and writes nothing', async () => {
  await writeFile(path('letter'), 'Dear Ada');
  await backUp('full', '--state', path('state'));
  const other = await openTerminal('another store');
  try {
    for (const [flags, message] of [
      [['--since', path('missing')], 'Make a full backup with --state'],
      [['--since', path('letter')], 'is not the state of a backup'],
      [['--state', path('letter')], 'is not the state of a backup'],
      [['--state', path('a'), '--since', path('state')], 'use --state or --since, not both'],
    ] as const) {
      expect(await backUp('next', ...flags)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
    }
    const piped = await terminal.type(['backup', '-', '--since', path('state')]);
    expect(piped).toMatchObject({ code: 2, err: expect.stringContaining('need a file') });
    const foreign = await other.type(['backup', path('next'), '--since', path('state')]);
    expect(foreign).toMatchObject({ code: expect.any(Number), err: expect.stringContaining('Make a full one') });
    expect(foreign.code).not.toBe(0);
    expect(await filesOf()).toEqual(['full', 'letter', 'state']);
    expect(await readFile(path('letter'), 'utf8')).toBe('Dear Ada');
  } finally {
    await other.close();
  }
});
