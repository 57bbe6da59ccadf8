import type { ClientInfo } from '../kernel/request-context.ts';
import type { ProofPurpose } from '../proof-of-work/puzzle.ts';
import type { Resource } from '../resources/resource.ts';
import type { ReadAhead } from '../store/read-ahead.ts';
import type { AnswerableStep, FlowAt, StoredStep } from './flow.ts';
import type { Rule } from './rule.ts';
import type { StepOutcome, StepPorts } from './step-outcome.ts';

/** The context in which a step is evaluated: the flow as claimed, the resource as it is now. */
export interface StepContext<At extends AnswerableStep> {
  flow: FlowAt<At>;
  resource: Resource;
  client: ClientInfo;
  /** For the first reads of the evaluation. What changes while something slow runs is read from the store again. */
  ahead: ReadAhead;
  /** Asked after a first factor. */
  rules: readonly Rule[];
}

/**
 * One row of the sign-in: a request of the frame and its possible results. It runs only at the steps that it names, so
 * its functions are methods: rows of different steps fit in one table.
 */
export interface Step<At extends AnswerableStep, Input> {
  /** The steps at which a flow accepts it. */
  at: readonly At[];
  /** Set: under attack, the client has to show work before the step is claimed. */
  proof?: ProofPurpose;
  /** Evaluates the input. Writes no flow: its result is applied under the claim. */
  handle(ports: StepPorts, context: StepContext<At>, input: Input): Promise<StepOutcome<At>>;
  /** The steps that may follow, besides the current one and `denied`. */
  leadsTo: readonly StoredStep[];
}
