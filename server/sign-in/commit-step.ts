import type { FlowView } from '@countersign/protocol/flow';
import { firstResultDocument } from '../accounts/documents.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import type { Resource } from '../resources/resource.ts';
import { recordOnce } from '../store/record-once.ts';
import { type Current, type Decision, transact, type Write } from '../store/transact.ts';
import { completeFlow, type VerifiedFactors } from './complete-flow.ts';
import { flowDocument } from './documents.ts';
import {
  type AnswerableStep,
  type Flow,
  type FlowAt,
  type FlowChange,
  isAt,
  type LoginRequest,
  type ResultRecord,
} from './flow.ts';
import { completionWrite, createGrantedEvent, createRefusedEvent, userContext } from './flow-events.ts';
import { denyFlow, holdsClaim, recordPasswordTime, retryStep } from './flow-transitions.ts';
import type { FlowMarks, Rule, SignInEnd } from './rule.ts';
import { applyInResult, isOfUser } from './run-rules.ts';
import { ENDING_REFUSALS, type Step } from './step.ts';
import type { StepOutcome, StepPorts } from './step-outcome.ts';
import { flowKeys, putFlow } from './stored-flow.ts';
import { presentFlow } from './view-flow.ts';

/** A row with any input. */
type Row = Pick<Step<AnswerableStep, never>, 'at' | 'leadsTo'>;

/** A step that one request holds while it is evaluated. */
export interface Claim {
  flow: FlowAt<AnswerableStep>;
  attempt: string;
  /** What the request has added to the flow. */
  marks: FlowMarks;
  client: ClientInfo;
  /** What was stored when the evaluation began: a commit on it conflicts if that has changed. */
  held: Current<ReturnType<typeof flowKeys>>;
  rules: readonly Rule[];
}

/** Another step follows. */
export async function commitMove(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  { move, event, deliver }: Extract<StepOutcome, { move: unknown }>,
): Promise<Result<FlowView>> {
  const view = await commit(ports, step, claim, (held, now) =>
    withEvent(recordPasswordTime(held, move(held), now), event, claim.client, now),
  );
  if (deliver && !isRefusal(view)) {
    setImmediate(() => void deliver().catch((error: unknown) => ports.reportFault('sending a code', error)));
  }
  return view;
}

/** The step is refused: the user may try again, unless the code ends the sign-in. */
export function commitRefusal(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  { refusal: why, again = (flow) => flow, after = (flow) => flow }: Extract<StepOutcome, { refusal: Refusal }>,
  change: <F extends Flow>(flow: F) => F,
): Promise<Result<FlowView>> {
  const { refused: code, retryAfterMs } = why;
  return commitRefused(ports, step, claim, why, (held, now) => {
    const flow = change(held);
    const retryAt = retryAfterMs === undefined ? undefined : now + retryAfterMs;
    const next = ENDING_REFUSALS.includes(code) ? denyFlow(flow, code) : retryStep(flow, code, retryAt);
    return next.step === 'denied' ? after(next) : again(next);
  });
}

/** The sign-in ends. */
export function commitEnd(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  { end, after = (flow) => flow }: SignInEnd,
): Promise<Result<FlowView>> {
  return commitRefused(ports, step, claim, end, (held) => after(denyFlow(held, end.refused)));
}

function commitRefused(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  why: Refusal,
  next: (flow: FlowAt<AnswerableStep>, now: number) => Flow,
): Promise<Result<FlowView>> {
  // Refused unevaluated: there was no attempt to record. It costs an attacker nothing, so a flood would fill the log (SR-65).
  const isEvaluated = why.refused !== 'TOO_MANY_ATTEMPTS' && why.refused !== 'STEP_NOT_EXPECTED';
  const event = isEvaluated ? createRefusedEvent(claim.flow, why) : undefined;
  return commit(ports, step, claim, (held, now) => withEvent(next(held, now), event, claim.client, now));
}

/** Every factor was shown, and no rule has refused the result. */
export interface Granted {
  passed: VerifiedFactors;
  resource: Resource;
  marks: FlowMarks;
}

