/** An object as the API shows it, or a part of it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Another administrator changed the object during the edit. */
export interface Conflict {
  /** Fields that only the other administrator changed. */
  theirs: { name: string; was: unknown; is: unknown }[];
  /** Fields that both changed differently. */
  both: { name: string; mine: unknown; theirs: unknown }[];
}

/** Whether two JSON values are equal. */
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

/** The fields that differ from the base. */
export function changesOf(base: Fields, mine: Fields): Fields {
  return Object.fromEntries(Object.entries(mine).filter(([name, value]) => !isSame(base[name], value)));
}

/**
 * @param base the version that the edit began with
 * @param mine the edited version
 * @param theirs the current version
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
 * Applies the user's own changes to the current version.
 *
 * @param yielded names of the fields that both changed and where the other value wins
 */
export function rebase(base: Fields, mine: Fields, theirs: Fields, yielded: ReadonlySet<string> = new Set()): Fields {
  return Object.fromEntries(
    Object.entries(mine).map(([name, value]) => {
      const isMine = !isSame(base[name], value) && !yielded.has(name);
      return [name, isMine ? value : theirs[name]];
    }),
  );
}
