/**
 * True while this process should get requests. Shared by `listen`, which clears it when stopping, and by
 * `/health/ready`.
 */
export interface Readiness {
  ready: boolean;
  /** False while the time may be wrong (SR-63). */
  isClockTrusted(): boolean;
}

export function createReadiness(isClockTrusted: () => boolean = () => true): Readiness {
  return { ready: true, isClockTrusted };
}
