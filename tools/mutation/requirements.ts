/** A change of one rule that breaks a security requirement, and the test file that names the requirement. */
export interface RequirementMutation {
  /** `SR-n`, as in `docs/security-requirements.md`. */
  readonly requirement: string;
  readonly file: string;
  /** Text that the file has exactly once. */
  readonly rule: string;
  /** What stands in its place. */
  readonly mutation: string;
  readonly test: string;
}

/** Without `test` it is the one beside the file. */
export type RequirementRule = Omit<RequirementMutation, 'test'> & Partial<Pick<RequirementMutation, 'test'>>;

export interface RequirementScore {
  readonly requirement: string;
  readonly file: string;
  readonly test: string;
  /** Tests of the file that failed; 0: the mutation survived. */
  readonly failed: number;
  readonly date: string;
}

/** @throws Error if the rule is not in the text exactly once */
export function mutate(text: string, { requirement, file, rule, mutation }: RequirementMutation): string {
  const parts = text.split(rule);
  if (parts.length !== 2) throw new Error(`${requirement}: ${file} has ${parts.length - 1} times: ${rule}`);
  return parts.join(mutation);
}
