import type { ExplainedSurvivor } from './survivors.ts';

/** The result of one run over a module. Kept in `scores.json`, from which the page in `docs/` is written. */
export interface ModuleScore {
  readonly module: string;
  /** `2026-11-27` */
  readonly date: string;
  /** Mutants that a test noticed, also by never ending. */
  readonly killed: number;
  /** Mutants that no test noticed, also where no test reached them. */
  readonly survived: number;
}

export const MIN_SCORE_PERCENT = 85;

/** Share of the mutants that a test notices, in percent. A module without mutants has nothing to prove. */
export function percent({ killed, survived }: Pick<ModuleScore, 'killed' | 'survived'>): number {
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
}

/** One mutant, as much of it as a report and an explanation need. */
export interface Mutant {
  readonly file: string;
  readonly lineNumber: number;
  /** The source line where it begins, trimmed. */
  readonly line: string;
  readonly replacement: string;
  readonly outcome: 'killed' | 'survived';
}

/** Survivors without an explanation: each needs a test, or a line in `survivors.ts`. */
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

/** The scores with those of the modules in `fresh` replaced, in the order of `modules`. Scores of other modules go. */
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
