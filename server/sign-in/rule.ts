import type { FlowView } from '@countersign/protocol/flow';
import type { RequiredFactors } from '../authentication/step-up.ts';
import type { SecondFactorOutcome } from '../authentication/verify-second-factor.ts';
import type { UserId } from '../kernel/ids.ts';
import type { ClientInfo, RequestContext } from '../kernel/request-context.ts';
import type { Refusal, Result } from '../kernel/result.ts';
import type { ProofPurpose } from '../proof-of-work/puzzle.ts';
import type { Resource } from '../resources/resource.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import type { VerifiedFactors } from './complete-flow.ts';
import type { Flow, FlowAt, FlowBase, ResultRecord } from './flow.ts';
import type { FirstFactorProof } from './flow-transitions.ts';
import type { SignInPorts, StepOutcome, StepPorts, StepRequest } from './step-outcome.ts';

type Awaitable<T> = T | Promise<T>;

/** Of the row: the work that it costs under attack. */
type CostOfStep = { proof?: ProofPurpose };

/** What a rule adds to the flow, in the commit of the step. */
export type FlowMarks = Partial<Pick<FlowBase, 'breached' | 'hasShownWork' | 'trust'>>;

/** A request before its step is claimed: nothing has been written for it yet. */
export interface BeforeClaim {
  step: CostOfStep;
  request: StepRequest;
  /** The flow of the request; undefined: its handle is no valid one. */
  readFlow(): Promise<Flow | undefined>;
}

export interface BeforeStep {
  /** As claimed. */
  flow: Flow;
  /** As it is now. */
  resource: Resource;
  client: ClientInfo;
  /** As the row reads it, also with what rules read of it. */
  input: object;
}

/** A first factor that was right, and what decides about it. */
export interface FirstFactor {
  flow: Flow;
  resource: Resource;
  user: User;
  first: FirstFactorProof;
  /** The tokens with which the user is assigned to the resource. */
  tokens: readonly Token[];
  /** The password. */
  typed?: string;
  input: object;
}

/** With what the rules know of it, and what is still required. */
export interface VerifiedFirstFactor extends FirstFactor, Omit<FirstFactorFacts, 'marks'> {
  usable: Token[];
  factors: RequiredFactors;
}

/** What a rule knows of a first factor that was right, before it is decided what follows. */
export interface FirstFactorFacts {
  /** The browser differs from those that the user is known with; the consequence. */
  differs?: 'demand-otp' | 'refuse' | undefined;
  /** How far it matches, in percent. */
  percent?: number | undefined;
  /** The password is a breached one. */
  breached?: boolean;
  marks?: FlowMarks;
}

/** A second factor that was right, or that the rules of the methods drop. */
export interface VerifiedSecondFactor {
  flow: Flow;
  resource: Resource;
  user: User;
  shown: Exclude<SecondFactorOutcome, Refusal>;
}

/** A user with a right password whom locked tokens keep out. */
export interface LockedOut {
  resource: Resource;
  user: User;
  /** The tokens with which the user is assigned to the resource. */
  tokens: readonly Token[];
}

/** What they can do about it. */
export interface WayBack {
  /** Where a recovery code is asked for, these tokens are offered as well. Choosing one ends the sign-in, as `after`. */
  besides: readonly Token[];
  /** How it ends. */
  after(flow: FlowAt<'denied'>): FlowAt<'denied'>;
}

export interface BeforeResult extends BeforeStep {
  /** Of a user: a test resource has none, and asks no rule. */
  passed: VerifiedFactors & { user: { id: UserId } };
}

/** `end`: the sign-in ends, whatever the code. Otherwise what the result and its commit need besides. */
type BeforeResultOutcome =
  | SignInEnd
  | {
      passed?: Partial<Omit<VerifiedFactors, 'user'>>;
      marks?: FlowMarks;
      /** As it is after something slow. */
      resource?: Resource;
    }
  | undefined;

/** A refusal that ends the sign-in, whatever its code. */
export interface SignInEnd {
  end: Refusal;
  after?: (flow: FlowAt<'denied'>) => FlowAt<'denied'>;
}

/** The end of a sign-in with every factor shown, as it is about to be committed. */
export interface Completion {
  flow: Flow;
  result: ResultRecord;
  /** The site gets the result. Otherwise it records what was shown, and is not stored. */
  isIssued: boolean;
  /** The sign-in has an event. */
  isRecorded: boolean;
}

export interface InResult {
  /** As it was before the last step. */
  flow: Flow;
  passed: VerifiedFactors;
  now: number;
}

export interface AfterResult extends BeforeResult {
  act: RequestContext;
}

/**
 * What a feature registers in `rules.ts` to take part in every sign-in. The engine asks the rules in the order of that
 * list. One that throws, or takes too long, before the result denies it (SR-87).
 */
export interface Rule {
  /** For the page of the rules, for logs and for metrics. */
  name: string;
  /** What it does to a sign-in, in a sentence. */
  does: string;
  /** May refuse the request before anything is written for it. */
  beforeClaim?(ports: StepPorts, context: BeforeClaim): Awaitable<Refusal | FlowMarks | undefined>;
  /** May end the sign-in, or decide the step in place of its handler. */
  beforeStep?(ports: StepPorts, context: BeforeStep): Awaitable<StepOutcome | SignInEnd | undefined>;
  /** Knows more of a right first factor. All rules are asked before it is decided what follows. */
  assessFirstFactor?(ports: StepPorts, first: FirstFactor): Awaitable<FirstFactorFacts | undefined>;
  /** May decide what follows; the first rule that does has decided. `marks` decide nothing. */
  afterFirstFactor?(
    ports: StepPorts,
    first: VerifiedFirstFactor,
  ): Awaitable<Result<StepOutcome> | { marks: FlowMarks } | undefined>;
  /** May offer a way back; the first rule that does has decided. */
  onLock?(ports: StepPorts, locked: LockedOut): Awaitable<WayBack | undefined>;
  /** May decide what follows; the first rule that does has decided. */
  afterSecondFactor?(ports: StepPorts, second: VerifiedSecondFactor): Awaitable<StepOutcome | undefined>;
  /** May refuse the result, or add to it. */
  beforeResult?(ports: StepPorts, context: BeforeResult): Awaitable<BeforeResultOutcome>;
  /** Pure, in the commit: may refuse the result, or change how the sign-in ends. */
  inResult?(end: Completion, context: InResult): Completion | Refusal;
  /** After a step was refused; the returned change of the flow is part of the commit. */
  onRefusal?(
    ports: StepPorts,
    context: Omit<BeforeStep, 'resource' | 'input'> & { step: CostOfStep; refusal: Refusal },
  ): Awaitable<(<F extends Flow>(flow: F) => F) | undefined>;
  /** After the commit. A failure is logged and counted, and changes nothing. Returns what the frame alone is told. */
  afterResult?(ports: SignInPorts, context: AfterResult): Awaitable<Pick<FlowView, 'trust'> | undefined>;
}
