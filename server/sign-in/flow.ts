import type { RefusalCode } from '@countersign/protocol/codes';
import type { FactorKind, FactorOption, FlowPurpose, FlowStep, FlowView } from '@countersign/protocol/flow';
import type { TestMode } from '@countersign/protocol/resources';
import type { OtpUse, ProfileClaims } from '@countersign/protocol/result';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { Demand, PassedFactors } from '../authentication/step-up.ts';
import type { Environment } from '../browsers/device-fingerprint/browser-signals.ts';
import type { AccountId, FlowId, ResourceId, TokenId, TrustedBrowserId, UserId } from '../kernel/ids.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { SentNotice } from '../tokens/challenge.ts';
import type { PasskeyDraft } from '../tokens/kinds/passkey/enrol-passkey.ts';
import type { PasskeyChallenge } from '../tokens/kinds/passkey/passkey-challenge.ts';
import type { Transaction } from '../tokens/transaction.ts';
import type { Metadata } from '../users/metadata.ts';
import type { PendingEnrolment } from './enrolment/pending-enrolment.ts';
import type { MailedCode } from './mailed-codes/mailed-code.ts';
import type { SelfSession } from './self-service/self-session.ts';

export const FLOW_LIFETIME_MS = 15 * MINUTE_MS;
/** After this time a claimed step whose evaluation never finished (a crash) may be answered again. */
export const STEP_CLAIM_MS = 30_000;
/** Verifiers allow this much clock difference, so the record outlives the result by as much. */
export const RESULT_GRACE_MS = 30_000;
export const LOGIN_REQUEST_LIFETIME_MS = 120_000;
/** After this time, every sign-in that had begun is over, also its last step and what is sealed of it. */
export const SIGN_INS_OVER_MS = LOGIN_REQUEST_LIFETIME_MS + FLOW_LIFETIME_MS + MINUTE_MS;
export const LOGIN_REQUEST_ATTEMPTS = 5;

/** What a user is offered with the code: to trust the browser for some days. */
export interface TrustOffer {
  /** What the trust would rest on, as it was after the password. */
  basis: string;
  days: number;
}

/** The native app that asked for a sign-in on the hosted page: it gets a code, which only its verifier turns into a result. */
export interface AppReturn {
  /** Registered at the resource, with the port that the app has opened. */
  redirectUri: string;
  /** Of the app, which gets it back. */
  state: string;
  /** SHA-256 of the app's verifier, base64url. */
  codeChallenge: string;
}

/** What a sign-in through the widget holds at every step, from the first to the result. */
export interface FlowBase {
  id: FlowId;
  account: AccountId;
  resource: ResourceId;
  /** SHA-256 of the handle's secret, hex. */
  handleHash: string;
  nonce: string;
  /** Parent origin, checked against the resource when the flow started. */
  origin: string;
  /** Steps evaluated so far; a request names the one it answers. */
  seq: number;
  /** Set while a step is being evaluated. */
  claim?: { attempt: string; at: number };
  /** As typed. Does not imply that such a user exists. */
  login?: string;
  /** Only once the password was right (or the host vouched for it). */
  user?: UserId;
  passwordVerified: boolean;
  /** SHA-256 of the password hash that it was verified against: a password change voids the verification. */
  passwordDigest?: string;
  /** Digest of the address whose mailed code was right, in place of the password. Another address voids it. */
  mailboxDigest?: string;
  /** Of the user whom the host named, when the sign-in began: a later one voids it. */
  credentialEpoch?: number;
  /** The digest of the verified password, if it is a breached one that the resource warns of. */
  breached?: string;
  /** When it was verified; set on the way to the self-service page. */
  passwordAt?: number;
  /** The transaction to confirm; absent at a sign-in. */
  transaction?: Transaction;
  /** The kind that the page remembers this user to prefer. */
  prefer?: FactorKind;
  /** What the page wants besides a sign-in, or instead of it. */
  purpose?: FlowPurpose;
  /** The user is on the self-service page, or was sent from there to show factors again or to set up a token. */
  self?: SelfSession;
  /** Set at the steps of an enrolment, and retained until the end. */
  enrolling?: PendingEnrolment;
  /** Hash of the enrolment link that started the flow: it ends without a result. */
  enrolmentLink?: string;
  /** The signals that the browser reports, each under a MAC; absent where the resource does not ask. */
  environment?: Environment;
  /** Set with the right password if the user may trust the browser. */
  trust?: TrustOffer;
  /** The level that the host requires of the result. */
  demand?: Demand;
  /** The factors of an earlier sign-in that this one builds on. */
  kept?: PassedFactors;
  /** Work was shown while the service asked for it, and no wrong guess has used it up. */
  hasShownWork?: true;
  /** Wrong answers that this sign-in still accepts; the last of them ends it. */
  attemptsLeft: number;
  /** Second-factor-only mode. `hostCheckedPassword`: the rules of `password-otp` apply, otherwise those of `otp`. */
  loginRequest?: { hostCheckedPassword: boolean };
  error?: { code: RefusalCode; retryAt?: number };
  /** Set if an app has asked for it. */
  app?: AppReturn;
  /** The test behaviour of the resource when the sign-in started; the flow continues only while it is unchanged. */
  test?: TestMode;
  createdAt: number;
  expiresAt: number;
}

