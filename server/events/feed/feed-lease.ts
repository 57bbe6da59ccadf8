/** Which process feeds, and how far it has come. */
export interface FeedState {
  readonly holder?: string;
  /** When the lease of the holder ends. */
  readonly until: number;
  /** All events sealed before this instant have been sent. Absent: the feed has not begun. */
  readonly caughtUpAt?: number;
}

/** How long other processes wait after the death of the one that feeds. */
export const LEASE_MS = 45_000;
/** The lease is renewed when less is left: longer than a sink may take to send. */
const RENEWED_MS = 35_000;

/**
 * Takes or renews the lease. One that ends later than it can have been given was given before the clock was set back
 * (SR-63), and counts as ended.
 *
 * @returns the state with the lease; the same object if nothing changes; undefined if another process holds the lease
 */
export function claimLease(state: FeedState, holder: string, now: number): FeedState | undefined {
  const isRunning = state.until > now && state.until <= now + LEASE_MS;
  if (isRunning && state.holder !== holder) return undefined;
  return isRunning && state.until - now > RENEWED_MS ? state : { ...state, holder, until: now + LEASE_MS };
}

/** The state after this process has given its lease back; undefined if it has none. */
export function releaseLease({ holder, ...state }: FeedState, leaving: string): FeedState | undefined {
  return holder === leaving ? { ...state, until: 0 } : undefined;
}
