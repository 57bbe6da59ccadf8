import type { LockReason, OtpAlgorithm } from '@countersign/protocol/tokens';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { ProtectimusType } from './protectimus-types.ts';

export type OtpDigits = 6 | 8;

/** The moving factor of a token that shows its own codes (OATH: RFC 6238, RFC 4226). */
export type OathFactor =
  | {
      kind: 'totp';
      /** Multiples of 30 000 ms, from 30 000 to 86 400 000. */
      periodMs: number;
      /** The token's clock against ours, in steps; bounded. 0 until learned. */
      driftSteps: number;
    }
  | { kind: 'hotp' };

/** Answers a challenge with a code (OATH: RFC 6287). */
export interface OcraFactor {
  kind: 'ocra';
  /** Such as `OCRA-1:HOTP-SHA256-8:QN08-T1M`. */
  suite: string;
  /** Suites with time: the token's clock against ours, in steps; bounded. */
  driftSteps: number;
}

/** A phone number or an email address that codes are sent to. */
export interface SentFactor {
  kind: 'sms' | 'email';
  /** E.164 (`+4915112345678`), or an email address. */
  to: string;
  /**
   * How often the address has changed; absent: never. Codes sent to an earlier address are void, even if it changes
   * back.
   */
  moves?: number;
}

/** Codes on paper, each valid once, that replace a device that is not available. */
export interface RecoveryFactor {
  kind: 'recovery';
  /** MACs of the unused codes. */
  macs: string[];
  /** MAC of the last used code, to distinguish a double click from a guess. */
  lastUsed?: string;
}

/** A passkey or a security key (WebAuthn level 3). */
export interface WebauthnFactor {
  kind: 'webauthn';
  /** Base64url. */
  credentialId: string;
  /** COSE key, base64url. Public. */
  publicKey: string;
  /** The authenticator's last signature counter; 0 if it has none. */
  signCount: number;
  transports: string[];
  /** Whether it can be found without a login. */
  discoverable: boolean;
  /** Whether it may be copied to other devices of its owner (backup eligible). */
  synced: boolean;
  /** The provider or the model, as the browser claims: good for a name, and for no decision. */
  aaguid?: string;
  /** The last answered challenge: it is answered once, even if its sign-in is interrupted. */
  lastChallenge?: string;
}

export type TokenFactor = OathFactor | OcraFactor | SentFactor | RecoveryFactor | WebauthnFactor;

/** A four-digit PIN, typed with the code as one string. */
export interface TokenPin {
  /** Under the service's MAC key: there are only ten thousand PINs, so a bare hash would protect nothing. */
  mac: string;
  position: 'before' | 'after';
}

/** An administrator deactivated an active token, as for a lost device. */
export interface Deactivation {
  at: number;
  /** Until then its owner may set up another token in its place (`lost-device.ts`). Absent: they may not. */
  permitsUntil?: number;
}

/** The fields of every token. */
interface TokenRecord {
  id: TokenId;
  account: AccountId;
  name: string;
  serial?: string;
  /** Next acceptable moving factor (HOTP counter, TOTP or OCRA step). Only ever grows (SR-8). */
  nextCounter: number;
  owner?: UserId;
  /** The administrator who signs in with it, instead of a user. Only they can edit or delete it. */
  administrator?: AdministratorId;
  /** Raised whenever the owner changes, so that old assignments are not restored with the token. */
  epoch: number;
  /** False: deactivated, takes no part in authentication. */
  enabled: boolean;
  /** When an administrator last deactivated it, and what that permits. It counts only while the token is deactivated. */
  deactivation?: Deactivation;
  /** Set: the token authenticates no user until it is unlocked explicitly. */
  lock?: { reason: LockReason; at: number };
  /** Consecutive wrong codes. */
  failures: number;
  /** Consecutive failed resynchronisations; absent: none. */
  resyncFailures?: number;
  /** The last counted attempt, so that one attempt is counted once. */
  lastCountedAttempt?: string;
  expiresAt?: number;
  /**
   * Set on counter-based tokens by a restored backup: codes used since are unknown, so none is accepted until a resync.
   */
  needsResync?: true;
  /**
   * Set if its seed was sealed with a master key that is lost. It accepts no code any more: its owner enrols another one.
   */
  secretLost?: true;
  /** Raised by every change of how it signs in, which ends the trust in browsers that rests on it. Absent: never. */
  trustEpoch?: number;
  /** Resources that accept this token's OTP without a user. */
  directResources: ResourceId[];
  pin?: TokenPin;
  /** If false, the token cannot be used over the API. Defaults to true. Ignored by the widget. */
  apiSupport?: false;
  /** Of tokens created in the Protectimus dialect: their type there. */
  madeAs?: ProtectimusType;
  createdAt: number;
  createdBy: ActorReference;
}

/** Shows its own codes: an authenticator app, a key fob. */
export interface OathToken extends TokenRecord {
  factor: OathFactor;
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  /** Seed, sealed for (account, token, id, secret). */
  sealedSecret: string;
  /** TOTP: steps whose codes were shown before their time, and are refused at their time. */
  spoiled?: number[];
}

export interface OcraToken extends TokenRecord {
  factor: OcraFactor;
  /** Seed, sealed for (account, token, id, secret). */
  sealedSecret: string;
  /** Suites with a PIN: its hash, which alone would protect nothing, sealed for (account, token, id, pin-hash). */
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

/** A generator of one-time passwords, or a replacement for one. Belongs to one user or has no owner. */
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
