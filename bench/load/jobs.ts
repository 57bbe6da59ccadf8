import type { SeedResult } from '../dataset/seed.ts';

/** The service to call, and its API key and resource. */
export interface Target extends SeedResult {
  port: number;
}

/** Members `from` to `to`, exclusive. */
export interface Members {
  from: number;
  to: number;
}

/** The steps of a check before the code is judged, each with the status of its answer. */
export const STEPS = { live: 200, 'malformed-key': 401, 'malformed-code': 422 } as const;
export type Step = keyof typeof STEPS;

export type LoadJob = { target: Target; durationMs: number } & (
  | {
      /** One-time codes, each used once; each client has members of its own. */
      kind: 'otp';
      factor: 'hotp' | 'totp';
      members: Members;
      clients: number;
      /** For a route without state: the same bodies are repeated. */
      rehearsal?: boolean;
    }
  /** Requests that the service answers early, so that each shows what the steps up to there cost. */
  | { kind: 'step'; step: Step; members: Members; clients: number }
  | { kind: 'password'; members: Members; clients: number }
  /** At a fixed rate regardless of the responses; latency counts from the moment a request was due. */
  | { kind: 'paced-otp'; members: Members; perSecond: number }
  | { kind: 'paced-health'; perSecond: number }
);
