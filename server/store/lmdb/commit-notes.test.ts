import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QUICK_FOLDER } from '../../../tools/test-run/own-folders.ts';
import { changeOf, keyOf } from '../../testing/store-conformance/changes.ts';
import { prepareChange } from '../codec/prepare-change.ts';
import { beginNotes, endNotes, noteCommit, readNotes, storeNotes } from './noted-changes.ts';
import { encodeState, numbered, openTables, type PartitionState, peek, readState, STATE_KEY } from './tables.ts';
import { TurnBudget } from './turn-budget.ts';

let opened: ReturnType<typeof openTables>;
let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(process.env[QUICK_FOLDER] ?? tmpdir(), 'countersign-notes-'));
  opened = openTables(path);
});
afterEach(async () => {
  await opened.root.close();
  await rm(path, { recursive: true, force: true });
});

const owner = {
  tables: () => opened.tables,
  transact: <T>(action: () => T) => opened.root.transaction(action) as Promise<T>,
};
const state = () => readState(opened.tables);
const setState = (next: PartitionState) =>
  owner.transact(() => void opened.tables.main.put(STATE_KEY, encodeState(next)));
const read = (after: number) => readNotes(opened.tables, new TurnBudget(), after);
const kept = () => [...opened.tables.changes.getKeys()].map((key) => key.readUIntBE(0, 6));

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);
/** Pieces of notes in their table. */
const fill = (versions: readonly number[], notes: (version: number) => Buffer) =>
  owner.transact(() => {
    for (const version of versions) opened.tables.changes.put(numbered(version), notes(version));
  });

/** Notes of a document, `bytes` long. */
function notesOf(name: string, bytes?: number): Buffer {
  const none = { after: 0, newest: Buffer.alloc(0) };
  const note = (one: string) =>
    noteCommit(none, prepareChange(changeOf('a', { put: [{ key: keyOf('a', one), value: 1 }] }))).newest;
  const short = note(name);
  return bytes === undefined ? short : note(name.padEnd(name.length + bytes - short.length, '.'));
}
const named = (name: string) => ({ kind: 'document', key: { anchor: 'a', name } });

test('a commit notes what it puts, deletes, adds to an index and removes from one, behind earlier notes', async () => {
  const change = changeOf('a', {
    put: [{ key: keyOf('a', 'put'), value: 1 }],
    delete: [keyOf('a', 'deleted')],
    index: [
      { index: 'one', add: { sort: 's', id: 'added' } },
      { index: 'two', remove: { sort: 's', id: 'removed' } },
    ],
  });
  const noted = noteCommit({ after: 3, newest: notesOf('earlier') }, prepareChange(change));
  expect(noted.after).toBe(3);
  // As stored: the length of the key, its kind, the key.
  expect(noted.newest.subarray(0, 3)).toEqual(Buffer.from([0, notesOf('earlier').length - 3, 'd'.charCodeAt(0)]));
  await setState({ commits: 5, events: 0, noted });
  const entry = (index: string, id: string) => ({ kind: 'index', index, entry: { sort: 's', id }, partition: 0 });
  expect(read(4)).toEqual({
    names: [named('earlier'), named('put'), named('deleted'), entry('one', 'added'), entry('two', 'removed')],
    next: undefined,
  });
});

test('a document whose key is too long to be stored cannot be backed up', async () => {
  await setState({ commits: 1, events: 0, noted: { after: 0, newest: notesOf('n', 1024) } });
  expect(read(0)?.names).toHaveLength(1);
  const newest = noteCommit(
    { after: 0, newest: Buffer.alloc(0) },
    prepareChange(changeOf('a', { put: [{ key: keyOf('a', 'x'.repeat(1100)), value: 1 }] })),
  ).newest;
  await setState({ commits: 1, events: 0, noted: { after: 0, newest } });
  expect(() => read(0)).toThrow('a document with a key of more than 1024 bytes cannot be backed up');
});

describe('storing', () => {
  const base = { commits: 7, events: 2 };
  const store = (before: PartitionState) => owner.transact(() => storeNotes(opened.tables, before));

  test('leaves up to 1200 bytes beside the state, and moves more to their table', async () => {
    const few = { ...base, noted: { after: 1, newest: Buffer.alloc(1200) } };
    expect(await store(few)).toEqual(few);
    expect(kept()).toEqual([]);
    const newest = Buffer.alloc(1201, 1);
    expect(await store({ ...base, noted: { after: 1, newest } })).toEqual({
      ...base,
      noted: { after: 1, newest: Buffer.alloc(0) },
    });
    expect(peek(opened.tables.changes, numbered(7))).toEqual(newest);
  });

  test('ends after two million commits, and is none where nothing is noted', async () => {
    const noted = { after: 5, newest: Buffer.alloc(9) };
    const most = { events: 0, commits: 2_000_005, noted };
    expect(await store(most)).toEqual(most);
    expect(await store({ ...most, commits: 2_000_006 })).toEqual({ events: 0, commits: 2_000_006 });
    expect(await store(base)).toEqual(base);
  });
});

