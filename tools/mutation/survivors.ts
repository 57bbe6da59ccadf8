/** A mutant that no test kills, and why that is right. */
export interface ExplainedSurvivor {
  readonly file: string;
  /** The source line that it changes, trimmed. */
  readonly line: string;
  readonly replacement: string;
  readonly reason: string;
}

export const EXPLAINED_SURVIVORS: readonly ExplainedSurvivor[] = [];
