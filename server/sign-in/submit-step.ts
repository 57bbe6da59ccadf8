import type { FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { endsByBreach, passwordRemedy, recordBreach, reportsBreach } from '../authentication/breached-password.ts';
import { confirmByFactor, confirmsUser } from '../authentication/confirm-user.ts';
import { accessKeys, readAccess, readAccessAgain } from '../authentication/read-access.ts';
import { assessEnvironment } from '../browsers/assess-environment.ts';
import { environmentForbids } from '../browsers/device-fingerprint/environment-verdict.ts';
import { rememberEnvironment } from '../browsers/remember-environment.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { FlowId } from '../kernel/ids.ts';
import type { RawKey } from '../kernel/ports/store.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { addCompleted } from '../passwords/password-backoff.ts';
import { recordNetwork } from '../passwords/password-counters.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { countAttempt } from '../proof-of-work/count-attempts.ts';
import { isEnrolmentRequired } from '../resources/enrolment-policy.ts';
import { type Resource, upgradesToPasskeys } from '../resources/resource.ts';
import type { ReadAhead } from '../store/read-ahead.ts';
import { newOperation, transact, type Write } from '../store/transact.ts';
import { nameKey } from '../users/find-user.ts';
import { flowDocument, loginRequestDocument, resultDocument } from './documents.ts';
import {
  type AnswerableStep,
  type Flow,
  type FlowAt,
  type FlowChange,
  type Handle,
  isAt,
  type LoginRequest,
  type PasskeyUpgrade,
} from './flow.ts';
import { completionWrite, createRefusedEvent, userContext } from './flow-events.ts';
import { noteFirstResult } from './results/note-first-result.ts';
import { consultHook, siteReason } from './rules/hook/consult-hook.ts';
import { notifySignIn } from './rules/notices/notify-sign-in.ts';
import { rememberTrust } from './rules/trusted-browsers/remember-trust.ts';
import { offerUpgrade } from './rules/upgrade/passkey-upgrade.ts';
import { readSelfServiceContext } from './self-service/context.ts';
import { createOpening, loadOpener } from './self-service/open.ts';
import type { SelfServiceUser } from './self-service/self-service-transitions.ts';
import type { Step, StepOutcome, StepPorts, StepRequest } from './step.ts';
import { demandStepProof, isGuess, type StepProof, spendShownWork, withShownWork } from './step-proof.ts';
import { endsSignIn } from './steps.ts';
import { claimFlowStep, openFlow, putFlow, readByHandle, readFlowAhead, releaseStep } from './stored-flow.ts';
import { evaluateTestStep, expireResult } from './test-mode.ts';
import {
  completeFlow,
  denyFlow,
  holdsClaim,
  recordPasswordTime,
  retryStep,
  type VerifiedFactors,
} from './transitions.ts';
import { presentFlow } from './view-flow.ts';

/** A row with any input. */
type Row = Pick<Step<AnswerableStep, never>, 'at' | 'leadsTo' | 'proof'>;

/** A step that one request holds while it is evaluated. */
interface Claim {
  flow: FlowAt<AnswerableStep>;
  attempt: string;
  proof: StepProof;
  client: ClientInfo;
  /** The flow as claimed, and what its evaluation reads first. */
  ahead: ReadAhead;
}

/** The outcome of a step, after every check around it. */
type StepVerdict =
  | Exclude<StepOutcome, { finish: VerifiedFactors }>
  /** Refused finally, whatever the code. */
  | { end: Refusal; after?: (flow: FlowAt<'denied'>) => FlowAt<'denied'> }
  | Completion;

interface Completion {
  complete: VerifiedFactors;
  resource: Resource;
  /** What the browser may create besides. */
  upgrade?: PasskeyUpgrade;
  /** The sign-in opens the self-service page instead of creating a result. */
  selfService?: SelfServiceUser;
}

/**
 * Submits one step of a sign-in: claims it, evaluates it, and commits its result. The claim makes simultaneous requests
 * one attempt. The flow is bound to its resource, whose rules are read before and after the evaluation (SR-4).
 */
export async function submitStep<Input>(
  ports: StepPorts,
  step: Step<AnswerableStep, Input>,
  request: StepRequest,
  input: Input,
): Promise<Result<FlowView>> {
  const attempt = newOperation(ports);
  const ahead = await readFlowAhead(ports, request);
  const reads = { ...ports, store: ahead };
  const open = (handle: Handle) => openFlow(reads, handle);
  const proof = await demandStepProof(ports, step, request, () =>
    readByHandle(reads, flowDocument.key, request.handle, open),
  );
  if (typeof proof !== 'string') return proof;
  const claimed = await claimFlowStep(reads, flowDocument.key, { ...request, steps: step.at, attempt }, open);
  if (isRefusal(claimed)) return claimed;
  const { flow } = claimed;
  try {
    if (!isAt(flow, step.at)) throw new TypeError(`claimed at ${flow.step}, which the row does not accept`);
    const claim = { flow, attempt, proof, client: request.client, ahead };
    await ahead.read([...flowKeys(flow.id), ...evaluationKeys(flow)], ports.clock.now());
    const verdict = await evaluate(ports, step, claim, input);
    if ('refusal' in verdict && isGuess(verdict.refusal)) {
      const attacked = { id: flow.resource, account: flow.account };
      await countAttempt(ports, 'failures', attacked, request.client);
    }
    return await commitVerdict(ports, step, claim, verdict);
  } catch (error) {
    await releaseStep(ports, flowDocument.key, flow.id, attempt).catch(() => undefined);
    throw error;
  }
}

async function evaluate<Input>(
  ports: StepPorts,
  { handle }: Step<AnswerableStep, Input>,
  { flow, client, ahead }: Claim,
  input: Input,
): Promise<StepVerdict> {
  const access = await readAccess({ ...ports, store: ahead }, flow.resource, client.address);
  if (isRefusal(access)) return { end: access };
  const { resource } = access;
  // A flow from the self-service page is valid only while nothing has changed since that page was opened (SR-38).
  if (flow.self && !(await readSelfServiceContext(ports, flow, resource))) return { end: refusal('FLOW_NOT_FOUND') };
  // A test ends as a test, and no other sign-in becomes one.
  if (flow.test !== resource.testMode) return { end: refusal('ACCESS_DENIED') };
  const outcome = evaluateTestStep(flow, resource) ?? (await handle(ports, { flow, resource, client, ahead }, input));
  return 'finish' in outcome ? admitFinish(ports, flow, resource, client, outcome.finish) : outcome;
}

/** The checks after the last factor. */
async function admitFinish(
  ports: StepPorts,
  flow: Flow,
  known: Resource,
  client: ClientInfo,
  passed: VerifiedFactors,
): Promise<Extract<StepVerdict, { end: Refusal }> | Completion> {
  const access = await readAccessAgain(ports, known, client.address);
  if (isRefusal(access)) return { end: access };
  const { resource } = access;
  const { id } = passed.user;
  if (id === 'test') return { complete: passed, resource };
  // The resource may require a token only since the last factor: no code is left out there (SR-69).
  if (
    flow.purpose !== 'self' &&
    passed.otp === 'skipped' &&
    isEnrolmentRequired(resource.enrolment, ports.clock.now())
  ) {
    return { end: refusal('ACCESS_DENIED', {}, { about: id, reason: 'ENROLMENT_REQUIRED' }) };
  }
  const environment = await assessEnvironment(ports, resource, id, flow.environment);
  const percent = environment?.percent ?? undefined;
  const isPasswordKept = flow.kept?.password !== undefined && passed.password !== true;
  if (environmentForbids(environment, passed.otp, isPasswordKept)) {
    return { end: refusal('ENVIRONMENT_MISMATCH', {}, { about: id, ...omitUndefined({ percent }) }) };
  }
  // Of a password that was typed in an earlier sign-in, that one said so.
  const breached = (passed.breached === true || flow.breached !== undefined) && reportsBreach(resource);
  if (breached && endsByBreach(flow, resource)) {
    const unlock = passwordRemedy(ports, resource, passed.user);
    return { end: refusal('PASSWORD_CHANGE_REQUIRED', {}, { about: id }), after: (denied) => ({ ...denied, unlock }) };
  }
  const complete = { ...passed, breached, ...omitUndefined({ environment: percent }) };
  if (flow.purpose !== 'self') {
    const consulted = await consultHook(ports, flow, { ...complete, user: { ...complete.user, id } }, resource, client);
    if (isRefusal(consulted)) return { end: consulted, after: (denied) => ({ ...denied, ...siteReason(consulted) }) };
    const shown = {
      flow,
      passed: complete,
      isUnknownBrowser: environment?.differs !== undefined,
      user: id,
      address: client.address,
    };
    const upgrade = await offerUpgrade(ports, shown, consulted.resource).catch(() => undefined);
    return { complete: consulted.passed, resource: consulted.resource, ...omitUndefined({ upgrade }) };
  }
  const standing = await loadOpener(ports, flow, resource, passed);
  if (isRefusal(standing)) return { end: standing };
  return { complete, resource, selfService: standing };
}

async function commitVerdict(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  verdict: StepVerdict,
): Promise<Result<FlowView>> {
  if ('complete' in verdict) {
    const view = await commitCompletion(ports, step, claim, verdict);
    if (isRefusal(view) || (view.step !== 'done' && view.step !== 'self')) return view;
    return { ...view, ...(await afterCompletion(ports, claim, verdict)) };
  }
  if ('move' in verdict) {
    const { event, deliver } = verdict;
    const view = await commit(ports, step, claim, (held, now) =>
      withEvent(recordPasswordTime(held, verdict.move(held), now), event, claim.client, now),
    );
    if (deliver && !isRefusal(view)) setImmediate(() => void deliver().catch(() => undefined));
    return view;
  }
  if ('end' in verdict) {
    const { end, after = (flow) => flow } = verdict;
    return commitRefusal(ports, step, claim, end, (held) => after(denyFlow(held, end.refused)));
  }
  const { refusal: why, again = (flow) => flow, after = (flow) => flow } = verdict;
  return commitRefusal(ports, step, claim, why, (held, now) => {
    const next = refused(spendShownWork(held, step, why), why, now);
    return next.step === 'denied' ? after(next) : again(next);
  });
}

function refused(
  flow: FlowAt<AnswerableStep>,
  { refused: code, retryAfterMs }: Refusal,
  now: number,
): FlowAt<AnswerableStep> | FlowAt<'denied'> {
  if (endsSignIn(code)) return denyFlow(flow, code);
  return retryStep(flow, code, retryAfterMs === undefined ? undefined : now + retryAfterMs);
}

function commitRefusal(
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

function withEvent(flow: Flow, event: EventDraft | undefined, client: ClientInfo, now: number) {
  const append = event === undefined ? {} : { append: [createEvent(userContext(flow, client), event, now)] };
  return { flow, write: { ...putFlow(flowDocument.key, flow), ...append } };
}

function commitCompletion(
  ports: StepPorts,
  step: Row,
  claim: Claim,
  { complete: passed, resource, upgrade, selfService }: Completion,
): Promise<Result<FlowView>> {
  const { client } = claim;
  const { resultLifetimeMs, resultClaims } = resource;
  const { user } = passed;
  const { credentialEpoch } = user;
  const digest = user.id === 'test' ? {} : { userPasswordDigest: passwordDigest(user), credentialEpoch };
  return commit(ports, step, claim, (held, now, request) => {
    const breached = passed.breached ? { breached: passed.passwordDigest ?? held.passwordDigest ?? '' } : {};
    const last = { ...held, ...breached };
    const completed = completeFlow(last, passed, { now, resultLifetimeMs, resultClaims, ...digest });
    const told = passed.breached ? { unlock: passwordRemedy(ports, resource, user) } : {};
    const done = { ...completed, flow: { ...completed.flow, ...told, ...omitUndefined({ upgrade }) } };
    const end = held.test === 'expire' ? expireResult(done, now) : done;
    // Whatever the steps were, there is no result below the level that the host requires.
    if (held.demand && end.result.acr < held.demand.acr) {
      const below = denyFlow(held, 'LEVEL_UNREACHABLE');
      return withEvent(below, createRefusedEvent(held, refusal('LEVEL_UNREACHABLE')), client, now);
    }
    if (selfService) return createOpening(last, end.result, selfService, client, now);
    return { ...end, write: completionWrite(end.flow, end.result, request, client, now) };
  });
}

/** Commits the decision if the request still holds the step. A request that was overtaken changes nothing. */
async function commit(
  ports: StepPorts,
  step: Row,
  { flow: { id }, attempt, proof, ahead }: Claim,
  decide: (
    flow: FlowAt<AnswerableStep>,
    now: number,
    request: LoginRequest | undefined,
  ) => FlowChange & { write: Write },
): Promise<Result<FlowView>> {
  const keys = flowKeys(id);
  const reads = { ...ports, store: ahead };
  const settled = await transact<typeof keys, Result<FlowChange>>(reads, id, keys, ([flow, request], now) => {
    if (!flow) return { answer: refusal('FLOW_NOT_FOUND') };
    if (!holdsClaim(flow.value, attempt) || !isAt(flow.value, step.at)) return { answer: refusal('STEP_STALE') };
    const { write, ...answer } = decide(withShownWork(flow.value, proof), now, request?.value);
    expectPermitted(step, flow.value, answer.flow);
    return { answer, write };
  });
  if (isRefusal(settled)) return settled;
  noteFirstResult(ports, settled.result);
  return presentFlow(ports, settled.flow, settled.result);
}

/** What the evaluation of a step reads first: the rules of the resource, and who signs in. */
function evaluationKeys({ resource, account, user, login }: Flow): RawKey[] {
  const name = user ?? login;
  return [...accessKeys(resource, account), ...(name === undefined ? [] : [nameKey(account, name)])];
}

function flowKeys(id: FlowId) {
  return [flowDocument.key(id), loginRequestDocument.key(id), resultDocument.key(id)] as const;
}

/** A step that leads where its row does not allow is a bug: nothing is written, and the step is free again. */
function expectPermitted({ leadsTo }: Row, before: Flow, after: Flow): void {
  // On a test resource the rows are not evaluated: any request after the login completes the sign-in.
  if (before.test !== undefined) return;
  if (after.step === before.step || after.step === 'denied' || leadsTo.includes(after.step)) return;
  throw new TypeError(`this step does not lead from ${before.step} to ${after.step}`);
}

/**
 * Only a completed sign-in updates what the service remembers. A failure here makes the next sign-in ask for more.
 * Returns what the frame alone is told of it.
 */
async function afterCompletion(
  ports: StepPorts,
  { flow, client }: Claim,
  { complete: passed, resource }: Completion,
): Promise<Pick<FlowView, 'trust'>> {
  const { id } = passed.user;
  if (id === 'test') return {};
  const act = userContext({ account: flow.account, user: id }, client);
  if (resource.environment && flow.environment) {
    const seen = { user: id, resource: resource.id, blinded: flow.environment };
    await rememberEnvironment(ports, act, seen).catch(() => undefined);
  }
  await notifySignIn(ports, act, id, resource).catch(() => undefined);
  if (upgradesToPasskeys(resource) && flow.passwordVerified && passed.otp === 'verified') {
    // Without it, the next sign-in from there leads to no passkey either.
    await recordNetwork(ports, id, client.address, addCompleted).catch(() => undefined);
  }
  if (passed.breached) await recordBreach(ports, act, id, resource).catch(() => undefined);
  await confirmUser(ports, flow, passed, act).catch(() => undefined);
  const trust = await rememberTrust(ports, flow, resource, passed, act).catch(() => undefined);
  return omitUndefined({ trust });
}

/**
 * Clears the mark of a password reset by mail: the user showed the password and another factor than a mailed code in
 * this sign-in. A token that was set up in it, or shown before it, confirms nothing.
 */
async function confirmUser(
  ports: StepPorts,
  flow: Flow,
  passed: VerifiedFactors,
  act: ReturnType<typeof userContext>,
): Promise<void> {
  const { id, needsConfirmation } = passed.user;
  if (id === 'test' || needsConfirmation === undefined) return;
  if (flow.enrolling || passed.second || !confirmsUser(passed)) return;
  await confirmByFactor(ports, act, { id, needsConfirmation }, passed.passwordDigest ?? flow.passwordDigest);
}
