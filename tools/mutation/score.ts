/** The result of one run over a module, stored in `scores.json`, from which the page in `docs/` is written. */
export interface ModuleScore {
  readonly module: string;
  /** `2026-11-27` */
  readonly date: string;
  /** Mutants that a test detected, also by a timeout. */
  readonly killed: number;
  /** Mutants that no test detected, also if no test reached them. */
  readonly survived: number;
}

export const MIN_SCORE_PERCENT = 85;

/** Share of detected mutants in percent. A module without mutants scores 100. */
export function percent({ killed, survived }: Pick<ModuleScore, 'killed' | 'survived'>): number {
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
}

/** The part of a mutant that a report and an explanation need. */
export interface Mutant {
  readonly file: string;
  readonly lineNumber: number;
  /** The source line where it starts, trimmed. */
  readonly line: string;
  readonly replacement: string;
  readonly outcome: 'killed' | 'survived';
}

/** A mutant that no test kills, and why that is acceptable. */
export interface ExplainedSurvivor {
  readonly file: string;
  /** The source line that it changes, trimmed. */
  readonly line: string;
  readonly replacement: string;
  readonly reason: string;
}

/** Survivors without an explanation: each needs a test, or a line in `survivors/`. */
export function findUnexplained(mutants: readonly Mutant[], explained: readonly ExplainedSurvivor[]): Mutant[] {
  return mutants.filter(
    (mutant) =>
      mutant.outcome === 'survived' &&
      !explained.some(
        ({ file, line, replacement }) =>
          file === mutant.file && line === mutant.line && replacement === mutant.replacement,
      ),
  );
}

/**
 * The scores with those of the modules in `fresh` replaced, in the order of `modules`. Scores of other modules are
 * dropped.
 */
export function mergeScores(
  stored: readonly ModuleScore[],
  fresh: readonly ModuleScore[],
  modules: readonly string[],
): ModuleScore[] {
  return modules.flatMap((name) => {
    const score = [...fresh, ...stored].find(({ module }) => module === name);
    return score ? [score] : [];
  });
}
