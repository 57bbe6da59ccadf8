/**
 * True while this process should get requests. Shared by `listen`, which clears it when stopping, and by
 * `/health/ready`.
 */
export interface Readiness {
  ready: boolean;
}

export function createReadiness(): Readiness {
  return { ready: true };
}
