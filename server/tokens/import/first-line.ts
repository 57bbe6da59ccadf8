/** The first line that says something: neither empty nor a comment. Of none, nothing. */
export function firstLineOf(text: string): string {
  return /^(?!#).*\S.*$/m.exec(text)?.[0] ?? '';
}
