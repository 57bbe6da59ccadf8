import { DAY_MS } from '../kernel/time.ts';

export interface Retention {
  /** Segments sealed longer ago than this are removed. An archive file is removed as a whole, by its last segment. */
  keptMs: number;
  /** Maximum events of an account; the oldest segments beyond it are removed whole. */
  mostEvents: number;
}

/** As it is configured. */
export function retentionOf({ keptDays, mostEvents }: { keptDays: number; mostEvents: number }): Retention {
  return { keptMs: keptDays * DAY_MS, mostEvents };
}

/** How much of an account's audit log is kept. */
export interface KeptEvents {
  /** Retained events. */
  readonly kept: number;
  /** When the oldest of them was sealed. */
  readonly oldestAt: number;
}

/** An audit log that the maximum of events cuts before the retention time. */
export interface EarlyRemoval {
  /** How far the log will reach back. */
  readonly reachMs: number;
  /** Until the first event is removed too early; 0 if that happens already. */
  readonly leftMs: number;
}

/**
 * Extrapolates the average rate of the kept events. Undefined if they are kept for the retention time, or fill less than
 * half of the maximum: a burst in an empty log says little, and as much time is left as has passed.
 */
export function forecastRetention(
  { kept, oldestAt }: KeptEvents,
  { keptMs, mostEvents }: Retention,
  now: number,
): EarlyRemoval | undefined {
  if (kept < mostEvents / 2) return undefined;
  const ageMs = Math.max(1, now - oldestAt);
  const reachMs = (ageMs / kept) * mostEvents;
  if (reachMs >= keptMs) return undefined;
  return { reachMs: Math.round(reachMs), leftMs: Math.max(0, Math.round(reachMs - ageMs)) };
}
