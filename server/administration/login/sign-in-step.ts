import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { SignInStep } from '@countersign/protocol/session';
import { type Administrator, type AdministratorActor, actorOf } from '../../administrators/administrator.ts';
import { requiresPasskey } from '../../administrators/factor-policy.ts';
import { type FoundAdministrator, readAdministrator } from '../../administrators/find-administrator.ts';
import type { EventDraft, EventFactor } from '../../kernel/event.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { denyFlow, holdsClaim, retryStep } from '../../sign-in/flow-transitions.ts';
import { claimFlowStep, type Handle, putFlow, releaseStep } from '../../sign-in/stored-flow.ts';
import { newOperation, transact, type Write } from '../../store/transact.ts';
import type { SecondFactorPorts } from '../check-factors.ts';
import { administratorFlowDocument } from '../documents.ts';
import { type AdministratorFlow, completeAdministratorFlow } from './administrator-flow.ts';
import { notifyAdministratorSignIn } from './notify-sign-in.ts';
import { newSession, type OpenedSession, putSession } from './open-session.ts';
import { openSignIn } from './start-sign-in.ts';

export interface SignInAnswer {
  handle: unknown;
  seq: number;
  client: ClientInfo;
}

/** The outcome of an evaluated step. */
type SignInOutcome =
  | { move: (flow: AdministratorFlow) => AdministratorFlow }
  | { signIn: { recoveryCodes?: string[]; by?: 'passkey' } }
  /** `isFinal`: the sign-in ends. */
  | { refusal: Refusal; isFinal?: true };

/** The state of a sign-in, with the outcome of this request. */
export interface SignInProgress {
  flow: AdministratorFlow;
  opened?: OpenedSession;
  recoveryCodes?: string[];
}

/** Handles one answer to one step of an administrator's sign-in: claims the step, evaluates it, and moves on. */
export async function answerSignIn(
  ports: SecondFactorPorts,
  step: SignInStep,
  answer: SignInAnswer,
  evaluate: (flow: AdministratorFlow) => Promise<SignInOutcome>,
): Promise<Result<SignInProgress>> {
  const attempt = newOperation(ports);
  const open = (handle: Handle) => openSignIn(ports, handle);
  const claimed = await claimFlowStep(
    ports,
    administratorFlowDocument.key,
    { ...answer, steps: [step], attempt },
    open,
  );
  if (isRefusal(claimed)) return claimed;
  const { flow } = claimed;
  try {
    const outcome = await evaluate(flow);
    if ('move' in outcome) return await move(ports, flow, attempt, outcome.move);
    if ('refusal' in outcome) return await refuseStep(ports, flow, attempt, outcome, answer.client);
    return await finish(ports, flow, attempt, outcome.signIn, answer.client);
  } catch (error) {
    await releaseStep(ports, administratorFlowDocument.key, flow.id, attempt);
    throw error;
  }
}

/** Loads the administrator of a sign-in whose password was right, if that password is still current (SR-38, SR-39). */
export async function reloadAdministrator(
  ports: Pick<SecondFactorPorts, 'store' | 'clock'>,
  flow: AdministratorFlow,
): Promise<FoundAdministrator | undefined> {
  if (flow.administrator === undefined) return undefined;
  const found = await readAdministrator(ports, flow.account, flow.administrator);
  if (isRefusal(found)) return undefined;
  return isPasswordUnchanged(flow, found.administrator) ? found : undefined;
}

export function isPasswordUnchanged(flow: AdministratorFlow, administrator: Administrator): boolean {
  return administrator.state === 'active' && flow.passwordDigest === passwordDigest(administrator);
}

