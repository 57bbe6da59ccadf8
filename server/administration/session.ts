import { createHash } from 'node:crypto';
import type { Administrator } from '../administrators/administrator.ts';
import type { AccountId, AdministratorId, FlowId } from '../kernel/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';

/** A session ends after this time without use (SR-29). */
export const SESSION_IDLE_MS = 30 * MINUTE_MS;
/** A session in use ends after this time. */
export const MAX_SESSION_MS = 12 * HOUR_MS;
/** The shortest time between two records of use. */
export const SESSION_USE_STEP_MS = MINUTE_MS;

/** The session of a signed-in administrator. Has the id of the sign-in that made it in its last commit. */
export interface Session {
  id: FlowId;
  account: AccountId;
  administrator: AdministratorId;
  /** SHA-256 of the cookie's secret, hex. */
  secretHash: string;
  /** The administrator's epoch at the start: once theirs is raised, this session is over. */
  epoch: number;
  /** What was presented beside the password. */
  factor: SessionFactor;
  createdAt: number;
  lastSeenAt: number;
}

export type SessionFactor = 'code' | 'passkey';

export function sessionEndsAt({ createdAt, lastSeenAt }: Pick<Session, 'createdAt' | 'lastSeenAt'>): number {
  return Math.min(lastSeenAt + SESSION_IDLE_MS, createdAt + MAX_SESSION_MS);
}

/**
 * True while the session is valid for its administrator, who is read with every request (SR-39). Where a passkey is
 * required, a session that began with a code is over (SR-81).
 */
export function isSessionActive(
  session: Session,
  administrator: Administrator | undefined,
  isPasskeyRequired: boolean,
  now: number,
): boolean {
  return (
    administrator?.state === 'active' &&
    administrator.id === session.administrator &&
    administrator.sessionEpoch === session.epoch &&
    (session.factor === 'passkey' || !isPasskeyRequired) &&
    now < sessionEndsAt(session)
  );
}

/**
 * The token that a page must send with every change (CSRF). Derived from the cookie's secret, which pages cannot read:
 * a site that only makes a browser send the cookie does not have it.
 */
export function csrfToken(secret: string): string {
  return createHash('sha256').update(`csrf/${secret}`).digest('base64url');
}
