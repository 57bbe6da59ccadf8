import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { ProtectimusType } from './protectimus-types.ts';

/** Every kind of token, in the order in which a person is offered them. */
export const TOKEN_KINDS = ['webauthn', 'totp', 'hotp', 'ocra', 'sms', 'email', 'recovery'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

export const OTP_ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
export type OtpAlgorithm = (typeof OTP_ALGORITHMS)[number];
export type OtpDigits = 6 | 8;

/** The moving factor of a token that shows codes by itself (OATH: RFC 6238, RFC 4226). */
export type OathFactor =
  | {
      kind: 'totp';
      /** Multiples of 30 000 ms, from 30 000 to 86 400 000. */
      periodMs: number;
      /** The token's clock against ours, in steps; bounded. 0 until learned. */
      driftSteps: number;
    }
  | { kind: 'hotp' };

/** Answers a challenge of ours with a code (OATH: RFC 6287). */
export interface OcraFactor {
  kind: 'ocra';
  /** Such as `OCRA-1:HOTP-SHA256-8:QN08-T1M`. */
  suite: string;
  /** Suites with time: the token's clock against ours, in steps; bounded. */
  driftSteps: number;
}

/** A phone or a mailbox that codes are sent to. */
export interface SentFactor {
  kind: 'sms' | 'email';
  /** E.164 (`+4915112345678`), or an e-mail address. */
  to: string;
  /** How often the address has changed; absent: never. What went to one before counts no more, also when it changes back. */
  moves?: number;
}

/** Codes on paper, each good for once, that stand in for a device that is not at hand. */
export interface RecoveryFactor {
  kind: 'recovery';
  /** MACs of the codes that are left. */
  macs: string[];
  /** MAC of the code that was used last, to tell a double click from a guess. */
  lastUsed?: string;
}

/** A passkey or a security key (WebAuthn level 3). */
export interface WebauthnFactor {
  kind: 'webauthn';
  /** Base64url. */
  credentialId: string;
  /** COSE key, base64url. Public. */
  publicKey: string;
  /** The authenticator's signature counter as it was last seen; 0 where it keeps none. */
  signCount: number;
  transports: string[];
  /** Whether it can be found without a name being given. */
  discoverable: boolean;
  /** Whether it may be copied to other devices of its owner (backup eligible). */
  synced: boolean;
  /** The model of the authenticator, by its own word. */
  aaguid?: string;
  /** The challenge that was answered last: it is answered once, whatever becomes of the sign-in that gave it out. */
  lastChallenge?: string;
}

export type TokenFactor = OathFactor | OcraFactor | SentFactor | RecoveryFactor | WebauthnFactor;

/** A four-digit PIN, typed with the code as one string. */
export interface TokenPin {
  /** Under the service's MAC key: there are ten thousand PINs, and a bare hash of one is no secret. */
  mac: string;
  position: 'before' | 'after';
}

export const LOCK_REASONS = ['otp-failures', 'resync-failures', 'administrator'] as const;
export type LockReason = (typeof LOCK_REASONS)[number];

/** What every token has. */
interface TokenRecord {
  id: TokenId;
  account: AccountId;
  name: string;
  serial?: string;
  /** Next acceptable moving factor (HOTP counter, TOTP or OCRA step). Only ever grows (SR-8). */
  nextCounter: number;
  owner?: UserId;
  /** Instead of a user: the administrator who signs in with it. Nobody else edits or deletes it. */
  administrator?: AdministratorId;
  /** Raised whenever the owner changes, so old assignments do not come back with the token. */
  epoch: number;
  /** False: deactivated, takes no part in authentication. */
  enabled: boolean;
  /** Set: nobody is authenticated with this token until it is unlocked explicitly. */
  lock?: { reason: LockReason; at: number };
  /** Consecutive wrong codes. */
  failures: number;
  /** Consecutive failed resynchronisations; absent: none. */
  resyncFailures?: number;
  /** The attempt that was counted last, so one attempt is counted once. */
  lastCountedAttempt?: string;
  expiresAt?: number;
  /** Set on counting tokens by a restored backup: codes used since are unknown, so none is taken until a resync. */
  needsResync?: true;
  /** (c): resources that accept this token's OTP with no user involved. */
  directResources: ResourceId[];
  pin?: TokenPin;
  /** False: its codes let nobody in whom a site's backend asks about. Absent: they do. The widget asks nobody for it. */
  apiSupport?: false;
  /** Of tokens that were made in the Protectimus dialect: what they were called there, and still are. */
  madeAs?: ProtectimusType;
  createdAt: number;
  /** Absent on objects made before anybody kept track. */
  createdBy?: ActorReference;
}

/** Shows codes by itself: an authenticator app, a key fob. */
export interface OathToken extends TokenRecord {
  factor: OathFactor;
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  /** Seed, sealed for (account, token, id, secret). */
  sealedSecret: string;
  /** TOTP: steps whose codes were shown before their time, and are not taken when it comes. */
  spoiled?: number[];
}

export interface OcraToken extends TokenRecord {
  factor: OcraFactor;
  /** Seed, sealed for (account, token, id, secret). */
  sealedSecret: string;
  /** Suites with a PIN: its bare hash, which hides nothing, sealed for (account, token, id, pin-hash). */
  sealedPinHash?: string;
}

export interface SentToken extends TokenRecord {
  factor: SentFactor;
}

export interface RecoveryToken extends TokenRecord {
  factor: RecoveryFactor;
}

export interface WebauthnToken extends TokenRecord {
  factor: WebauthnFactor;
}

/** The thing that makes one-time passwords, or stands in for them. Belongs to one user or to nobody. */
export type Token = OathToken | OcraToken | SentToken | RecoveryToken | WebauthnToken;

export function isOath(token: Token): token is OathToken {
  return token.factor.kind === 'totp' || token.factor.kind === 'hotp';
}

export function isOcra(token: Token): token is OcraToken {
  return token.factor.kind === 'ocra';
}

export function isSent(token: Token): token is SentToken {
  return token.factor.kind === 'sms' || token.factor.kind === 'email';
}

export function isRecovery(token: Token): token is RecoveryToken {
  return token.factor.kind === 'recovery';
}

export function isWebauthn(token: Token): token is WebauthnToken {
  return token.factor.kind === 'webauthn';
}

/**
 * Deactivated wins over the others, since a deactivated token takes no part; locked wins over expired. `out-of-step`: its
 * codes count for nothing until two in a row have shown where it is.
 */
export const TOKEN_STATES = ['active', 'deactivated', 'locked', 'expired', 'out-of-step'] as const;
export type TokenState = (typeof TOKEN_STATES)[number];
