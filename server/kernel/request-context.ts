import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type Actor, referenceTo } from './actor.ts';
import type { AccountEvent, EventDraft } from './event.ts';
import type { AccountId } from './ids.ts';
import type { Json } from './ports/store.ts';

/**
 * The actor of a request, with address and user agent as far as a trusted source states them. Every use-case that
 * changes something takes one.
 */
export interface RequestContext extends ClientInfo {
  actor: Actor;
}

/** Address and user agent, as far as a trusted source states them. */
export interface ClientInfo {
  /** Canonical. Of the actor: for a sign-in over the API the user's, as the site saw it. */
  address?: string;
  /** At most {@link MAX_USER_AGENT} characters. */
  userAgent?: string;
  requestId?: string;
  /** The language that it prefers, as a BCP 47 tag. */
  language?: string;
  /** Learns whose sign-in the request is about, for the access log: a step of a user has no actor yet. */
  onAccount?: (account: AccountId) => void;
}

const MAX_USER_AGENT = 200;

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
    ...omitUndefined({ address, userAgent: userAgent?.slice(0, MAX_USER_AGENT), requestId }),
  };
  // A document of strings and lists of strings: Json by construction, which an interface cannot express.
  return event as unknown as Json;
}
