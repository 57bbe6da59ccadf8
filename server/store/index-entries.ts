import { normaliseName } from '../kernel/names.ts';
import type { Change, DocumentKey, IndexEntry, IndexedEntry } from '../kernel/ports/store.ts';

/** So much of a name is indexed, in UTF-16 units: what longer names begin with is enough to find them. */
const INDEXED_LENGTH = 100;
/** Between a name and which of an object's names it is: below every character that a name can hold. */
const NAME_END = '\u0001';

/** Names by which objects are listed come first in an entry's text, so that a prefix of the name is one of the entry. */
export function namePrefix(search: string): string {
  // The beginning of a phone number is no phone number yet, and so keeps its plus.
  return normaliseName(search)
    .replace(/^\+(?=\d)/, '')
    .slice(0, INDEXED_LENGTH);
}

/** What the entries begin with that stand for this whole name, as far as names are indexed. */
export function namesExactly(name: string): string {
  const text = normaliseName(name).slice(0, INDEXED_LENGTH);
  return text.length < INDEXED_LENGTH ? `${text}${NAME_END}` : text;
}

/** Whether one of the names begins so, for lists that no index of names serves. */
export function beginsWith(names: readonly (string | undefined)[], search: string | undefined): boolean {
  if (search === undefined) return true;
  const prefix = namePrefix(search);
  return names.some((name) => name !== undefined && namePrefix(name).startsWith(prefix));
}

/** The name by which an object is sorted, as against others by which it is only found. */
export function isMainName(entry: IndexEntry): boolean {
  return entry.sort.endsWith(`${NAME_END}0`);
}

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return byInstant(object.createdAt, object.id);
}

export function byInstant(at: number, id: string): IndexEntry {
  return { sort: String(at).padStart(15, '0'), id };
}

/** The index steps from the entries of an object before a change to those after it. Undefined: the object does not exist. */
export function reindex<T extends object>(
  key: DocumentKey<T>,
  before: T | undefined,
  after: T | undefined,
): NonNullable<Change['index']> {
  const [old, now] = [before ? key.document.indexes(before) : [], after ? key.document.indexes(after) : []];
  if (old.length === 0) return now.map(({ index, entry }) => ({ index, add: entry }));
  const [had, has] = [new Set(old.map(nameOf)), new Set(now.map(nameOf))];
  return [
    ...old.filter((one) => !has.has(nameOf(one))).map(({ index, entry }) => ({ index, remove: entry })),
    ...now.filter((one) => !had.has(nameOf(one))).map(({ index, entry }) => ({ index, add: entry })),
  ];
}

/** The entries of an object that has one name: where all are listed by creation, and by name. */
export function namedEntries(
  object: { id: string; name: string; createdAt: number },
  created: string,
  names: string,
): IndexedEntry[] {
  return [
    { index: created, entry: byCreation(object) },
    ...nameEntries(object.id, [object.name]).map((entry) => ({ index: names, entry })),
  ];
}

/** An entry for each different name, the main one first. */
export function nameEntries(id: string, names: readonly (string | undefined)[]): IndexEntry[] {
  const seen = new Set<string>();
  return names.flatMap((name, at) => {
    const text = name === undefined ? '' : normaliseName(name).slice(0, INDEXED_LENGTH);
    // The main one is there whatever it is, since without it the object would be missing where all are listed by name.
    if (at > 0 && (text === '' || seen.has(text))) return [];
    seen.add(text);
    return [{ sort: `${text}${NAME_END}${at}`, id }];
  });
}

function nameOf({ index, entry }: IndexedEntry): string {
  return JSON.stringify([index, entry.sort, entry.id]);
}