/** The sign-in ends with a result, or as a rule says. */
export function commitCompletion(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  granted: Granted,
): Promise<Result<FlowView>> {
  const { client, rules } = claim;
  return commit(ports, step, claim, (held, now, request) => conclude(rules, held, granted, { request, client, now }));
}

/** The end of a sign-in, and what is written for it. */
export function conclude(
  rules: readonly Rule[],
  held: Flow,
  { passed, resource, marks }: Granted,
  { request, client, now }: { request: LoginRequest | undefined; client: ClientInfo; now: number },
): FlowChange & { write: Write } {
  const { resultLifetimeMs, resultClaims } = resource;
  const { credentialEpoch } = passed.user;
  const ofUser = isOfUser(passed) ? { userPasswordDigest: passwordDigest(passed.user), credentialEpoch } : {};
  const flow = { ...held, ...marks };
  const result = completeFlow(flow, passed, { now, resultLifetimeMs, resultClaims, ...ofUser });
  const end = applyInResult(rules, { ...result, isIssued: true, isRecorded: true }, { flow, passed, now });
  if (isRefusal(end)) return withEvent(denyFlow(held, end.refused), createRefusedEvent(held, end), client, now);
  return end.isIssued
    ? { flow: end.flow, result: end.result, write: completionWrite(end.flow, end.result, request, client, now) }
    : withEvent(end.flow, end.isRecorded ? createGrantedEvent(end.result) : undefined, client, now);
}

function withEvent(flow: Flow, event: EventDraft | undefined, client: ClientInfo, now: number) {
  const append = event === undefined ? {} : { append: [createEvent(userContext(flow, client), event, now)] };
  return { flow, write: { ...putFlow(flowDocument.key, flow), ...append } };
}

/** Commits the decision if the request still holds the step. A request that was overtaken changes nothing. */
async function commit(
  ports: StepPorts,
  step: Row,
  { flow: { id }, attempt, marks, held }: Claim,
  decide: (
    flow: FlowAt<AnswerableStep>,
    now: number,
    request: LoginRequest | undefined,
  ) => FlowChange & { write: Write },
): Promise<Result<FlowView>> {
  const keys = flowKeys(id);
  const decideHeld = ([flow, request]: Claim['held'], now: number): Decision<Result<FlowChange>> => {
    if (!flow) return { answer: refusal('FLOW_NOT_FOUND') };
    if (!holdsClaim(flow.value, attempt) || !isAt(flow.value, step.at)) return { answer: refusal('STEP_STALE') };
    const { write, ...answer } = decide({ ...flow.value, ...marks }, now, request?.value);
    expectPermitted(step, flow.value, answer.flow);
    return { answer, write };
  };
  const settled = await transact(ports, id, keys, decideHeld, held);
  if (isRefusal(settled)) return settled;
  noteFirstResult(ports.process, settled.result);
  return presentFlow(ports.process, settled.flow, settled.result);
}

/**
 * Whether a user has signed in to a site or an app: not in the trial of the console, which embeds the widget on the
 * service's own origin, not on a test resource, and not to confirm a transaction.
 */
export function isRealSignIn(
  { test, transaction, origin, app }: Pick<ResultRecord, 'test' | 'transaction' | 'origin' | 'app'>,
  issuer: string,
): boolean {
  return !test && transaction === undefined && (origin !== issuer || app !== undefined);
}

/** Notes for the checklist that a page of a site has a result, which its backend may verify by itself. */
export function noteFirstResult(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'reportFault'> & { issuer: string },
  result: ResultRecord | undefined,
): void {
  if (result && isRealSignIn(result, ports.issuer)) void recordOnce(ports, firstResultDocument.key(result.account));
}

/** A step that leads where its row does not allow is a bug: nothing is written, and the step is free again. */
function expectPermitted({ leadsTo }: Row, before: Flow, after: Flow): void {
  // On a test resource the rows are not evaluated: any request after the login completes the sign-in.
  if (before.test !== undefined) return;
  if (after.step === before.step || after.step === 'denied' || leadsTo.includes(after.step)) return;
  throw new TypeError(`this step does not lead from ${before.step} to ${after.step}`);
}
