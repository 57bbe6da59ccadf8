import type { FlowStep } from '@countersign/protocol/flow';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import type { Refusal } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import type { Flow } from './flow.ts';
import type { AnswerableStep, Passed } from './transitions.ts';

export type StepPorts = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'geo' | 'signer' | 'codes' | 'courier'
> & {
  issuer: string;
  rpId?: string | undefined;
};

/** One request of the frame, whichever step it submits. */
export interface StepRequest {
  handle: unknown;
  /** The step that it submits: the number of steps evaluated before. */
  seq: number;
  /** The user's client, as the service itself sees it. */
  client: ClientInfo;
}

/** The context in which a step is evaluated: the flow as claimed, the resource as it is now. */
export interface StepContext {
  flow: Flow;
  resource: Resource;
  client: ClientInfo;
}

/**
 * The result of an evaluated step. The functions are transitions of the stored flow: pure, and applied in the commit.
 */
export type StepOutcome =
  | { move: (flow: Flow) => Flow }
  | { finish: Passed }
  /** `again` applies if the flow continues; `after` if it ends. */
  | { refusal: Refusal; again?: (flow: Flow) => Flow; after?: (flow: Flow) => Flow };

/** One row of the sign-in: a request of the frame and its possible results. */
export interface Step<Input> {
  /** The steps at which a flow accepts it. */
  at: readonly AnswerableStep[];
  /** Evaluates the input. Writes no flow: its result is applied under the claim. */
  handle: (ports: StepPorts, context: StepContext, input: Input) => Promise<StepOutcome>;
  /** The steps that may follow, besides the current one and `denied`. */
  leadsTo: readonly FlowStep[];
}
