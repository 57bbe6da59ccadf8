/** What the command ends with. Scripts branch on these; docs/operators/command-line.md lists them. */
export const EXIT = {
  done: 0,
  /** The service refused: the code is in the message. */
  refused: 1,
  /** The command was called wrongly. */
  misuse: 2,
  /** No service answered. */
  unreachable: 3,
  /** Some rows of an import or of a check failed, others did not. */
  partly: 4,
} as const;
