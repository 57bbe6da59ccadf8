/** The objects of `/v1` as JSON. Names ending in `At` are milliseconds since the epoch, those in `Ms` milliseconds. */

import type { ProfileClaims } from '@countersign/protocol/result';
import type { TransactionField } from '../transactions/transaction.ts';
import type { EnrolmentPolicy } from './enrolment-policy.ts';
import type { SelfServicePolicy } from './self-service.ts';

export type { EnrolmentPolicy, SelfServicePolicy };

export type MethodPolicy = 'auto' | 'password' | 'otp' | 'password-otp';

/** The creator of an object: an API key, an administrator, a user, the operator on the command line, or the service. */
export interface Creator {
  kind: 'api-key' | 'administrator' | 'user' | 'operator' | 'service';
  id?: string;
}

/** `fields` and keys of the metadata that a result carries. */
export interface ResultProfile {
  fields: ('email' | 'name' | 'externalId')[];
  metadata: string[];
}

/** A site or system to be protected, and the rules of access to it. */
export interface Resource {
  id: string;
  name: string;
  enabled: boolean;
  /** 3 to 10. */
  failedAttemptsBeforeLock: number;
  methodPolicy: MethodPolicy;
  /** Whose tokens are of other kinds alone is refused, and never let off the code. */
  tokenKinds: TokenKind[];
  /** Exact origins, or one-label wildcards (`https://*.shop.example`). */
  allowedOrigins: string[];
  allowLocalhost: boolean;
  /** 10 000 to 300 000. */
  resultLifetimeMs: number;
  /** Whether people may sign in with a passkey alone. */
  passkeySignIn: boolean;
  /** How people set up tokens by themselves where they sign in; null: they do not. */
  enrolment: EnrolmentPolicy | null;
  /** What people may change about themselves; null: there is no page for it. */
  selfService: SelfServicePolicy | null;
  /** Exact addresses that results may be posted to from the service's own page. */
  redirectUris: string[];
  /** Addresses that lead back to native apps, which may ask for sign-ins themselves. */
  appRedirectUris: string[];
  /** Whether users may have a link to a new password mailed to them from the sign-in. */
  passwordReset: boolean;
  /** Whether users are mailed about a sign-in from a new browser or network. */
  signInNotices: boolean;
  /** At a right password that was stolen elsewhere: nothing, a result and an event that say so, or a refusal. */
  breachedPasswords: 'off' | 'warn' | 'refuse';
  /** The first factor in the widget: the password, or a code that is mailed in its place. */
  firstFactor: 'password' | 'mailed-code';
  /** How the sign-in, the hosted pages and the mails look; null: the usual look. */
  appearance: Appearance | null;
  /** Addresses for users, below the sign-in, on the hosted pages and in mails; null: none. */
  links: Links | null;
  /** SHA-256 of the logo; null without one. */
  logo: string | null;
  /** Whether a hook is asked before a result is issued. */
  hook: boolean;
  geoFilter: string | null;
  timeFilter: string | null;
  ipFilter: string | null;
  /** Null: browsers are not compared, and nothing is collected. */
  environment: EnvironmentCheck | null;
  /** How long a consumed result can be built upon by a login request, at most 12 hours. Null: not at all. */
  rememberMs: number | null;
  /** For how many days users can trust a browser, 1 to 30. */
  trustedBrowserDays: number | null;
  /** What results carry of their users besides the login; null: nothing. */
  resultClaims: ResultProfile | null;
  createdAt: number;
  /** Of a resource for tests. Said when it is made, and never changed. */
  testMode: TestMode | null;
  /** Codes of settings that are risky together. */
  warnings: string[];
  createdBy: Creator;
}

/** The look of a resource. The options of a page win over it; null: the usual value. */
export interface Appearance {
  theme: 'auto' | 'light' | 'dark' | 'contrast';
  /** A BCP 47 tag, where neither the page nor the user names a language. */
  locale: string | null;
  /** `#rgb` or `#rrggbb`, like `background` and `text`, which count together. */
  accent: string | null;
  background: string | null;
  text: string | null;
  /** `0px` to `24px`. */
  radius: string | null;
  /** Between the edge of the card and its content, `8px` to `40px`. */
  spacing: string | null;
  /** Names of fonts on the user's device. */
  font: string | null;
  /** Whether "Secured by Countersign" is shown. */
  footer: boolean;
}

/** https URLs; `support` may also be `mailto:` with one address or `tel:` with a number. */
export type Links = Record<'privacy' | 'terms' | 'help' | 'support', string | null>;

/** `pass`: every sign-in ends well. `fail`: none does. `expire`: each ends well, with a result that has expired. */
export type TestMode = 'pass' | 'fail' | 'expire';

