import type { Enrolling, Making, SentMaking } from '../flows/enrolling.ts';
import type { Flow } from '../flows/flow.ts';
import { evaluated } from '../flows/transitions.ts';
import type { EnrolmentKind } from '../resources/enrolment-policy.ts';
import type { ShownPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import type { User } from '../users/user.ts';

/** The user sets up a token before the sign-in completes, or instead of it. */
export function enrolmentBegun(flow: Flow, user: User, passwordDigest: string | undefined, enrolling: Enrolling): Flow {
  return {
    ...evaluated(flow),
    step: 'enrol',
    // A passkey alone signs in without a login.
    login: flow.login ?? user.login,
    user: user.id,
    ...(passwordDigest !== undefined && { passwordVerified: true, passwordDigest }),
    enrolling,
  };
}

/** The user picked a kind of token, or wants to pick another. */
export function kindChosen(flow: Flow, kinds: readonly EnrolmentKind[], making: Making | undefined): Flow {
  const { enrolling } = flow;
  if (!enrolling) return flow;
  const { making: _before, ...rest } = enrolling;
  return { ...evaluated(flow), enrolling: { ...rest, kinds, ...(making && { making }) } };
}

/** A first code is on its way. */
export function firstCodeSent(flow: Flow, making: SentMaking): Flow {
  const { enrolling } = flow;
  return { ...evaluated(flow), ...(enrolling && { enrolling: { ...enrolling, making } }) };
}

/** A new challenge for the passkey: a response voids the one before. */
export function passkeyAskedAnew(flow: Flow, challenge: string): Flow {
  const { enrolling } = flow;
  if (enrolling?.making?.kind !== 'webauthn') return flow;
  return { ...flow, enrolling: { ...enrolling, making: { ...enrolling.making, challenge } } };
}

/** The enrolment can no longer be skipped. */
export function enrolmentInsisted(flow: Flow): Flow {
  const { enrolling } = flow;
  return {
    ...evaluated(flow),
    ...(enrolling && { enrolling: { ...enrolling, mayWait: false } }),
    error: { code: 'ENROLMENT_REQUIRED' },
  };
}

/** The token exists; the sign-in shows the recovery codes and waits until the user confirms them. */
export function codesShown(flow: Flow, passed: Enrolling['passed']): Flow {
  const { enrolling } = flow;
  return { ...evaluated(flow), step: 'codes', ...(enrolling && { enrolling: { ...enrolling, passed } }) };
}

/** The end of a flow started by a mailed link: no result is due. */
export function enrolledByLink(flow: Flow): Flow {
  return { ...evaluated(flow), step: 'done' };
}

/** Denied for a locked token, with the offer to unlock it by mail, which rests on the verified password. */
export function unlockOffered(user: User, passwordDigest: string): (flow: Flow) => Flow {
  return (flow) =>
    flow.step === 'denied'
      ? { ...flow, user: user.id, passwordVerified: true, passwordDigest, unlock: 'offered' }
      : flow;
}

/**
 * The factors of the sign-in once the token exists: the first proof of its device, unless another second factor was
 * shown before.
 *
 * @param synced of a passkey
 */
export function passedWith(passed: Enrolling['passed'], { token, kind }: Making, synced: boolean): Enrolling['passed'] {
  if (passed.otp === 'verified') return passed;
  // A new passkey's own claims are unsigned: a later sign-in has to show user verification.
  const passkey: ShownPasskey = { userVerified: false, synced };
  return { otp: 'verified', token, kind, ...(kind === 'webauthn' && { passkey }) };
}
