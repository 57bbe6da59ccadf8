/** A mutant that no test kills, and why that is right. */
export interface ExplainedSurvivor {
  readonly file: string;
  /** The source line that it changes, trimmed. */
  readonly line: string;
  readonly replacement: string;
  readonly reason: string;
}

const STRYKER_TEXT = '"Stryker was here!"';
const HAS_A_FIRST_PART =
  'A text that is split has a first part: the default is there for the compiler and never counts.';

export const EXPLAINED_SURVIVORS: readonly ExplainedSurvivor[] = [
  {
    file: 'server/usecases/keeping/restore-rules.ts',
    line: "const [kind = ''] = name.split('/');",
    replacement: STRYKER_TEXT,
    reason: HAS_A_FIRST_PART,
  },
  {
    file: 'server/usecases/keeping/restore-rules.ts',
    line: "const [kind, account = ''] = index.split('/');",
    replacement: STRYKER_TEXT,
    reason: 'Indexes of events and ledgers name their account; of an index that does not, no head is known either way.',
  },
];
