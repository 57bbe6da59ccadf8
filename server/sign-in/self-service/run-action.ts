import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { readAccess } from '../../authentication/read-access.ts';
import type { TokenId } from '../../kernel/ids.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { newOperation, transact } from '../../store/transact.ts';
import { credentialFingerprint, type User } from '../../users/user.ts';
import { flowDocument } from '../documents.ts';
import { type Flow, type FlowAt, isAt } from '../flow.ts';
import { createRefusedEvent, userContext } from '../flow-events.ts';
import { denyFlow, holdsClaim, retryStep } from '../flow-transitions.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { claimFlowStep, putFlow, releaseStep } from '../stored-flow.ts';
import { factsOf, readSelfServiceContext, type SelfServiceContext } from './context.ts';
import { judgeSelfServiceAction, type SelfServiceActionName } from './self-service.ts';
import { stayOnPage } from './self-service-transitions.ts';
import type { SelfSession } from './self-session.ts';

/** The context of a user's action on their own account. */
export interface SelfServiceAction extends SelfServiceContext {
  act: RequestContext;
  flow: FlowAt<'self'>;
}

/** The outcome of an action. */
export type SelfOutcome =
  | {
      /** Changes of the session; `undefined` removes a field. */
      done: { [K in 'email' | 'codes']?: SelfSession[K] | undefined };
      /** The user after the action, if it changed their credentials. */
      user?: User | undefined;
      /** The id of a deleted token. */
      lost?: TokenId;
    }
  | { move: (flow: FlowAt<'self'>) => Flow };

const SELF = ['self'] as const;
/** The page ends because something has changed. The holder of the handle does not learn what. */
const OVER = 'FLOW_NOT_FOUND';
/** Guesses: each uses up one of the wrong answers of the sign-in. */
const GUESSES: ReadonlySet<RefusalCode> = new Set([
  'INVALID_CREDENTIALS',
  'CONFIRMATION_WRONG',
  'OTP_WRONG',
  'TOKEN_LOCKED',
]);

/**
 * Runs one action on the self-service page. The step is claimed first, so concurrent clicks run one action; then the
 * user's credentials must be unchanged, and the confirmed factors must allow the action. A change of the user's own
 * document checks the credentials again in its commit.
 */
export async function runSelfServiceAction(
  ports: SignInPorts,
  name: SelfServiceActionName | undefined,
  answer: StepRequest,
  perform: (own: SelfServiceAction) => Promise<Result<SelfOutcome>>,
): Promise<Result<Flow>> {
  const attempt = newOperation(ports);
  const claimed = await claimFlowStep(ports, flowDocument.key, { ...answer, steps: SELF, attempt });
  if (isRefusal(claimed)) return claimed;
  const { flow } = claimed;
  try {
    if (!isAt(flow, SELF)) throw new TypeError(`claimed at ${flow.step}`);
    const access = await readAccess(ports, flow.resource, answer.client.address);
    if (isRefusal(access)) return settle(ports, flow, attempt, (held) => denyFlow(held, access.refused));
    const standing = await readSelfServiceContext(ports, flow, access.resource);
    if (!standing) return settle(ports, flow, attempt, (held) => denyFlow(held, OVER));
    const act = userContext(flow, answer.client);
    const unfit = name && whyNot(name, standing, ports.clock.now());
    const outcome = unfit ?? (await perform({ ...standing, act, flow }));
    if (isRefusal(outcome)) return refuse(ports, flow, attempt, outcome, act);
    if ('move' in outcome) return settle(ports, flow, attempt, outcome.move);
    return settle(ports, flow, attempt, (held) => applyOutcome(held, outcome));
  } catch (error) {
    await releaseStep(ports, flowDocument.key, flow.id, attempt);
    throw error;
  }
}

/** The refusal of a change whose commit finds the user changed since the page was opened. */
export const ended = refusal(OVER);

/** Checked in that commit: the user is still the one for whom the page was opened. */
export function hasSameCredentials(user: User | undefined, { session }: SelfServiceContext): user is User {
  return user !== undefined && credentialFingerprint(user) === session.standing;
}

const NOT_ALLOWED = { off: 'SELF_SERVICE_OFF', lacking: 'PROOF_LACKING', stale: 'PROOF_NEEDED' } as const;

function whyNot(name: SelfServiceActionName, standing: SelfServiceContext, now: number): Refusal | undefined {
  const judged = judgeSelfServiceAction(name, factsOf(standing), now);
  return judged === 'allowed' ? undefined : refusal(NOT_ALLOWED[judged]);
}

function applyOutcome(held: FlowAt<'self'>, outcome: Extract<SelfOutcome, { done: object }>): Flow {
  const next = stayOnPage(held, after(held.self, outcome));
  const { user } = outcome;
  // The action itself may have changed the password: the page goes on, and so do the enrolments from it.
  return user && held.passwordVerified ? { ...next, passwordDigest: passwordDigest(user) } : next;
}

function after(session: SelfSession, { done, user, lost }: Extract<SelfOutcome, { done: object }>): SelfSession {
  const { token, ...rest } = { ...session, ...done };
  const kept = token === undefined || token === lost ? {} : { token };
  const next = { ...rest, ...kept, ...(user && { standing: credentialFingerprint(user) }) };
  // `undefined` removes a field.
  return omitUndefined(next);
}

function refuse(
  ports: SignInPorts,
  flow: Flow,
  attempt: string,
  why: Refusal,
  act: RequestContext,
): Promise<Result<Flow>> {
  const { refused, retryAfterMs } = why;
  if (refused === OVER) return settle(ports, flow, attempt, (held) => denyFlow(held, OVER));
  const event = refused === 'INVALID_CREDENTIALS' ? createRefusedEvent(flow, why) : undefined;
  return settle(
    ports,
    flow,
    attempt,
    (held, now) => {
      if (GUESSES.has(refused)) return retryStep(held, refused);
      const retryAt = retryAfterMs === undefined ? {} : { retryAt: now + retryAfterMs };
      return { ...stayOnPage(held, held.self), error: { code: refused, ...retryAt } };
    },
    (now) => (event ? [createEvent(act, event, now)] : []),
  );
}

/** Ends the action, if the attempt still holds the step. */
function settle(
  ports: SignInPorts,
  claimed: Flow,
  attempt: string,
  next: (flow: FlowAt<'self'>, now: number) => Flow,
  tell: (now: number) => ReturnType<typeof createEvent>[] = () => [],
): Promise<Result<Flow>> {
  const key = flowDocument.key(claimed.id);
  return transact<readonly [typeof key], Result<Flow>>(ports, key.anchor, [key], ([stored], now) => {
    if (!stored) return { answer: refusal('FLOW_NOT_FOUND') };
    if (!isAt(stored.value, SELF) || !holdsClaim(stored.value, attempt)) return { answer: refusal('STEP_STALE') };
    const flow = next(stored.value, now);
    return { answer: flow, write: { ...putFlow(flowDocument.key, flow), append: tell(now) } };
  });
}
