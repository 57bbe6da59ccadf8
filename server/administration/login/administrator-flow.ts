import type { RefusalCode } from '@countersign/protocol/codes';
import type { SignInStep } from '@countersign/protocol/session';
import type { AccountId, AdministratorId, FlowId } from '../../kernel/ids.ts';
import { FLOW_LIFETIME_MS } from '../../sign-in/flow.ts';
import { countStep, FLOW_WRONG_ANSWERS } from '../../sign-in/flow-transitions.ts';
import type { AppSeed } from '../../tokens/kinds/oath/enrol-app.ts';
import type { PasskeyChallenge } from '../../tokens/kinds/passkey/passkey-challenge.ts';

/**
 * An administrator's sign-in, from the first step to the session. Its steps are claimed, counted and ended like those
 * of a widget sign-in. It belongs to an account and to no resource, so it depends on no plan.
 */
export interface AdministratorFlow {
  id: FlowId;
  account: AccountId;
  /** SHA-256 of the handle's secret, hex. */
  handleHash: string;
  step: SignInStep;
  seq: number;
  claim?: { attempt: string; at: number };
  /** As typed. Does not reveal whether such an administrator exists. */
  email?: string;
  /** Set only after the right password. */
  administrator?: AdministratorId;
  /** Digest of the password hash that the password was verified against. */
  passwordDigest?: string;
  /** A draft that becomes their token with its first right code. */
  enrolment?: AppSeed;
  /** The question to their passkeys, on the step `otp`. */
  passkey?: PasskeyChallenge;
  /** No code is accepted. */
  isPasskeyRequired?: true;
  /** The question for their first passkey, on the step `enrol`. */
  newPasskey?: PasskeyChallenge;
  attemptsLeft: number;
  error?: { code: RefusalCode; retryAt?: number };
  createdAt: number;
  expiresAt: number;
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

/** Stores the address without a look-up (SR-17). */
export function setEmail(flow: AdministratorFlow, email: string): AdministratorFlow {
  return { ...countStep(flow), email, step: 'password' };
}

/** Accepts the password. An administrator without a second factor enrols one now. */
export function acceptAdministratorPassword(
  flow: AdministratorFlow,
  shown: Pick<AdministratorFlow, 'enrolment' | 'passkey' | 'isPasskeyRequired' | 'newPasskey'> & {
    administrator: AdministratorId;
    passwordDigest: string;
  },
): AdministratorFlow {
  return { ...countStep(flow), ...shown, step: shown.enrolment || shown.newPasskey ? 'enrol' : 'otp' };
}

export function completeAdministratorFlow(flow: AdministratorFlow): AdministratorFlow {
  const { enrolment: _enrolled, passkey: _asked, newPasskey: _made, ...rest } = countStep(flow);
  return { ...rest, step: 'done' };
}
