import { createHash } from 'node:crypto';
import type { AccountId, AdministratorId, FlowId } from '../kernel/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';
import type { Administrator } from './administrator.ts';

/** A session that nobody uses for so long is over (SR-29). */
export const SESSION_IDLE_MS = 30 * MINUTE_MS;
/** And one in use ends at the latest then. */
export const SESSION_LONGEST_MS = 12 * HOUR_MS;
/** Use is noted no more often than this. */
export const SESSION_NOTED_MS = MINUTE_MS;

/** An administrator who has signed in. Named by the sign-in that made it, and made in its last commit. */
export interface Session {
  id: FlowId;
  account: AccountId;
  administrator: AdministratorId;
  /** SHA-256 of the cookie's secret, hex. */
  secretHash: string;
  /** The administrator's when it was made: theirs has been raised since, so this one is over. */
  epoch: number;
  createdAt: number;
  lastSeenAt: number;
}

export function sessionEndsAt({ createdAt, lastSeenAt }: Pick<Session, 'createdAt' | 'lastSeenAt'>): number {
  return Math.min(lastSeenAt + SESSION_IDLE_MS, createdAt + SESSION_LONGEST_MS);
}

/** Whether the session is still its administrator's, who is read anew with every request (SR-39). */
export function isSessionActive(session: Session, administrator: Administrator | undefined, now: number): boolean {
  return (
    administrator?.state === 'active' &&
    administrator.id === session.administrator &&
    administrator.sessionEpoch === session.epoch &&
    now < sessionEndsAt(session)
  );
}

/**
 * What a page must send along with whatever changes something. Derived from the cookie's secret, which pages cannot
 * read: whoever can only make a browser send the cookie does not have it.
 */
export function csrfToken(secret: string): string {
  return createHash('sha256').update(`csrf/${secret}`).digest('base64url');
}
