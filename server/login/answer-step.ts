import type { RefusalCode } from '@countersign/protocol/codes';
import type { FlowView } from '@countersign/protocol/flow';
import { readAccess } from '../authentication/read-access.ts';
import { judgeEnvironment } from '../browsers/assess-environment.ts';
import { environmentForbids } from '../browsers/device-fingerprint/environment-check.ts';
import { rememberEnvironment } from '../browsers/remember-environment.ts';
import type { EventDraft } from '../events/event.ts';
import type { UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { confirmsUser } from '../passwords/reset/reset-by-mail.ts';
import type { Resource } from '../resources/resource.ts';
import { answerTest, expired } from '../resources/test-mode.ts';
import { readSelfServiceContext } from '../self-service/context.ts';
import { opening, standingToOpen } from '../self-service/open.ts';
import { passwordNoted } from '../self-service/self-service-steps.ts';
import { documents } from '../store/keys.ts';
import { recordOnce } from '../store/record-once.ts';
import { newOperation, transact, type Write } from '../store/transact.ts';
import { confirmByFactor } from '../users/confirm-user.ts';
import { claimFlowStep, keeping, releaseStep } from './claim-step.ts';
import { type Begun, completionWrite } from './complete-flow.ts';
import type { Flow, LoginRequest } from './flow.ts';
import { actOf, refusedEvent } from './flow-events.ts';
import type { Handle } from './flow-handle.ts';
import { openFlow } from './sealed-flow.ts';
import { type AnswerableStep, completeFlow, denied, holdsClaim, type Passed, retryStep } from './steps.ts';
import { presentFlow } from './view-flow.ts';

export type StepNeeds = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'geo' | 'signer' | 'codes'
> & {
  issuer: string;
  rpId?: string | undefined;
};

export interface StepAnswer {
  handle: unknown;
  seq: number;
  /** The person's, as the service itself sees it. */
  client: ClientInfo;
}

/** What an evaluated step leads to. */
export type StepOutcome =
  | { move: (flow: Flow) => Flow }
  | { finish: Passed }
  /** `again`: what the person needs to try once more, where the sign-in goes on. `after`: what is left to them where not. */
  | { refusal: Refusal; again?: (flow: Flow) => Flow; after?: (flow: Flow) => Flow };

/**
 * One answer to one step: claims the step, evaluates, and moves the flow on. The claim makes simultaneous answers one
 * attempt; the flow is bound to its resource, whose rules are read before and after the evaluation.
 */
export async function answerStep(
  ports: StepNeeds,
  steps: readonly AnswerableStep[],
  answer: StepAnswer,
  evaluate: (flow: Flow, resource: Resource) => Promise<StepOutcome>,
): Promise<Result<FlowView>> {
  const attempt = newOperation(ports);
  const open = (handle: Handle) => openFlow(ports, handle);
  const claimed = await claimFlowStep(ports, documents.flow, { ...answer, steps, attempt }, open);
  if (isRefusal(claimed)) return claimed;

  try {
    return await evaluateClaimed(ports, claimed.flow, attempt, answer.client, evaluate);
  } catch (error) {
    await releaseStep(ports, documents.flow, claimed.flow.id, attempt).catch(() => undefined);
    throw error;
  }
}

async function evaluateClaimed(
  ports: StepNeeds,
  flow: Flow,
  attempt: string,
  client: ClientInfo,
  evaluate: (flow: Flow, resource: Resource) => Promise<StepOutcome>,
): Promise<Result<FlowView>> {
  const turnDown = (why: Refusal, next: (flow: Flow, now: number) => Flow) => {
    // Turned away unseen: nothing was attempted that an event could tell of.
    const event = why.refused === 'TOO_MANY_ATTEMPTS' ? undefined : refusedEvent(flow, why);
    return move(ports, flow, attempt, next, { client, event });
  };
  const before = await readAccess(ports, flow.resource, client.address);
  if (isRefusal(before)) return turnDown(before, (held) => denied(held, before.refused));
  // From the self-service page and back to it: only while the person stands as they stood when they came there (SR-38).
  if (flow.self && !(await readSelfServiceContext(ports, flow, before.resource))) {
    const over = refusal('FLOW_NOT_FOUND');
    return turnDown(over, (held) => denied(held, over.refused));
  }

  // What began as a test ends as one, and nothing else becomes one.
  if (flow.test !== before.resource.testMode) {
    return turnDown(refusal('ACCESS_DENIED'), (held) => denied(held, 'ACCESS_DENIED'));
  }

  const outcome = await outcomeOf(flow, before.resource, evaluate);
  if ('refusal' in outcome) {
    const { refusal: why, again = (flow) => flow, after = (flow) => flow } = outcome;
    return turnDown(why, (held, now) => {
      const next = refusedStep(held, why, now);
      return next.step === 'denied' ? after(next) : again(next);
    });
  }
  if ('move' in outcome) {
    const next = (held: Flow, now: number) => passwordNoted(held, outcome.move(held), now);
    return move(ports, flow, attempt, next, { client, event: undefined });
  }

  const after = await readAccess(ports, flow.resource, client.address);
  if (isRefusal(after)) return turnDown(after, (held) => denied(held, after.refused));
  const { finish: passed } = outcome;
  const { id } = passed.user;
  // Nobody signs in on a test resource, and nobody is compared there.
  if (id === 'test') return finish(ports, flow, attempt, passed, after.resource, client);
  const environment = await judgeEnvironment(ports, after.resource, id, flow.environment);
  const percent = environment?.percent ?? undefined;
  const isKept = flow.kept?.password !== undefined && passed.password !== true;
  if (environmentForbids(environment, passed.otp, isKept)) {
    const about = { about: id, ...(percent !== undefined && { percent }) };
    return turnDown(refusal('ENVIRONMENT_MISMATCH', about), (held) => denied(held, 'ENVIRONMENT_MISMATCH'));
  }
  const seen = { ...passed, ...(percent !== undefined && { environment: percent }) };
  if (flow.purpose !== 'self') return finish(ports, flow, attempt, seen, after.resource, client);
  const standing = await standingToOpen(ports, flow, after.resource, passed);
  if (isRefusal(standing)) return turnDown(standing, (held) => denied(held, standing.refused));
  return finish(ports, flow, attempt, seen, after.resource, client, standing.digest);
}

/** On a test resource nothing but the name is looked at. */
function outcomeOf(
  flow: Flow,
  resource: Resource,
  evaluate: (flow: Flow, resource: Resource) => Promise<StepOutcome>,
): Promise<StepOutcome> | StepOutcome {
  const { step, test } = flow;
  if (test === undefined || step === 'identify') return evaluate(flow, resource);
  const outcome = answerTest(test, step === 'password' ? 'password' : 'otp', resource.methodPolicy);
  return 'wrong' in outcome ? { refusal: refusal('INVALID_CREDENTIALS') } : outcome;
}

interface Telling {
  client: ClientInfo;
  event: EventDraft | undefined;
}

/** Ends the evaluation, if the attempt still holds the step; whoever was overtaken is told so and changes nothing. */
function move(
  ports: StepNeeds,
  claimed: Flow,
  attempt: string,
  next: (flow: Flow, now: number) => Flow,
  { client, event }: Telling,
): Promise<Result<FlowView>> {
  return settle(ports, claimed, attempt, (flow, now) => {
    const moved = next(flow, now);
    const append = event === undefined ? {} : { append: [createEvent(actOf(moved, client), event, now)] };
    return { flow: moved, write: { ...keeping(documents.flow, moved), ...append } };
  });
}

async function finish(
  ports: StepNeeds,
  claimed: Flow,
  attempt: string,
  passed: Passed,
  resource: Resource,
  client: ClientInfo,
  /** Where there is to be no result: what the person stands for on the self-service page. */
  standing?: string,
): Promise<Result<FlowView>> {
  const { user } = passed;
  const digest = user.id === 'test' ? {} : { userPasswordDigest: passwordDigest(user) };
  const settled = await settle(ports, claimed, attempt, (flow, now, request) => {
    const done = completeFlow(flow, passed, { now, resultLifetimeMs: resource.resultLifetimeMs, ...digest });
    const end = flow.test === 'expire' ? expired(done, now) : done;
    // Whatever the steps were: a result below the level that the host demands is none.
    if (flow.demand && end.result.acr < flow.demand.acr) {
      const below = denied(flow, 'LEVEL_UNREACHABLE');
      const event = createEvent(actOf(below, client), refusedEvent(flow, refusal('LEVEL_UNREACHABLE')), now);
      return { flow: below, write: { ...keeping(documents.flow, below), append: [event] } };
    }
    if (standing !== undefined) return opening(flow, end.result, standing, client, now);
    return { ...end, write: completionWrite(end.flow, end.result, request, client, now) };
  });
  // Only now: whoever does not get to the end teaches the check nothing.
  if (!isRefusal(settled) && (settled.step === 'done' || settled.step === 'self')) {
    await rememberBrowser(ports, claimed, passed.user.id, resource, client);
    await confirmPerson(ports, claimed, passed, client);
  }
  return settled;
}

/** The sign-in is over and holds; a browser that could not be remembered is asked for more the next time. */
async function rememberBrowser(
  ports: StepNeeds,
  flow: Flow,
  user: UserId | 'test',
  resource: Resource,
  client: ClientInfo,
): Promise<void> {
  if (user === 'test' || !resource.environment || !flow.environment) return;
  const seen = { user, resource: resource.id, blinded: flow.environment };
  await rememberEnvironment(ports, actOf({ account: flow.account, user }, client), seen).catch(() => undefined);
}

/**
 * The password and another factor than a mailed code were shown in this very sign-in. A token that was set up in it, or shown
 * before it, confirms nothing. When the store fails here the mark stays, which asks for more and never for less.
 */
async function confirmPerson(ports: StepNeeds, flow: Flow, passed: Passed, client: ClientInfo): Promise<void> {
  const { id, needsConfirmation } = passed.user;
  if (id === 'test' || needsConfirmation === undefined || flow.enrolling || passed.second || !confirmsUser(passed))
    return;
  const digest = passed.passwordDigest ?? flow.passwordDigest;
  const act = actOf({ account: flow.account, user: id }, client);
  await confirmByFactor(ports, act, { id, needsConfirmation }, digest).catch(() => undefined);
}

async function settle(
  ports: StepNeeds,
  claimed: Flow,
  attempt: string,
  decide: (flow: Flow, now: number, request: LoginRequest | undefined) => Begun & { write: Write },
): Promise<Result<FlowView>> {
  const keys = [documents.flow(claimed.id), documents.loginRequest(claimed.id), documents.result(claimed.id)] as const;
  const settled = await transact<typeof keys, Result<Begun>>(ports, claimed.id, keys, ([flow, request], now) => {
    if (!flow) return { answer: refusal('FLOW_NOT_FOUND') };
    if (!holdsClaim(flow.value, attempt)) return { answer: refusal('STEP_STALE') };
    const { write, ...answer } = decide(flow.value, now, request?.value);
    return { answer, write };
  });
  if (isRefusal(settled)) return settled;
  if (settled.result && !settled.result.test) void recordOnce(ports, documents.firstLogin(settled.result.account));
  return presentFlow(ports, settled.flow, settled.result);
}

/** Which refusals end the sign-in; after all others the person may try again. */
const FINAL: ReadonlySet<RefusalCode> = new Set([
  'TRANSACTION_CANCELLED',
  'TOKEN_LOCKED',
  'TOKEN_OUT_OF_STEP',
  'ENROLMENT_LINK_INVALID',
  'CONFIRMATION_REQUIRED',
  'ACCESS_DENIED',
  'ENVIRONMENT_MISMATCH',
  'LEVEL_UNREACHABLE',
  'FILTER_DENIED',
  'PLAN_INACTIVE',
  'RESOURCE_DISABLED',
  'RESOURCE_NOT_FOUND',
]);

function refusedStep(flow: Flow, { refused, retryAfterMs }: Refusal, now: number): Flow {
  if (FINAL.has(refused)) return denied(flow, refused);
  return retryStep(flow, refused, retryAfterMs === undefined ? undefined : now + retryAfterMs);
}
