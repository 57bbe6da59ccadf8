import type { SeedResult } from '../dataset/seed.ts';

/** Whom to ask, and on whose behalf. */
export interface Target extends SeedResult {
  port: number;
}

/** Members `from` up to, not including, `to`. */
export interface Members {
  from: number;
  to: number;
}

export type LoadJob = { target: Target; durationMs: number } & (
  | {
      /** One-time codes, every one fresh; each client has members of its own. */
      kind: 'otp';
      factor: 'hotp' | 'totp';
      members: Members;
      clients: number;
      /** For a route that keeps nothing: the same bodies again and again, and none counts as used up. */
      rehearsal?: boolean;
    }
  | { kind: 'password'; members: Members; clients: number }
  /** At a fixed rate whatever the answers do; latencies count from the moment a request was due. */
  | { kind: 'paced-otp'; members: Members; perSecond: number }
  | { kind: 'paced-health'; perSecond: number }
);
