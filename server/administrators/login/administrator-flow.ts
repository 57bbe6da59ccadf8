import type { RefusalCode } from '@countersign/protocol/codes';
import type { SignInStep } from '@countersign/protocol/session';
import { FLOW_LIFETIME_MS } from '../../flows/flow.ts';
import { evaluated, FLOW_WRONG_ANSWERS } from '../../flows/transitions.ts';
import type { AccountId, AdministratorId, FlowId, TokenId } from '../../kernel/ids.ts';

/**
 * An administrator who signs in, from the first step to the session. The steps are claimed, counted and ended as those of
 * a sign-in through the widget are; it belongs to an account and to no resource, so it depends on no plan.
 */
export interface AdministratorFlow {
  id: FlowId;
  account: AccountId;
  /** SHA-256 of the handle's secret, hex. */
  handleHash: string;
  step: SignInStep;
  seq: number;
  claim?: { attempt: string; at: number };
  /** As typed. Says nothing about whether such an administrator exists. */
  email?: string;
  /** Only once the password was right. */
  administrator?: AdministratorId;
  /** Of the password hash it was verified against. */
  passwordDigest?: string;
  /** A token that becomes theirs with its first right code. */
  enrolment?: Enrolment;
  attemptsLeft: number;
  error?: { code: RefusalCode; retryAt?: number };
  createdAt: number;
  expiresAt: number;
}

/** A token that is not one yet. */
export interface Enrolment {
  token: TokenId;
  /** Sealed as the token's own will be. */
  sealedSecret: string;
}

export function newAdministratorFlow(id: FlowId, asked: { account: AccountId }, now: number): AdministratorFlow {
  return {
    id,
    ...asked,
    // Set when the flow is sealed.
    handleHash: '',
    step: 'identify',
    seq: 0,
    attemptsLeft: FLOW_WRONG_ANSWERS,
    createdAt: now,
    expiresAt: now + FLOW_LIFETIME_MS,
  };
}

/** The address is noted, whoever it may be (SR-17). */
export function emailGiven(flow: AdministratorFlow, email: string): AdministratorFlow {
  return { ...evaluated(flow), email, step: 'password' };
}

/** The password was right. Whoever has no token yet enrols one now. */
export function passwordGiven(
  flow: AdministratorFlow,
  shown: { administrator: AdministratorId; passwordDigest: string; enrolment?: Enrolment },
): AdministratorFlow {
  return { ...evaluated(flow), ...shown, step: shown.enrolment ? 'enrol' : 'otp' };
}

export function signedIn(flow: AdministratorFlow): AdministratorFlow {
  const { enrolment: _enrolled, ...rest } = evaluated(flow);
  return { ...rest, step: 'done' };
}
