/**
 * A word for a command that people copy: as it is if a shell takes it so, else in single quotes. Others choose logins and
 * names, and `$(…)` in one would be a command of its own.
 */
export function shellQuote(word: string): string {
  return /^[\w./@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
