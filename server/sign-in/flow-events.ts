import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EventDraft, EventFactor } from '../kernel/event.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../kernel/request-context.ts';
import type { Refusal } from '../kernel/result.ts';
import type { Write } from '../store/transact.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { flowDocument, loginRequestDocument, resultDocument } from './documents.ts';
import { type Flow, type FlowBase, type LoginRequest, RESULT_GRACE_MS, type ResultRecord } from './flow.ts';

/**
 * The events of a sign-in through the widget or of a transaction: one for each refused answer, and one for the end. A
 * right password that still needs a code is reported with the end, or with the refusal of the code.
 */

/** The user who signs in is the actor, once a first factor has identified them. */
export function userContext({ account, user }: Pick<Flow, 'account' | 'user'>, client: ClientInfo): RequestContext {
  return { actor: { kind: 'user', account, ...omitUndefined({ id: user }) }, ...client };
}

export function createRefusedEvent(flow: Flow, { refused, audit = {} }: Refusal): EventDraft {
  const { about, tokens = [], percent, hook, reason = refused } = audit;
  const subject = flow.user ?? about;
  return {
    ...kindOf(flow.transaction?.hash, flow.test !== undefined),
    resource: flow.resource,
    related: [flow.id, ...tokens],
    ...omitUndefined({ subject }),
    outcome: 'refused',
    reason,
    factors: firstFactors(flow.passwordVerified, flow),
    ...omitUndefined({ environment: percent, hook }),
  };
}

export function createGrantedEvent(result: ResultRecord): EventDraft {
  const factors = firstFactors(result.amr.includes('pwd'), result);
  if (result.otp === 'verified') factors.push(result.kind ? KIND_RULES[result.kind].eventFactor : 'otp');
  return {
    ...kindOf(result.transaction, result.test === true),
    resource: result.resource,
    ...(!result.test && { subject: result.user }),
    related: [result.flow, ...[result.token, result.browser].filter((id) => id !== undefined)],
    outcome: 'granted',
    factors,
    otp: result.otp,
    ...omitUndefined({ environment: result.environment, hook: result.hook?.failure }),
  };
}

function firstFactors(hasPassword: boolean, { mailboxDigest }: Pick<FlowBase, 'mailboxDigest'>): EventFactor[] {
  return [
    ...(hasPassword ? ['password' as const] : []),
    ...(mailboxDigest === undefined ? [] : ['mailed-code' as const]),
  ];
}

function kindOf(transaction: string | undefined, isTest: boolean): Pick<EventDraft, 'type' | 'transaction'> {
  if (transaction !== undefined) return { type: 'transaction', transaction };
  return { type: isTest ? 'authentication.test' : 'authentication' };
}

/** The single commit that completes a sign-in: flow, record and, if there was one, the used-up login request. */
export function completionWrite(
  flow: Flow,
  result: ResultRecord,
  request: LoginRequest | undefined,
  client: ClientInfo,
  now: number,
): Write {
  const { id } = flow;
  return {
    put: [
      { key: flowDocument.key(id), value: flow, expiresAt: flow.expiresAt },
      { key: resultDocument.key(id), value: result, expiresAt: Math.max(result.expiresAt, now) + RESULT_GRACE_MS },
      ...(request
        ? [{ key: loginRequestDocument.key(id), value: { ...request, usedAt: now }, expiresAt: request.expiresAt }]
        : []),
    ],
    append: [createEvent(userContext(flow, client), createGrantedEvent(result), now)],
  };
}
