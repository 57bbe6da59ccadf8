import { VARIABLES } from './variables.ts';

/** The problem of a variable that does not exist, with the one that was probably meant. */
export function unknownVariable(name: string): string {
  const near = Object.keys(VARIABLES).find((known) => distance(known, name) <= 3);
  return near ? `is unknown: did you mean ${near}?` : 'is unknown';
}

/** Levenshtein distance; the names are short and few. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? Number.POSITIVE_INFINITY;
}
