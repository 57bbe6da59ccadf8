import type { EventDraft, EventFactor } from '../kernel/event.ts';
import type { ClientInfo, RequestContext } from '../kernel/request-context.ts';
import type { Refusal } from '../kernel/result.ts';
import type { Flow, ResultRecord } from './flow.ts';

/**
 * What a sign-in through the widget, or a transaction, tells of itself: each answer that was refused, and the end. A right password that is
 * only half of what is needed is told with the end, or with the refusal of the code.
 */

/** Whoever signs in acts; who that is, is known once a first factor was right. */
export function actOf({ account, user }: Pick<Flow, 'account' | 'user'>, client: ClientInfo): RequestContext {
  return { actor: { kind: 'user', account, ...(user !== undefined && { id: user }) }, ...client };
}

export function refusedEvent(flow: Flow, { refused, audit = {} }: Refusal): EventDraft {
  const { about, tokens = [], percent, reason = refused } = audit;
  const subject = flow.user ?? about;
  return {
    ...kindOf(flow.transaction?.hash, flow.test !== undefined),
    resource: flow.resource,
    related: [flow.id, ...tokens],
    ...(subject !== undefined && { subject }),
    outcome: 'refused',
    reason,
    factors: flow.passwordVerified ? ['password'] : [],
    ...(percent !== undefined && { environment: percent }),
  };
}

export function grantedEvent(result: ResultRecord): EventDraft {
  const factors: EventFactor[] = [];
  if (result.amr.includes('pwd')) factors.push('password');
  if (result.otp === 'verified') factors.push(result.kind === 'webauthn' ? 'passkey' : 'otp');
  return {
    ...kindOf(result.transaction, result.test === true),
    resource: result.resource,
    ...(!result.test && { subject: result.user }),
    related: [result.flow, ...(result.token === undefined ? [] : [result.token])],
    outcome: 'granted',
    factors,
    otp: result.otp,
    ...(result.environment !== undefined && { environment: result.environment }),
  };
}

function kindOf(transaction: string | undefined, isTest: boolean): Pick<EventDraft, 'type' | 'transaction'> {
  if (transaction !== undefined) return { type: 'transaction', transaction };
  return { type: isTest ? 'authentication.test' : 'authentication' };
}