/** The request for a second factor. On a test resource there are no options. */
export interface SecondFactorRequest {
  /** The options, as they were when it was first requested. */
  factors?: FactorOption[];
  /** The option that is being requested. */
  factor?: string;
  /** The question for a device. */
  question?: string;
  /** The latest code sent in this sign-in. */
  sent?: SentNotice;
}

interface PasskeyRequest {
  /** The challenge that a passkey may answer here. Void after the next answer of any kind. */
  passkey?: PasskeyChallenge;
}

/** A passkey that the browser may create after the sign-in without asking its user. */
export interface PasskeyUpgrade {
  draft: PasskeyDraft;
  expiresAt: number;
}

interface IdentifiedUser {
  login: string;
  user: UserId;
}

/** The steps of a flow. The page sees `mail`, which asks for a code mailed as the first factor, as `otp`. */
export type StoredStep = FlowStep | 'mail';

/** What else a flow holds, by its step. */
interface StepState {
  identify: PasskeyRequest & { login?: never; user?: never };
  password: { login: string };
  mail: { login: string; mailed?: MailedCode };
  otp: SecondFactorRequest;
  recovery: SecondFactorRequest;
  passkey: SecondFactorRequest & PasskeyRequest;
  sign: SecondFactorRequest & PasskeyRequest & { user: UserId; transaction: Transaction };
  enrol: IdentifiedUser & { enrolling: PendingEnrolment };
  codes: IdentifiedUser & { enrolling: PendingEnrolment };
  self: IdentifiedUser & { self: SelfSession };
  done: {
    /** Where a user is sent whose password is a breached one. */
    unlock?: NonNullable<FlowView['unlock']>;
    /** Until the first answer. */
    upgrade?: PasskeyUpgrade;
  };
  denied: {
    error: { code: RefusalCode };
    /** What a denied user can do about it; see `FlowView`. */
    unlock?: NonNullable<FlowView['unlock']>;
  };
}

/** A flow at one of these steps. */
export type FlowAt<Step extends StoredStep> = { [S in Step]: FlowBase & { step: S } & StepState[S] }[Step];

/** One sign-in through the widget. Its step decides what it holds. */
export type Flow = FlowAt<StoredStep>;

/** The steps that ask for a second factor. */
export const SECOND_STEPS = ['otp', 'recovery', 'passkey', 'sign'] as const;
export type SecondStep = (typeof SECOND_STEPS)[number];

export type AnswerableStep = 'identify' | 'password' | 'mail' | SecondStep | 'enrol' | 'codes' | 'self';

export function isAt<Step extends StoredStep>(flow: Flow, steps: readonly Step[]): flow is Flow & FlowAt<Step> {
  return steps.some((step) => step === flow.step);
}

