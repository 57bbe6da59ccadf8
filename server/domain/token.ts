import type { ActorReference } from './actor.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId, UserId } from './ids.ts';

export const OTP_ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
export type OtpAlgorithm = (typeof OTP_ALGORITHMS)[number];
export type OtpDigits = 6 | 8;

/** The moving factor of a token (OATH: RFC 6238, RFC 4226). */
export type TokenFactor =
  | {
      kind: 'totp';
      /** Multiples of 30 000 ms, from 30 000 to 86 400 000. */
      periodMs: number;
      /** The token's clock against ours, in steps; bounded. 0 until learned. */
      driftSteps: number;
    }
  | { kind: 'hotp' };

/** The thing that makes one-time passwords. Belongs to one user or to nobody. */
export interface Token {
  id: TokenId;
  account: AccountId;
  name: string;
  serial?: string;
  factor: TokenFactor;
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  /** Seed, sealed for (account, token, id, secret). */
  sealedSecret: string;
  /** Next acceptable moving factor (HOTP counter or TOTP step). Only ever grows (SR-8). */
  nextCounter: number;
  owner?: UserId;
  /** Instead of a user: the administrator who signs in with it. Nobody else edits or deletes it. */
  administrator?: AdministratorId;
  /** Raised whenever the owner changes, so old assignments do not come back with the token. */
  epoch: number;
  /** False: deactivated, takes no part in authentication. */
  enabled: boolean;
  /** Set: nobody is authenticated with this token until it is unlocked explicitly. */
  lock?: { reason: 'otp-failures' | 'administrator'; at: number };
  /** Consecutive wrong codes. */
  failures: number;
  /** The attempt that was counted last, so one attempt is counted once. */
  lastCountedAttempt?: string;
  expiresAt?: number;
  /** Set on counting tokens by a restored backup: codes used since are unknown, so none is taken until a resync. */
  needsResync?: true;
  /** (c): resources that accept this token's OTP with no user involved. */
  directResources: ResourceId[];
  createdAt: number;
  /** Absent on objects made before anybody kept track. */
  createdBy?: ActorReference;
}

/**
 * Locked wins over deactivated, since a lock must not be lifted by deactivating; expired counts as locked. `out-of-step`:
 * its codes count for nothing until two in a row have shown where it is.
 */
export const TOKEN_STATES = ['active', 'deactivated', 'locked', 'expired', 'out-of-step'] as const;
export type TokenState = (typeof TOKEN_STATES)[number];
