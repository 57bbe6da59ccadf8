import type { ChangesPage, RecordName } from '../../kernel/ports/store.ts';
import { decodeKey } from '../codec/key-codec.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';
import { splitIndexKey } from './scan-tables.ts';
import {
  documentKey,
  encodeState,
  indexStart,
  isDigest,
  type NotedChanges,
  numbered,
  type PartitionState,
  readState,
  STATE_KEY,
  type Tables,
} from './tables.ts';
import type { TurnBudget } from './turn-budget.ts';

type NotingTables = Pick<Tables, 'main' | 'changes'>;

/** With more beside it, LMDB would give the state pages of its own. */
const MAX_NEWEST_BYTES = 1200;
/** Bounds the notes. An increment that far behind reads the whole store. */
const MAX_NOTED_COMMITS = 2_000_000;
/** Pieces of notes that one page reads, or one transaction removes. */
const PIECES = 100;

const DOCUMENT = 'd'.charCodeAt(0);
const ENTRY = 'i'.charCodeAt(0);

/** Adds the notes of one commit: for each record two bytes with the length, its kind and its key. */
export function noteCommit(noted: NotedChanges, change: PreparedChange): NotedChanges {
  const names = [
    ...[...change.put.map(({ key }) => key), ...change.delete].map((key) => encodeName(DOCUMENT, documentKey(key))),
    ...change.index.map(({ index, entry }) => encodeName(ENTRY, Buffer.concat([indexStart(index), entry]))),
  ];
  return { ...noted, newest: Buffer.concat([noted.newest, ...names]) };
}

/** Inside the transaction of commits, before its state is written: moves the newest notes to their table if they are many. */
export function storeNotes(tables: NotingTables, { noted, ...state }: PartitionState): PartitionState {
  if (!noted || state.commits - noted.after > MAX_NOTED_COMMITS) return state;
  if (noted.newest.length <= MAX_NEWEST_BYTES) return { ...state, noted };
  tables.changes.put(numbered(state.commits), noted.newest);
  return { ...state, noted: { ...noted, newest: Buffer.alloc(0) } };
}

/** Undefined if commits did not note everything since. */
export function readNotes(tables: NotingTables, budget: TurnBudget, after: number): ChangesPage | undefined {
  const { commits, noted } = readState(tables);
  if (!noted || after < noted.after) return undefined;
  const pieces = [...tables.changes.getRange({ start: numbered(after + 1), limit: PIECES })];
  const names = pieces.flatMap(({ value }) => {
    budget.spend(value.length);
    return decodeNames(value);
  });
  const last = pieces.length === PIECES ? pieces.at(-1)?.key.readUIntBE(0, 6) : undefined;
  if (last !== undefined) return { names, next: last };
  if (commits > after) names.push(...decodeNames(noted.newest));
  return { names, next: undefined };
}

interface NotesOwner {
  readonly tables: () => NotingTables;
  readonly transact: <T>(action: () => T) => Promise<T>;
}

/** @param forgotten version up to which nothing is needed any more */
export async function beginNotes({ tables, transact }: NotesOwner, forgotten: number | undefined): Promise<void> {
  const { commits, noted } = await transact(() => readState(tables()));
  const upTo = noted ? forgotten : commits;
  if (upTo === undefined) return;
  // First the promise that they are there, then the notes.
  await transact(() => {
    const state = readState(tables());
    const after = Math.max(upTo, state.noted?.after ?? state.commits);
    const newest = state.noted?.newest ?? Buffer.alloc(0);
    tables().main.put(STATE_KEY, encodeState({ ...state, noted: { after, newest } }));
  });
  await removeNotes({ tables, transact }, upTo);
}

export async function endNotes({ tables, transact }: NotesOwner): Promise<void> {
  // Notes that begin meanwhile are of later versions, and stay.
  const upTo = await transact(() => {
    const { noted, ...state } = readState(tables());
    if (noted) tables().main.put(STATE_KEY, encodeState(state));
    return state.commits;
  });
  await removeNotes({ tables, transact }, upTo);
}

async function removeNotes({ tables, transact }: NotesOwner, upTo: number): Promise<void> {
  for (let isLast = false; !isLast; ) {
    isLast = await transact(() => {
      const some = [...tables().changes.getKeys({ end: numbered(upTo + 1), limit: PIECES })];
      for (const key of some) tables().changes.remove(key);
      return some.length < PIECES;
    });
  }
}

function encodeName(kind: number, key: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(3 + key.length);
  bytes.writeUInt16BE(key.length, 0);
  bytes.writeUInt8(kind, 2);
  key.copy(bytes, 3);
  return bytes;
}

function decodeNames(bytes: Buffer): RecordName[] {
  const names: RecordName[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 3 + bytes.readUInt16BE(at);
    names.push(decodeName(bytes.readUInt8(at + 2), bytes.subarray(at + 3, end)));
    at = end;
  }
  return names;
}

function decodeName(kind: number, key: Buffer): RecordName {
  if (kind === ENTRY) {
    const { first: index, rest } = splitIndexKey(key);
    const { first: sort, second: id } = decodeKey(rest);
    return { kind: 'index', index, entry: { sort, id }, partition: 0 };
  }
  if (isDigest(key)) throw new Error('a document with a key of more than 1024 bytes cannot be backed up');
  const { first: anchor, second: name } = decodeKey(key);
  return { kind: 'document', key: { anchor, name } };
}