/** The last step creates the session in the same commit that ends the sign-in. */
async function finish(
  ports: SecondFactorPorts,
  claimed: AdministratorFlow,
  attempt: string,
  { recoveryCodes, by = 'otp' }: { recoveryCodes?: string[]; by?: EventFactor },
  client: ClientInfo,
): Promise<Result<SignInProgress>> {
  const found = await reloadAdministrator(ports, claimed);
  if (!found) return refuseStep(ports, claimed, attempt, { refusal: refusal('ACCESS_DENIED') }, client);
  // Required since the factor was checked. Later still, the session is over with its first request.
  if (by !== 'passkey' && requiresPasskey(ports.administratorFactors, found.account)) {
    return refuseStep(ports, claimed, attempt, { refusal: refusal('PASSKEY_REQUIRED'), isFinal: true }, client);
  }
  const actor = actorOf(found.account, found.administrator);
  const factor = by === 'passkey' ? 'passkey' : 'code';
  const made = newSession(ports, claimed.id, found.administrator, factor);
  const settled = await settle(ports, claimed, attempt, (flow, now) => {
    const opened = { ...made, ...found, session: { ...made.session, createdAt: now, lastSeenAt: now } };
    const done = completeAdministratorFlow(flow);
    const draft: EventDraft = {
      type: 'administrator.signed-in',
      subject: found.administrator.id,
      related: [flow.id],
      outcome: 'granted',
      factors: ['password', by],
    };
    return {
      progress: { flow: done, opened, ...omitUndefined({ recoveryCodes }) },
      write: {
        put: [...(putFlow(administratorFlowDocument.key, done).put ?? []), putSession(opened.session)],
        append: [createEvent({ actor, ...client }, draft, now)],
      },
    };
  });
  if (!isRefusal(settled)) await notifyAdministratorSignIn(ports, found.administrator, client);
  return settled;
}

function move(
  ports: SecondFactorPorts,
  claimed: AdministratorFlow,
  attempt: string,
  next: (flow: AdministratorFlow) => AdministratorFlow,
): Promise<Result<SignInProgress>> {
  return settle(ports, claimed, attempt, (flow) => {
    const moved = next(flow);
    return { progress: { flow: moved }, write: putFlow(administratorFlowDocument.key, moved) };
  });
}

function refuseStep(
  ports: SecondFactorPorts,
  claimed: AdministratorFlow,
  attempt: string,
  { refusal: why, isFinal }: Extract<SignInOutcome, { refusal: Refusal }>,
  client: ClientInfo,
): Promise<Result<SignInProgress>> {
  return settle(ports, claimed, attempt, (flow, now) => {
    const { refused, retryAfterMs } = why;
    const retryAt = retryAfterMs === undefined ? undefined : now + retryAfterMs;
    // A locked token does not end the sign-in, because a recovery code may replace it.
    const isEnd = isFinal || refused === 'ACCESS_DENIED';
    const moved = isEnd ? denyFlow(flow, refused) : retryStep(flow, refused, retryAt);
    // Refused without an evaluation: there is no attempt to record.
    const append =
      refused === 'TOO_MANY_ATTEMPTS' ? [] : [createEvent(actOf(flow, client), refusedEvent(flow, why), now)];
    return { progress: { flow: moved }, write: { ...putFlow(administratorFlowDocument.key, moved), append } };
  });
}

/** The administrator of the flow, without rights yet. Known once the password was right. */
function actOf({ account, administrator: id }: AdministratorFlow, client: ClientInfo): RequestContext {
  if (id === undefined) return { actor: { kind: 'user', account }, ...client };
  const actor: AdministratorActor = { kind: 'administrator', account, id, role: 'administrator', resources: [] };
  return { actor, ...client };
}

function refusedEvent(flow: AdministratorFlow, { refused, audit = {} }: Refusal): EventDraft {
  const { about, tokens = [], reason = refused } = audit;
  const subject = flow.administrator ?? about;
  return {
    type: 'administrator.refused',
    ...omitUndefined({ subject }),
    related: [flow.id, ...tokens],
    outcome: 'refused',
    reason,
    factors: flow.administrator === undefined ? [] : ['password'],
  };
}

/**
 * Ends the evaluation if the attempt still holds the step. An attempt that was overtaken is refused and changes
 * nothing.
 */
function settle(
  ports: SecondFactorPorts,
  claimed: AdministratorFlow,
  attempt: string,
  decide: (flow: AdministratorFlow, now: number) => { progress: SignInProgress; write: Write },
): Promise<Result<SignInProgress>> {
  const key = administratorFlowDocument.key(claimed.id);
  return transact<readonly [typeof key], Result<SignInProgress>>(ports, key.anchor, [key], ([flow], now) => {
    if (!flow) return { answer: refusal('FLOW_NOT_FOUND') };
    if (!holdsClaim(flow.value, attempt)) return { answer: refusal('STEP_STALE') };
    const { progress, write } = decide(flow.value, now);
    return { answer: progress, write };
  });
}
