import type { MachineClocks } from './ports/clock.ts';

/** The milliseconds since this call, with those that the machine slept. Nothing sets it. */
export function startElapsedClock({ monotonic, uptime }: Pick<MachineClocks, 'monotonic' | 'uptime'>): () => number {
  const [monotonicStart, uptimeStart] = [monotonic(), uptime()];
  return () => Math.max(monotonic() - monotonicStart, uptime() - uptimeStart);
}
