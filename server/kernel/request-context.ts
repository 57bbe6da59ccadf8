import { type Actor, referenceTo } from './actor.ts';
import type { AccountEvent, EventDraft } from './event.ts';
import type { Json } from './ports/store.ts';

/** Who does something, and from where as far as anybody trustworthy says. Every use-case that changes something takes one. */
export interface RequestContext extends ClientInfo {
  actor: Actor;
}

/** From where, as far as anybody trustworthy says. */
export interface ClientInfo {
  /** Canonical. Of whoever acts: for a sign-in over the API the person's, as the host saw it. */
  address?: string;
  /** At most {@link MAX_USER_AGENT} characters. */
  userAgent?: string;
  requestId?: string;
}

export const MAX_USER_AGENT = 200;

/** The event of a change, for the `append` of its commit. */
export function createEvent(act: RequestContext, draft: EventDraft, now: number): Json {
  const { actor, address, userAgent, requestId } = act;
  const event: AccountEvent = {
    outcome: 'done',
    ...draft,
    at: now,
    account: actor.account,
    actor: referenceTo(actor),
    ...(actor.kind === 'administrator' && actor.through && { entry: 'protectimus' as const, key: actor.through }),
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, MAX_USER_AGENT) }),
    ...(requestId !== undefined && { requestId }),
  };
  // A document of strings and lists of strings: Json by construction, which an interface cannot say.
  return event as unknown as Json;
}
