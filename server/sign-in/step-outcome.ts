import type { EventDraft } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import type { Refusal } from '../kernel/result.ts';
import type { RequestPorts } from '../store/request-ports.ts';
import type { VerifiedFactors } from './complete-flow.ts';
import type { AnswerableStep, Flow, FlowAt } from './flow.ts';

/** What every sign-in needs. */
export type SignInPorts = Pick<
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
  | 'reportFault'
> & {
  issuer: string;
  rpId?: string | undefined;
  relatedOrigins?: readonly string[] | undefined;
};

/** Those of the request that submits a step. */
export type StepPorts = RequestPorts<SignInPorts>;

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

/**
 * The result of an evaluated step. The functions are transitions of the stored flow: pure, and applied in the commit.
 */
export type StepOutcome<At extends AnswerableStep = AnswerableStep> =
  /** `event` goes with the commit. `deliver` runs after it, beside the response: its time reveals nothing (SR-17). */
  | { move(flow: FlowAt<At>): Flow; event?: EventDraft; deliver?: () => Promise<void> }
  | { finish: VerifiedFactors }
  /** `again` applies if the flow continues; `after` if it ends. */
  | { refusal: Refusal; again?(flow: FlowAt<At>): Flow; after?(flow: FlowAt<'denied'>): Flow };
