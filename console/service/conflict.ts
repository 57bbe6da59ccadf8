/** An object as the API shows it, or a part of it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Somebody else has changed the object while this person was at it. */
export interface Conflict {
  /** What the other one changed and this person did not. */
  theirs: { name: string; was: unknown; is: unknown }[];
  /** What both changed, each in another way. */
  both: { name: string; mine: unknown; theirs: unknown }[];
}

/** Values of JSON that say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame((one as Fields)[name], (other as Fields)[name]))
  );
}

/** What of it is another than it was. */
export function changesOf(base: Fields, mine: Fields): Fields {
  return Object.fromEntries(Object.entries(mine).filter(([name, value]) => !isSame(base[name], value)));
}

/**
 * @param base what this person began with
 * @param mine what they have made of it
 * @param theirs what it is now
 */
export function conflictOf(base: Fields, mine: Fields, theirs: Fields): Conflict {
  const conflict: Conflict = { theirs: [], both: [] };
  for (const [name, value] of Object.entries(mine)) {
    if (isSame(base[name], theirs[name])) continue;
    if (isSame(base[name], value)) conflict.theirs.push({ name, was: base[name], is: theirs[name] });
    else if (!isSame(value, theirs[name])) conflict.both.push({ name, mine: value, theirs: theirs[name] });
  }
  return conflict;
}

/**
 * What this person goes on with: the object as it is now, with their own changes in it.
 *
 * @param yielded names of what both changed, where the other one's value stays
 */
export function rebase(base: Fields, mine: Fields, theirs: Fields, yielded: ReadonlySet<string> = new Set()): Fields {
  return Object.fromEntries(
    Object.entries(mine).map(([name, value]) => {
      const isMine = !isSame(base[name], value) && !yielded.has(name);
      return [name, isMine ? value : theirs[name]];
    }),
  );
}