export type ResourceChanges = Partial<
  Omit<
    Resource,
    | 'id'
    | 'logo'
    | 'testMode'
    | 'warnings'
    | 'createdAt'
    | 'createdBy'
    | 'environment'
    | 'selfService'
    | 'resultClaims'
    | 'appearance'
    | 'links'
  >
> & {
  appearance?: Partial<Appearance> | null;
  links?: Partial<Links> | null;
  resultClaims?: Partial<ResultProfile> | null;
  selfService?: Partial<SelfServicePolicy> | null;
  environment?: (Omit<EnvironmentCheck, 'weights'> & { weights?: Partial<TraitWeights> }) | null;
};
export type NewResource = ResourceChanges & { name: string; testMode?: TestMode };

/** How much each trait of a browser counts, 0 to 100. */
export type TraitWeights = Record<'language' | 'zone' | 'platform' | 'screen' | 'colourDepth' | 'browser', number>;

/** What happens if a user's browser matches their known ones by less than `threshold` percent. */
export interface EnvironmentCheck {
  action: 'demand-otp' | 'refuse';
  threshold: number;
  weights: TraitWeights;
}

/** What a browser is like. Nothing of it is kept in a form that can be read. */
export interface Environment {
  /** BCP 47. */
  language?: string;
  /** IANA time zone. */
  zone?: string;
  screen?: { width: number; height: number };
  /** Bits. */
  colourDepth?: number;
  /** Only the families of browser and system are taken from it. */
  userAgent?: string;
}

/** The browsers of a user that are remembered; what they are like cannot be read. */
export interface Environments {
  count: number;
  environments: { resource: string | null; firstSeenAt: number; lastSeenAt: number }[];
}

/** For the widget on a page of yours. */
export interface LoginRequestInput {
  /** An id or any of the user's names. */
  user: string;
  resource: string;
  nonce: string;
  /** Whether your site has checked a password. Not together with the three below. */
  passwordChecked?: boolean;
  /** How many factors the result has to stand for, all of them checked by the service. */
  acr?: '1' | '2';
  /** No factor may have been shown longer ago. */
  maxAgeMs?: number;
  /** The `jti` of an earlier result of this person, out of their own session, that was consumed. */
  previous?: string;
}

export interface User {
  id: string;
  login: string;
  alias?: string;
  email?: string;
  phone?: string;
  firstName?: string;
  secondName?: string;
  /** The user's id in your own records, unique in the account. */
  externalId?: string;
  metadata?: UserMetadata;
  blocked: boolean;
  hasPassword: boolean;
  /** The password came by a mailed link: codes by mail are no second factor until another one, or you, confirm the user. */
  needsConfirmation?: true;
  /** After 100 wrong passwords in a row it counts only in networks where the user has signed in. Not in lists. */
  passwordLocked?: true;
  /** The help desk may know the password, so no sign-in rests on it alone until it changes or you confirm the user. */
  passwordByHelpDesk?: true;
  /** Whether `authenticate` lets them in. Ignored by the widget. */
  apiSupport: boolean;
  assignments: UserAssignment[];
  /** Only for administrators who do not see all resources: how many others the user is assigned to. */
  otherResources?: number;
  /** The UTC day of the last sign-in. Null: never. Only where users are read. */
  lastSignIn?: string | null;
  /** All tokens are deactivated where none is required. Null: not known since when. Only where users are read. */
  passwordAloneSince?: number | null;
  createdAt: number;
  createdBy: Creator;
}

/** At most 16 keys and 2048 bytes as JSON, two levels deep. */
export type UserMetadata = NonNullable<ProfileClaims['metadata']>;

/** What the user may enter one resource with: alone, together with one of these tokens, or both. */
export interface UserAssignment {
  resource: string;
  alone: boolean;
  tokens: string[];
}

export interface NewUser {
  login: string;
  alias?: string;
  email?: string;
  phone?: string;
  firstName?: string;
  secondName?: string;
  externalId?: string;
  metadata?: UserMetadata;
  password?: string;
  apiSupport?: boolean;
}

/** `null` takes a value away. */
export interface UserChanges {
  login?: string;
  alias?: string | null;
  email?: string | null;
  phone?: string | null;
  firstName?: string | null;
  secondName?: string | null;
  externalId?: string | null;
  /** Replaced as a whole. */
  metadata?: UserMetadata | null;
  password?: string;
  apiSupport?: boolean;
  blocked?: boolean;
  /** `false` confirms the user after a password reset by a link. */
  needsConfirmation?: false;
}

