/** The exit codes. Scripts branch on these; docs/command-line.md lists them. */
export const EXIT = {
  done: 0,
  /** The service refused: the code is in the message. */
  refused: 1,
  /** The command was called wrongly. */
  misuse: 2,
  /** No service answered. */
  unreachable: 3,
  /** Incomplete: rows of an import were refused, a check found something, a key is still in use, or a disk is full. */
  partly: 4,
} as const;
