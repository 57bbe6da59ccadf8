import type { RefusalCode } from '@countersign/protocol/codes';
import type { FactorKind, FactorOption, FlowPurpose, FlowStep } from '@countersign/protocol/flow';
import type { OtpUse } from '@countersign/protocol/result';
import type { Demand, ShownFactors } from '../authentication/step-up.ts';
import type { Environment } from '../browsers/device-fingerprint/browser-signals.ts';
import type { Enrolling } from '../enrolment/enrolling.ts';
import type { AccountId, FlowId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { TestMode } from '../resources/resource.ts';
import type { SelfSession } from '../self-service/self-service.ts';
import type { PasskeyChallenge } from '../tokens/kinds/passkey/passkey-challenge.ts';
import type { TokenKind } from '../tokens/token.ts';
import type { Transaction } from '../transactions/signing.ts';

export const FLOW_LIFETIME_MS = 15 * MINUTE_MS;
/** A claimed step whose evaluation never came back (a crash) may be answered again after this. */
export const STEP_CLAIM_MS = 30_000;
/** Verifiers allow this much clock difference, so the record outlives the result by it. */
export const RESULT_GRACE_MS = 30_000;
export const LOGIN_REQUEST_LIFETIME_MS = 120_000;
export const LOGIN_REQUEST_ATTEMPTS = 5;
/** From the moment its fields are fixed to the confirmation: what was agreed on does not lie about. */
export const TRANSACTION_LIFETIME_MS = 300_000;

/** That a code has been sent, and what its person is told of it. */
export interface SentNotice {
  token: TokenId;
  /** Masked. */
  to: string;
  expiresAt: number;
  /** From when on another one may be asked for. */
  resendAt: number;
}

/** One sign-in through the widget, from the first step to the result. */
export interface Flow {
  id: FlowId;
  account: AccountId;
  resource: ResourceId;
  /** SHA-256 of the handle's secret, hex. */
  handleHash: string;
  nonce: string;
  /** Parent origin, checked against the resource when the flow began. */
  origin: string;
  step: FlowStep;
  /** Evaluated steps so far; a request names the one it answers. */
  seq: number;
  /** Set while a step is being evaluated. */
  claim?: { attempt: string; at: number };
  /** As typed. Says nothing about whether such a person exists. */
  login?: string;
  /** Only once the password was right (or the host vouched for it). */
  user?: UserId;
  passwordVerified: boolean;
  /** SHA-256 of the password hash that it was verified against: a password changed since stands for nothing. */
  passwordDigest?: string;
  /** When it was verified; noted on the way to the self-service page. */
  passwordAt?: number;
  /** The ways to show the second factor, as they were when it was first asked for. */
  factors?: FactorOption[];
  /** Which of them is being asked for. */
  factor?: string;
  /** What that way asks: a question for a device. */
  question?: string;
  /** What the person is to confirm, where this is no sign-in. */
  transaction?: Transaction;
  /** What a passkey is asked here, if it may answer. Void with the next answer, whatever that is. */
  passkey?: PasskeyChallenge;
  /** The code that was sent last in this sign-in. */
  sent?: SentNotice;
  /** What the page remembers this person to prefer. */
  prefer?: FactorKind;
  /** What the page wants besides a sign-in, or in its place. */
  purpose?: FlowPurpose;
  /** The person is on the self-service page, or was sent from there to show factors again or to set up a token. */
  self?: SelfSession;
  /** Set at the steps of an enrolment, and kept until the end. */
  enrolling?: Enrolling;
  /** Begun with a mailed link to an enrolment, of which this is the hash: it ends without a result. */
  enrolmentLink?: string;
  /** Whether to offer, to whoever is denied for a locked token, a link that unlocks it, or what became of it. */
  unlock?: 'offered' | 'sent';
  /** What the browser says of itself, each trait under a MAC; absent where the resource does not ask. */
  environment?: Environment;
  /** What the host asks the result to be. */
  demand?: Demand;
  /** What of an earlier sign-in this one builds upon. */
  kept?: ShownFactors;
  /** Wrong answers that this sign-in still takes; with the last of them it ends. */
  attemptsLeft: number;
  /** Second-factor-only mode. `hostCheckedPassword`: the rules of method 3 hold. */
  loginRequest?: { hostCheckedPassword: boolean };
  error?: { code: RefusalCode; retryAt?: number };
  /** What the resource was when the sign-in began; it goes on only while the resource is the same. */
  test?: TestMode;
  createdAt: number;
  expiresAt: number;
}

/** What a host's backend asked for, before any widget has begun with it. Shares the flow's anchor. */
export interface LoginRequest {
  flow: FlowId;
  account: AccountId;
  resource: ResourceId;
  /** Absent: whoever it is says so themselves, on our own page. */
  user?: UserId;
  nonce: string;
  /** For our own page: where the result is posted to. Absent: it is for a widget on a page of the site. */
  redirectUri?: string;
  hostCheckedPassword: boolean;
  /** What the person is to confirm. Absent: they are to sign in. */
  transaction?: Transaction;
  demand?: Demand;
  /** The earlier sign-in, by the name of its result. */
  previous?: FlowId;
  /** SHA-256 of the request's secret, hex. */
  secretHash: string;
  /** Set once a result came of it: it serves no second time. */
  usedAt?: number;
  attemptsLeft: number;
  createdAt: number;
  expiresAt: number;
}

/** The record of a result: made in the same commit as `done`, used up by consumption. */
export interface ResultRecord {
  flow: FlowId;
  account: AccountId;
  resource: ResourceId;
  user: UserId | 'test';
  login: string;
  nonce: string;
  origin: string;
  amr: string[];
  acr: '1' | '2';
  otp: OtpUse;
  /** The token whose code was verified; it must still stand when the result is consumed. */
  token?: TokenId;
  /** Of a test resource: stands for nobody. */
  test?: true;
  /** What kind of token that is. */
  kind?: TokenKind;
  /** Hash of the transaction that was confirmed. Absent: it was a sign-in. */
  transaction?: string;
  /** When each of the factors was shown; a sign-in that builds upon an earlier one has older ones. */
  passwordAt?: number;
  secondAt?: number;
  passwordDigest?: string;
  /** The user's password at that time, whether it was asked for or not: a change of it revokes the result. Absent on tests. */
  userPasswordDigest?: string;
  /** How far the browser matched those before, in percent. */
  environment?: number;
  /** Of the oldest factor. */
  authenticatedAt: number;
  issuedAt: number;
  expiresAt: number;
  /** Set by the one consumption. */
  consumedAt?: number;
}

/** The way of showing the second factor that is being asked for. */
export function factorOf({ factors, factor }: Pick<Flow, 'factors' | 'factor'>): FactorOption | undefined {
  return factors?.find(({ id }) => id === factor);
}
