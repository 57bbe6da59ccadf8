import type { Appearance } from '@countersign/protocol/appearance';
import type { Links } from '@countersign/protocol/links';
import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import type { BreachPolicy, FirstFactor, MethodPolicy, TestMode } from '@countersign/protocol/resources';
import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, FilterId, ResourceId } from '../kernel/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import type { EnrolmentPolicy } from './enrolment-policy.ts';
import type { EnvironmentCheck } from './environment-check.ts';
import type { ResultProfile } from './result-claims.ts';
import type { SelfServicePolicy } from './self-service-policy.ts';

/** A site or system to be protected, and its access rules. */
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
  /** Stands in the widget wherever the method asks for the password. Absent: `password`. */
  firstFactor?: FirstFactor;
  /** The kinds of tokens that it accepts. Absent: all but SMS. */
  tokenKinds?: TokenKind[];
  /** Exact origins, or one-label wildcards (`https://*.shop.example`). Empty: the widget works on no site. */
  allowedOrigins: string[];
  /** Also allow any port of http://localhost and http://127.0.0.1 (development). */
  allowLocalhost: boolean;
  /** Lifetime of a result, 10 000 to 300 000 ms. */
  resultLifetimeMs: number;
  /** What results carry of their users besides the login. Absent: nothing. */
  resultClaims?: ResultProfile;
  /** True if users can have a password reset link mailed to them at sign-in. Absent: they cannot. */
  passwordReset?: boolean;
  /** True if users are mailed about a sign-in from a new browser or network. Absent: they are not. */
  signInNotices?: boolean;
  /** Whether a sign-in with a breached password is reported, or refused until the password is changed. Absent: `off`. */
  breachedPasswords?: BreachPolicy;
  /** Enrolment by users at sign-in. Absent: not offered. */
  enrolment?: EnrolmentPolicy;
  /** The changes that users can make on the self-service page. Absent: there is no page. */
  selfService?: SelfServicePolicy;
  /** True if users can sign in with a passkey alone, without name, password and code. Absent: they cannot. */
  passkeySignIn?: boolean;
  /** The comparison of users' browsers with those of earlier sign-ins. Absent: nothing is collected. */
  environment?: EnvironmentCheck;
  /** How long a later sign-in can build on a consumed result, at most 12 hours. Absent: not at all. */
  rememberMs?: number;
  /** How long users may trust a browser, 1 to 30 days: it then needs the password alone. Absent: they cannot. */
  trustedBrowserDays?: number;
  /** Raised when that time is shortened or removed, which ends all trust on the resource. Absent: never. */
  trustEpoch?: number;
  /** Addresses that results may be posted to after a sign-in on the hosted page; compared literally. */
  redirectUris?: string[];
  /** Addresses that lead back to native apps, which may ask for sign-ins by themselves; see `app-redirect-uris.ts`. */
  appRedirectUris?: string[];
  /** How it looks on every page and in every mail. Absent: the usual look. */
  appearance?: Appearance;
  /** Addresses of the site for its users. Absent: none. */
  links?: Links;
  /** Hash of the logo, which is a document of its own. */
  logo?: string;
  /** Hash of its own texts by language; each is a document of its own. Absent: it has none. */
  texts?: Readonly<Record<string, string>>;
  /** Its blocking hook, a document of its own, is asked before a result is issued. Absent: there is none. */
  hook?: true;
  /** Test behaviour. Immutable after creation. */
  testMode?: TestMode;
  createdAt: number;
  createdBy: ActorReference;
}

export const DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK = FAILED_ATTEMPTS_BEFORE_LOCK.usual;
export const DEFAULT_RESULT_LIFETIME_MS = MINUTE_MS;
/** Signing keys stay published for longer. */
export const MAX_RESULT_LIFETIME_MS = 5 * MINUTE_MS;

/** The kinds that a resource accepts by default. SMS has to be enabled explicitly (SR-48). */
export const DEFAULT_TOKEN_KINDS = TOKEN_KINDS.filter((kind) => !KIND_RULES[kind].isRestricted);

/** Whether users are mailed a code in place of the password. */
export function mailsFirstFactor({ firstFactor }: Pick<Resource, 'firstFactor'>): boolean {
  return firstFactor === 'mailed-code';
}

/** Where a mailed code is the first factor, another one is no second: a mailbox alone is never two factors (SR-69). */
export function acceptedKinds(resource: Pick<Resource, 'tokenKinds' | 'firstFactor'>): readonly TokenKind[] {
  const { tokenKinds = DEFAULT_TOKEN_KINDS } = resource;
  return mailsFirstFactor(resource) ? tokenKinds.filter((kind) => !KIND_RULES[kind].isMailbox) : tokenKinds;
}

/** Whether browsers may create a passkey without asking after a sign-in. A test resource uses no passkeys. */
export function upgradesToPasskeys(resource: Pick<Resource, 'enrolment' | 'tokenKinds' | 'testMode'>): boolean {
  const { enrolment, testMode } = resource;
  const isAllowed = enrolment?.passkeyUpgrade === true && enrolment.kinds.includes('webauthn');
  return isAllowed && testMode === undefined && acceptedKinds(resource).includes('webauthn');
}

/** The longest time that a browser can be trusted. */
export const MAX_TRUSTED_DAYS = 30;

/** The longest time that a resource can remember a sign-in. */
export const MAX_REMEMBERED_MS = 12 * HOUR_MS;
