import type { RefusalCode } from '@countersign/protocol/codes';
import type { ClientInfo } from '../kernel/request-context.ts';
import type { ProofPurpose } from '../proof-of-work/puzzle.ts';
import type { Resource } from '../resources/resource.ts';
import type { AnswerableStep, FlowAt, StoredStep } from './flow.ts';
import type { Rule } from './rule.ts';
import type { StepOutcome, StepPorts } from './step-outcome.ts';

/** The context in which a step is evaluated: the flow as claimed, the resource as it is now. */
export interface StepContext<At extends AnswerableStep> {
  flow: FlowAt<At>;
  resource: Resource;
  client: ClientInfo;
  /** Asked after a factor. */
  rules: readonly Rule[];
}

/** The user may not sign in there any more: this ends the sign-in at every step. */
export const NO_ACCESS: readonly RefusalCode[] = [
  'ACCESS_DENIED',
  'FILTER_DENIED',
  'PLAN_INACTIVE',
  'RESOURCE_DISABLED',
  'RESOURCE_NOT_FOUND',
];

/**
 * One row of `steps.ts`: a request of the frame and its possible results. It runs only at the steps that it names, so
 * its functions are methods: rows of different steps fit in one table.
 */
export interface Step<At extends AnswerableStep, Input> {
  /** The steps at which a flow accepts it. */
  at: readonly At[];
  /** The steps that may follow, besides the current one and `denied`. */
  leadsTo: readonly StoredStep[];
  /** Set: under attack, the client has to show work before the step is claimed. */
  proof?: ProofPurpose;
  /** The refusals that end the sign-in, besides {@link NO_ACCESS}. After all others the user may try the step again. */
  endings?: readonly RefusalCode[];
  /** Evaluates the input. Writes no flow: its result is applied under the claim. */
  handle(ports: StepPorts, context: StepContext<At>, input: Input): Promise<StepOutcome<At>>;
}
