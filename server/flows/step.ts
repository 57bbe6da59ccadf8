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
  /** The step that it submits: how many have been evaluated before. */
  seq: number;
  /** The user's client, as the service itself sees it. */
  client: ClientInfo;
}

/** What a step is evaluated on: the flow as it was claimed, the resource as it is now. */
export interface StepContext {
  flow: Flow;
  resource: Resource;
  client: ClientInfo;
}

/** What an evaluated step leads to. The functions are transitions of the stored flow: pure, and applied in the commit. */
export type StepOutcome =
  | { move: (flow: Flow) => Flow }
  | { finish: Passed }
  /** `again` applies if the flow continues; `after` if it ends. */
  | { refusal: Refusal; again?: (flow: Flow) => Flow; after?: (flow: Flow) => Flow };

/** One row of the sign-in: a request of the frame, and what may come of it. */
export interface Step<Input> {
  /** Where a flow accepts it. */
  at: readonly AnswerableStep[];
  /** Evaluates the input. Writes no flow: what it returns is applied under the claim. */
  handle: (ports: StepPorts, context: StepContext, input: Input) => Promise<StepOutcome>;
  /** Where the flow may be afterwards, apart from where it was and from `denied`. */
  leadsTo: readonly FlowStep[];
}
