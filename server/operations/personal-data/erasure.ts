import type { ActorReference } from '../../kernel/actor.ts';
import type { AccountId, UserId } from '../../kernel/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../kernel/time.ts';

/** The erasure of one user: their data, and their addresses and user agents in the audit log. */
export interface Erasure {
  /** The user. */
  id: UserId;
  account: AccountId;
  requestedAt: number;
  requestedBy: ActorReference;
  /** When past events were erased first. Sign-ins that had begun may add further ones. */
  erasedAt?: number;
  /** Absent: it is going on. */
  doneAt?: number;
  /** Names, and the external id, that are not free yet (`userClaims`). */
  names: string[];
  /** Archive files that are being replaced. After a crash the one that is not recorded is removed. */
  replacing: FileReplacement[];
}

export interface FileReplacement {
  /** Number of its first segment. */
  first: number;
  /** The checksums of the files. */
  from: string;
  to: string;
}

/** Requests that began before the user was deleted have ended by then, and their events are sealed. */
export const SETTLE_MS = MINUTE_MS;
/** Then the event alone shows it. */
export const ERASURE_TTL_MS = 30 * DAY_MS;