describe('reading', () => {
  test('knows nothing from before the notes, and nothing is new after the last commit', async () => {
    expect(read(0)).toBeUndefined();
    await setState({ commits: 9, events: 0, noted: { after: 4, newest: notesOf('new') } });
    expect(read(3)).toBeUndefined();
    expect(read(4)).toEqual({ names: [named('new')], next: undefined });
    expect(read(8)).toEqual({ names: [named('new')], next: undefined });
    expect(read(9)).toEqual({ names: [], next: undefined });
  });

  test('comes in pages of a hundred pieces, each with where the next begins', async () => {
    await setState({ commits: 101, events: 0, noted: { after: 0, newest: notesOf('new') } });
    await fill(upTo(100), (version) => notesOf(`${version}`));
    const names = Array.from({ length: 100 }, (_, at) => named(`${at + 1}`));
    expect(read(0)).toEqual({ names, next: 100 });
    expect(read(1)).toEqual({ names: [...names.slice(1), named('new')], next: undefined });
    expect(read(100)).toEqual({ names: [named('new')], next: undefined });
  });

  test('spends what it reads of the turn', async () => {
    await setState({ commits: 2, events: 0, noted: { after: 0, newest: Buffer.alloc(0) } });
    await fill([1, 2], () => notesOf('n', 1000));
    const spent: number[] = [];
    readNotes(opened.tables, { spend: (bytes: number) => spent.push(bytes) } as unknown as TurnBudget, 0);
    expect(spent).toEqual([1000, 1000]);
  });
});

describe('beginning', () => {
  test('notes what is committed from then on, and forgets earlier pieces', async () => {
    await setState({ commits: 5, events: 3 });
    await fill([4, 5, 6], () => notesOf('old'));
    await beginNotes(owner, undefined);
    expect(state()).toEqual({ commits: 5, events: 3, noted: { after: 5, newest: Buffer.alloc(0) } });
    expect(kept()).toEqual([6]);
  });

  test('again keeps the notes, but for those that are not needed any more', async () => {
    const noted = { after: 2, newest: notesOf('new') };
    await setState({ commits: 9, events: 0, noted });
    await fill([3, 4, 5], () => notesOf('old'));
    await beginNotes(owner, undefined);
    expect([state().noted, kept()]).toEqual([noted, [3, 4, 5]]);
    await beginNotes(owner, 4);
    expect([state().noted, kept()]).toEqual([{ ...noted, after: 4 }, [5]]);
    // An earlier version brings nothing back.
    await beginNotes(owner, 1);
    expect(state().noted).toEqual({ ...noted, after: 4 });
  });

  test('removes any number of pieces, a hundred at a time', async () => {
    await setState({ commits: 350, events: 0, noted: { after: 0, newest: Buffer.alloc(0) } });
    await fill(upTo(350), () => notesOf('old'));
    let transactions = 0;
    const transact = <T>(action: () => T) => {
      transactions++;
      return owner.transact(action);
    };
    await beginNotes({ ...owner, transact }, 300);
    expect(kept()).toEqual(Array.from({ length: 50 }, (_, at) => 301 + at));
    // The state twice; then three full pieces, and one that finds none.
    expect(transactions).toBe(2 + 4);
  });

  // The attack: notes end between the question and the answer; what is promised from then on must be noted.
  test('after they ended meanwhile promises nothing from before', async () => {
    await setState({ commits: 5, events: 0, noted: { after: 2, newest: notesOf('lost') } });
    let asked = 0;
    const transact = async <T>(action: () => T) => {
      if (asked++ === 1) await setState({ commits: 8, events: 0 });
      return owner.transact(action);
    };
    await beginNotes({ ...owner, transact }, 3);
    expect(state().noted).toEqual({ after: 8, newest: Buffer.alloc(0) });
  });
});

test('ending forgets the notes up to the present commit', async () => {
  await setState({ commits: 5, events: 3, noted: { after: 1, newest: notesOf('new') } });
  await fill([4, 5, 6], () => notesOf('old'));
  await endNotes(owner);
  expect(state()).toEqual({ commits: 5, events: 3 });
  expect(kept()).toEqual([6]);
  await endNotes(owner);
  expect(state()).toEqual({ commits: 5, events: 3 });
});
