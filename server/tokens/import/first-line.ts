/** The first line that is neither empty nor a comment; empty if there is none. */
export function firstLineOf(text: string): string {
  return /^(?!#).*\S.*$/m.exec(text)?.[0] ?? '';
}
