/** What is asked and answered about API keys, explanations and many objects at once. Times as in `objects.ts`. */

import type { Creator, TokenKind } from './objects.ts';

export type ApiScope = 'authenticate' | 'read' | 'write' | 'administer';

export interface ApiKey {
  id: string;
  name: string;
  /** `protectimus`: for the Protectimus-compatible API, with an administrator, a login and address ranges. */
  kind: 'bearer' | 'protectimus';
  /** What its text begins with. */
  prefix: string;
  scopes: ApiScope[];
  /** Confined to sign-ins and results of these; null: not confined. */
  resources: string[] | null;
  administrator: string | null;
  login: string | null;
  addressRanges: string[] | null;
  enabled: boolean;
  expiresAt: number;
  /** Until when the secret before the last rotation works. */
  formerUntil: number | null;
  /** To within an hour. */
  lastUsedAt: number | null;
  createdAt: number;
  createdBy: Creator;
}

export interface NewApiKey {
  name: string;
  scopes: ApiScope[];
  resources?: string[];
  /** Default a year. */
  lifetimeMs?: number;
}

export interface ApiKeyChanges {
  name?: string;
  enabled?: boolean;
  scopes?: ApiScope[];
  resources?: string[] | null;
  expiresAt?: number;
}

export interface ApiKeyWithSecret {
  key: ApiKey;
  /** The key itself. Shown this once and never again. */
  text: string;
}

/** A row that is to be done once, however often it is sent. */
export type Keyed<Row> = Row & { key?: string };

/** What became of one row. */
export interface RowOutcome {
  key?: string;
  /** What the request for this row alone would have been answered with. */
  status: number;
  id?: string;
  code?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
  retryAfterMs?: number;
}

/** Of a token the seed is in this answer alone. */
export interface TokenRowOutcome extends RowOutcome {
  secret?: string;
  otpauthUri?: string;
  recoveryCodes?: string[];
}

/** About a user, in the widget unless a method is named, or about a token without a user. */
export type ExplainInput = { resource: string; address?: string; at?: number } & (
  | { user: string; method?: 'password' | 'otp' | 'password-otp' | 'widget' }
  | { token: string }
);

/** One thing that was looked at. What else there is depends on the check. */
export interface ExplainedCheck {
  check:
    | 'plan'
    | 'resource'
    | 'filter'
    | 'password-wait'
    | 'user'
    | 'password-set'
    | 'mailbox-set'
    | 'assignment'
    | 'token'
    | 'environment'
    | 'replacement'
    | 'enrolment'
    | 'factors';
  passed: boolean;
  code?: string;
  [more: string]: unknown;
}

export interface Explanation {
  resource: string;
  method: 'password' | 'otp' | 'password-otp' | 'token';
  at: number;
  /** In order. The first that did not pass decided. */
  checks: ExplainedCheck[];
  /** What the person has to show; null where nothing helps. */
  factors: { password: boolean; otp: boolean; otpSkipped: boolean } | null;
  verdict: { granted: boolean; otp?: 'verified' | 'skipped' | 'not_used'; code?: string };
}

export interface Checklist {
  items: { item: string; done: boolean; hint: string }[];
  done: boolean;
}

/** What a list is to be of. Each kind of object takes some of these. */
export interface NameQuery {
  /** What a name begins with. */
  search?: string;
  sort?: 'created' | 'name';
  order?: 'asc' | 'desc';
}
export interface UserQuery extends NameQuery {
  blocked?: boolean;
  /** The user with this id in your own records. */
  externalId?: string;
  /** Assigned to it. */
  resource?: string;
  /** No token to sign in with; tokens on a resource locked; or all deactivated there. */
  secondFactor?: 'none' | 'locked' | 'deactivated';
  /** Have signed in, or never have. */
  signedIn?: boolean;
}
export interface TokenQuery extends NameQuery {
  state?: 'active' | 'deactivated' | 'locked' | 'expired' | 'out-of-step' | 'secret-lost';
  owner?: string;
  kind?: TokenKind;
  /** That takes its codes with no user. */
  resource?: string;
}
export interface FilterQuery extends NameQuery {
  kind?: 'geo' | 'time' | 'ip';
}
