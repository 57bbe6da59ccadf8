/** Whether this process should get requests. Shared by `listen`, which flips it when stopping, and by `/health/ready`. */
export interface Readiness {
  ready: boolean;
}

export function createReadiness(): Readiness {
  return { ready: true };
}
