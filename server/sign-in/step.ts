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
  /** With what rules read of it. */
  input: object;
  /** Asked after a factor. */
  rules: readonly Rule[];
}

/**
 * A refusal with one of these codes ends the sign-in, at whichever step: the user may not sign in there any more, or
 * nothing that they could still show is enough. After any other they may try the step again.
 */
export const ENDING_REFUSALS: readonly RefusalCode[] = [
  'ACCESS_DENIED',
  'CONFIRMATION_REQUIRED',
  'ENROLMENT_LINK_INVALID',
  'ENVIRONMENT_MISMATCH',
  'FILTER_DENIED',
  'LEVEL_UNREACHABLE',
  'PASSWORD_CHANGE_REQUIRED',
  'PLAN_INACTIVE',
  'RESOURCE_DISABLED',
  'RESOURCE_NOT_FOUND',
  'TOKEN_LOCKED',
  'TOKEN_LOCKED_BY_ADMINISTRATOR',
  'TOKEN_OUT_OF_STEP',
  'TRANSACTION_CANCELLED',
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
  /** Evaluates the input. Writes no flow: its result is applied under the claim. */
  handle(ports: StepPorts, context: StepContext<At>, input: Input): Promise<StepOutcome<At>>;
}
