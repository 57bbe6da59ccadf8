import type { EventDraft } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import type { Refusal } from '../kernel/result.ts';
import type { ProofPurpose } from '../proof-of-work/puzzle.ts';
import type { Resource } from '../resources/resource.ts';
import type { ReadAhead } from '../store/read-ahead.ts';
import type { AnswerableStep, Flow, FlowAt, StoredStep } from './flow.ts';
import type { VerifiedFactors } from './transitions.ts';

export type StepPorts = Pick<
  Ports,
  | 'store'
  | 'clock'
  | 'random'
  | 'hasher'
  | 'secrets'
  | 'geo'
  | 'signer'
  | 'codes'
  | 'courier'
  | 'archive'
  | 'breachedPasswords'
  | 'webhookSender'
  | 'proofOfWork'
> & {
  issuer: string;
  rpId?: string | undefined;
  relatedOrigins?: readonly string[] | undefined;
};

/** One request of the frame, whichever step it submits. */
export interface StepRequest {
  handle: unknown;
  /** The step that it submits: the number of steps evaluated before. */
  seq: number;
  /** The user's client, as the service itself sees it. */
  client: ClientInfo;
  /** The solution of a puzzle that an earlier request was refused with. */
  solution?: string | undefined;
}

/** The context in which a step is evaluated: the flow as claimed, the resource as it is now. */
export interface StepContext<At extends AnswerableStep> {
  flow: FlowAt<At>;
  resource: Resource;
  client: ClientInfo;
  /** For the first reads of the evaluation. What changes while something slow runs is read from the store again. */
  ahead: ReadAhead;
}

/**
 * The result of an evaluated step. The functions are transitions of the stored flow: pure, and applied in the commit.
 */
export type StepOutcome<At extends AnswerableStep = AnswerableStep> =
  /** `event` goes with the commit. `deliver` runs after it, beside the response: its time reveals nothing (SR-17). */
  | { move(flow: FlowAt<At>): Flow; event?: EventDraft; deliver?: () => Promise<void> }
  | { finish: VerifiedFactors }
  /** `again` applies if the flow continues; `after` if it ends. */
  | { refusal: Refusal; again?(flow: FlowAt<At>): Flow; after?(flow: FlowAt<'denied'>): Flow };

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