/** `totp` and `hotp`: apps and fobs, by time and by event. `recovery`: codes that stand in once each for another token's. */
export type TokenKind = 'webauthn' | 'totp' | 'hotp' | 'ocra' | 'sms' | 'email' | 'recovery';

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface GeoRule {
  kind: 'geo';
  mode: 'allow' | 'deny';
  /** ISO 3166-1 alpha-2, upper case. */
  countries: string[];
  /** Whether addresses that no country has pass. */
  unlocated: 'allow' | 'deny';
}

export interface TimeRule {
  kind: 'time';
  /** IANA zone. */
  zone: string;
  /** Minutes of the day, the end excluded; an end before the beginning runs past midnight. */
  windows: { days: Weekday[]; fromMinute: number; toMinute: number }[];
}

export interface IpRule {
  kind: 'ip';
  mode: 'allow' | 'deny';
  /** CIDR ranges or single addresses. */
  ranges: string[];
}

export type FilterRule = GeoRule | TimeRule | IpRule;

export interface Filter {
  id: string;
  name: string;
  rule: FilterRule;
  createdAt: number;
  createdBy: Creator;
}

export type NewFilter = Pick<Filter, 'name' | 'rule'>;
/** The rule stays of its kind. */
export type FilterChanges = Partial<NewFilter>;

/** To a resource: a user alone, a user together with a token, or a token directly. */
export type Assignment =
  | { resource: string; user: string; token?: string }
  | { resource: string; user?: never; token: string };

/** `user` is an id or any of the user's names; `address` is the person's own, for filters that need one. */
export type AuthenticateInput = { resource: string; address?: string } & (
  | { method: 'password'; user: string; password: string }
  | { method: 'otp'; user: string; otp: string }
  /** One of the person's recovery codes, where their device is not at hand. */
  | { method: 'otp'; user: string; recoveryCode: string; otp?: never }
  | { method: 'password-otp'; user: string; password: string; recoveryCode: string; otp?: never }
  /** Without `otp` only those pass whose tokens are all deactivated. */
  | { method: 'password-otp'; user: string; password: string; otp?: string }
  | { method: 'token'; token: string; otp: string }
);

export interface Authentication {
  authenticated: true;
  method: AuthenticateInput['method'];
  user?: { id: string; login: string };
  token?: string;
  /** Of that token. */
  kind?: TokenKind;
  otp: 'verified' | 'skipped' | 'not_used';
  /** Only if the resource warns of it: the password was stolen elsewhere and published. */
  passwordBreached?: true;
}

export interface LoginRequest {
  /** For the widget of this one visitor. Usable once. */
  loginRequest: string;
  expiresAt: number;
}

export interface NewTransaction {
  /** Id or any name of the person, as your own session knows it. */
  user: string;
  resource: string;
  /** From `newNonce`, kept in this visitor's session with the transaction. */
  nonce: string;
  /** What they see and confirm, in this order: 1 to 12. The first is shown largest. */
  fields: readonly TransactionField[];
  /** Kinds of tokens that may confirm it. Left out: all that can. */
  factors?: readonly string[];
}

export interface Transaction {
  /** For the widget, as the `loginRequest` option. */
  loginRequest: string;
  /** Hash of the fields: what `txn` of the result will be. */
  transaction: string;
  expiresAt: number;
}

/** A code that is on its way to a person, or a question for their device. */
export interface Challenge {
  token: string;
  kind: 'ocra' | 'sms' | 'email';
  /** What the token is called. */
  name: string;
  /** Where the code went, masked. */
  to?: string;
  /** To be typed into the device. */
  question?: string;
  expiresAt: number;
}

export interface NewChallenge {
  resource: string;
  /** Id or any name of the person. */
  user?: string;
  /** One of the person's tokens; with no user, one that the resource takes directly. */
  token?: string;
  kind?: Challenge['kind'];
  /** A BCP 47 tag. */
  language?: string;
  /** The person's address as your server saw it. */
  address?: string;
}

/** For the hosted page, which posts the result to `redirectUri`. Without a user, the page asks for the name. */
export type RedirectInput = Pick<LoginRequestInput, 'resource' | 'nonce'> & {
  /** One of the resource's `redirectUris`, letter by letter. */
  redirectUri: string;
} & (Omit<LoginRequestInput, 'resource' | 'nonce'> | { user?: undefined; passwordChecked?: undefined });

export interface Redirect extends LoginRequest {
  /** Where to send the user, within two minutes. It can be used to sign in once, so keep it secret. */
  signInUrl: string;
}

export interface Page<Item> {
  items: Item[];
  /** Where the next page begins; null on the last. */
  next: string | null;
}