/** A host backend's request, before a widget has started it. Shares the flow's anchor. */
export interface LoginRequest {
  flow: FlowId;
  account: AccountId;
  resource: ResourceId;
  /** Absent: the user identifies themselves on the hosted page. */
  user?: UserId;
  /** Of that user when the host named them; a later one voids the request. Absent: 0. */
  credentialEpoch?: number;
  nonce: string;
  /** For the hosted page: where the result is posted to. Absent: the request is for a widget on a page of the site. */
  redirectUri?: string;
  hostCheckedPassword: boolean;
  /** The transaction to confirm. Absent: a sign-in. */
  transaction?: Transaction;
  demand?: Demand;
  /** The earlier sign-in, by the id of its result. */
  previous?: FlowId;
  /** SHA-256 of the request's secret, hex. */
  secretHash: string;
  /** Set once it has produced a result: it works once. */
  usedAt?: number;
  attemptsLeft: number;
  createdAt: number;
  expiresAt: number;
}

/** The record of a result: created in the commit that sets `done`, used up by consumption. */
export interface ResultRecord {
  flow: FlowId;
  account: AccountId;
  resource: ResourceId;
  user: UserId | 'test';
  login: string;
  /** What the resource's results carry of the user, as it was then. Absent: nothing. */
  profile?: ProfileClaims;
  nonce: string;
  origin: string;
  amr: string[];
  acr: '1' | '2';
  otp: OtpUse;
  /** The token whose code was verified; it must still be valid when the result is consumed. */
  token?: TokenId;
  /** The trusted browser that needed no code; it must still be trusted when the result is consumed. */
  browser?: TrustedBrowserId;
  /** From a test resource: no user has signed in. */
  test?: true;
  /** The kind of that token. */
  kind?: TokenKind;
  /** Hash of the confirmed transaction. Absent: a sign-in. */
  transaction?: string;
  /** When each factor was shown; a sign-in that builds on an earlier one has older ones. */
  passwordAt?: number;
  secondAt?: number;
  passwordDigest?: string;
  /** Of the address whose mailed code was the first factor: a change of it revokes the result. */
  mailboxDigest?: string;
  /**
   * The user's password at that time, whether or not it was asked for: a change of it revokes the result. Absent on
   * tests.
   */
  userPasswordDigest?: string;
  /** Of the user: factors that were shown in an earlier one are remembered no more. Absent: 0. */
  credentialEpoch?: number;
  /** The password is a breached one. */
  passwordBreached?: true;
  /** How far the browser matched known ones, in percent. */
  environment?: number;
  /** What the resource's hook added, or why it failed where that does not deny. Absent: there was none to ask. */
  hook?: { claims?: Metadata; failure?: string };
  /** The app that exchanges a code for it. Absent: the page has it. */
  app?: AppReturn;
  /** When the app got it. */
  exchangedAt?: number;
  /** When its code came a second time, which voids it. */
  withdrawnAt?: number;
  /** When the oldest factor was shown. */
  authenticatedAt: number;
  issuedAt: number;
  expiresAt: number;
  /** Set by the only consumption. */
  consumedAt?: number;
}

/** The requested option for the second factor. */
export function factorOf({ factors, factor }: SecondFactorRequest): FactorOption | undefined {
  return factors?.find(({ id }) => id === factor);
}

/** A flow as it is now, with the result if this change created one. */
export interface FlowChange {
  flow: Flow;
  result?: ResultRecord;
}

/** Each is absent from a plain sign-in. */
const NOT_PLAIN = [
  'demand',
  'enrolling',
  'enrolmentLink',
  'kept',
  'loginRequest',
  'purpose',
  'self',
  'test',
  'transaction',
] as const satisfies readonly (keyof FlowBase)[];

/**
 * Whether the page wants a sign-in and nothing else, whose factors are all shown in it. A host that demands a level or
 * names the user, a transaction, an enrolment, the self-service page, and a sign-in that builds on another are not
 * plain: no factor is dropped there, and none is given.
 */
export function isPlainSignIn(flow: Pick<FlowBase, (typeof NOT_PLAIN)[number]>): boolean {
  return NOT_PLAIN.every((field) => flow[field] === undefined);
}
