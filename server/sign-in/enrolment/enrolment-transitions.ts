import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EnrolmentKind } from '@countersign/protocol/tokens';
import type { Draft } from '../../tokens/kinds/actions.ts';
import type { PresentedPasskey } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import type { User } from '../../users/user.ts';
import type { Flow, FlowAt } from '../flow.ts';
import { countStep } from '../flow-transitions.ts';
import type { PendingEnrolment } from './pending-enrolment.ts';

/** The user sets up a token before the sign-in completes, or instead of it. */
export function startEnrolment(
  flow: Flow,
  user: User,
  passwordDigest: string | undefined,
  enrolling: PendingEnrolment,
): FlowAt<'enrol'> {
  return {
    ...countStep(flow),
    step: 'enrol',
    // A passkey alone signs in without a login.
    login: flow.login ?? user.login,
    user: user.id,
    ...(passwordDigest !== undefined && { passwordVerified: true, passwordDigest }),
    enrolling,
  };
}

/** The user picked a kind of token, or wants to pick another. */
export function setEnrolmentKind(
  flow: FlowAt<'enrol'>,
  kinds: readonly EnrolmentKind[],
  making: Draft | undefined,
): FlowAt<'enrol'> {
  const { making: _before, ...rest } = flow.enrolling;
  return { ...countStep(flow), enrolling: { ...rest, kinds, ...omitUndefined({ making }) } };
}

/** A first code is on its way. */
export function recordFirstCode(flow: FlowAt<'enrol'>, making: Draft): FlowAt<'enrol'> {
  return { ...countStep(flow), enrolling: { ...flow.enrolling, making } };
}

/** The draft after a wrong proof that voided it. */
export function renewDraft(flow: FlowAt<'enrol'>, making: Draft | undefined): FlowAt<'enrol'> {
  return making ? { ...flow, enrolling: { ...flow.enrolling, making } } : flow;
}

/** The enrolment can no longer be skipped. */
export function requireEnrolment(flow: FlowAt<'enrol'>): FlowAt<'enrol'> {
  return {
    ...countStep(flow),
    enrolling: { ...flow.enrolling, mayWait: false },
    error: { code: 'ENROLMENT_REQUIRED' },
  };
}

/** The token exists; the sign-in shows the recovery codes and waits until the user confirms them. */
export function showRecoveryCodes(flow: FlowAt<'enrol'>, passed: PendingEnrolment['passed']): FlowAt<'codes'> {
  return { ...countStep(flow), step: 'codes', enrolling: { ...flow.enrolling, passed } };
}

/** The end of a flow started by a mailed link: no result is due. */
export function completeLinkedEnrolment(flow: Flow): FlowAt<'done'> {
  return { ...countStep(flow), step: 'done' };
}

/**
 * The factors of the sign-in once the token exists: the first proof of its device, unless another second factor was
 * shown before.
 *
 * @param passkey the data of a new passkey
 */
export function addFirstProof(
  passed: PendingEnrolment['passed'],
  { token, kind }: Draft,
  passkey: PresentedPasskey | undefined,
): PendingEnrolment['passed'] {
  if (passed.otp === 'verified') return passed;
  return { otp: 'verified', token, kind, ...omitUndefined({ passkey }) };
}
