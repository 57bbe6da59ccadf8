import { normaliseName } from '../kernel/names.ts';
import type { Change, DocumentKey, IndexEntry, IndexedEntry } from '../kernel/ports/store.ts';

/** Maximum indexed length of a name, in UTF-16 units: a prefix is enough to find longer names. */
const INDEXED_LENGTH = 100;
/** Separates a name from its position among an object's names; sorts below every character of a name. */
const NAME_END = '\u0001';

/** The prefix of index entries for a search: an entry's text starts with the name. */
export function namePrefix(search: string): string {
  // The beginning of a phone number is not yet a phone number, so it keeps its plus.
  return normaliseName(search)
    .replace(/^\+(?=\d)/, '')
    .slice(0, INDEXED_LENGTH);
}

/** The prefix of the entries for exactly this name, as far as names are indexed. */
export function namesExactly(name: string): string {
  const text = normaliseName(name).slice(0, INDEXED_LENGTH);
  return text.length < INDEXED_LENGTH ? `${text}${NAME_END}` : text;
}

/** True if one of the names has this prefix, for lists without an index of names. */
export function beginsWith(names: readonly (string | undefined)[], search: string | undefined): boolean {
  if (search === undefined) return true;
  const prefix = namePrefix(search);
  return names.some((name) => name !== undefined && namePrefix(name).startsWith(prefix));
}

/** True for the name that an object is sorted by, false for other names that only find it. */
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

/** The index steps from an object's entries before a change to those after it. Undefined: the object does not exist. */
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

/** The entries of an object with one name: in the lists by creation and by name. */
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

/** One entry for each different name, the main one first. */
export function nameEntries(id: string, names: readonly (string | undefined)[]): IndexEntry[] {
  const seen = new Set<string>();
  return names.flatMap((name, at) => {
    const text = name === undefined ? '' : normaliseName(name).slice(0, INDEXED_LENGTH);
    // The main name always has an entry, since without it the object would be missing in the list by name.
    if (at > 0 && (text === '' || seen.has(text))) return [];
    seen.add(text);
    return [{ sort: `${text}${NAME_END}${at}`, id }];
  });
}

function nameOf({ index, entry }: IndexedEntry): string {
  return JSON.stringify([index, entry.sort, entry.id]);
}
