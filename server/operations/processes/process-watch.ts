import { SECOND_MS } from '../../kernel/time.ts';
import { type ProcessRegistry, RENEWAL_MS } from './process-registry.ts';

/** A process that was watched for so long without a renewal has ended. */
export const SILENCE_MS = 45 * SECOND_MS;
/** After a longer gap the watch starts over: while the store was out of reach, no process could renew. */
export const MAX_GAP_MS = 2 * RENEWAL_MS;

interface Sighting {
  /** Differs after each renewal. */
  readonly renewal: string;
  readonly sinceMs: number;
  readonly hasRenewed: boolean;
}

/**
 * What one process sees of the renewals of the others, by its own monotonic clock. So no wrong clock ends a process or
 * keeps one that has ended.
 */
export interface ProcessWatch {
  readonly lookedAtMs: number;
  readonly sightings: Readonly<Record<string, Sighting>>;
}

/** @param nowMs of a monotonic clock */
export function lookAt(
  registry: ProcessRegistry | undefined,
  nowMs: number,
  before: ProcessWatch | undefined,
): ProcessWatch {
  const isGap = before !== undefined && nowMs - before.lookedAtMs > MAX_GAP_MS;
  const sightings = Object.entries(registry?.processes ?? {}).map(([id, { renewedAt, renewals }]) => {
    const renewal = `${renewedAt} ${renewals}`;
    const earlier = before?.sightings[id];
    const isSame = earlier?.renewal === renewal;
    const hasRenewed = earlier !== undefined && (earlier.hasRenewed || !isSame);
    return [id, { renewal, sinceMs: isSame && !isGap ? earlier.sinceMs : nowMs, hasRenewed }] as const;
  });
  return { lookedAtMs: nowMs, sightings: Object.fromEntries(sightings) };
}

/** The processes that have ended. */
export function silentProcesses({ lookedAtMs, sightings }: ProcessWatch): ReadonlySet<string> {
  const silent = Object.entries(sightings).filter(([, { sinceMs }]) => lookedAtMs - sinceMs >= SILENCE_MS);
  return new Set(silent.map(([id]) => id));
}

/** True if one of them was seen to renew its record, and so runs. */
export function isOneSeenRunning({ sightings }: ProcessWatch, processes: readonly { readonly id: string }[]): boolean {
  return processes.some(({ id }) => sightings[id]?.hasRenewed);
}
