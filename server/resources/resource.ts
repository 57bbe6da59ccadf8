import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import type { EnvironmentCheck } from '../browsers/device-fingerprint/environment-check.ts';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, FilterId, ResourceId } from '../kernel/ids.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { TokenKind } from '../tokens/token.ts';
import type { EnrolmentPolicy } from './enrolment-policy.ts';
import type { SelfServicePolicy } from './self-service-policy.ts';

/** How the widget authenticates: one method for everybody, or `auto`: as each person is assigned. */
export const METHOD_POLICIES = ['auto', 'password', 'otp', 'password-otp'] as const;
export type MethodPolicy = (typeof METHOD_POLICIES)[number];

/** `pass`: every sign-in ends well. `fail`: none does. `expire`: each ends well, with a result that has expired. */
export const TEST_MODES = ['pass', 'fail', 'expire'] as const;
export type TestMode = (typeof TEST_MODES)[number];

/** A site or system to be protected, and the rules of access to it. */
export interface Resource {
  id: ResourceId;
  account: AccountId;
  name: string;
  enabled: boolean;
  /** 3 to 10. A token whose failures exceed it is locked. */
  failedAttemptsBeforeLock: number;
  geoFilter?: FilterId;
  timeFilter?: FilterId;
  ipFilter?: FilterId;
  methodPolicy: MethodPolicy;
  /** The kinds of tokens that it takes. Absent: all but SMS. */
  tokenKinds?: TokenKind[];
  /** Exact origins, or one-label wildcards (`https://*.shop.example`). Empty: the widget works nowhere. */
  allowedOrigins: string[];
  /** Also allow any port of http://localhost and http://127.0.0.1 (development). */
  allowLocalhost: boolean;
  /** How long a result lives, 10 000 to 300 000 ms. */
  resultLifetimeMs: number;
  /** Whether people may have a link to a new password mailed to them where they sign in. Absent: they may not. */
  passwordReset?: boolean;
  /** Whether people set up tokens by themselves where they sign in. Absent: they do not. */
  enrolment?: EnrolmentPolicy;
  /** What people may change about themselves on the self-service page. Absent: there is none. */
  selfService?: SelfServicePolicy;
  /** Whether people may sign in with a passkey alone, in place of name, password and code. Absent: they may not. */
  passkeySignIn?: boolean;
  /** The comparison of people's browsers with those that they signed in with before. Absent: nothing is collected. */
  environment?: EnvironmentCheck;
  /** How long a consumed result can be built upon by a later sign-in, at most 12 hours. Absent: not at all. */
  rememberMs?: number;
  /** Addresses that results may be posted to when a person signs in on our own page; compared letter by letter. */
  redirectUris?: string[];
  /** Hash of its logo, which is a document of its own. */
  logo?: string;
  /** Of a resource for tests. Set when it is made and never after: no resource becomes one, and none ceases to be one. */
  testMode?: TestMode;
  createdAt: number;
  /** Absent on objects made before anybody kept track. */
  createdBy?: ActorReference;
}

export const DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK = FAILED_ATTEMPTS_BEFORE_LOCK.usual;
export const DEFAULT_RESULT_LIFETIME_MS = MINUTE_MS;
