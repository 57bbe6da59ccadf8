import type { Enrolling } from './enrolling.ts';
import type { Flow } from './flow.ts';
import { evaluated } from './flow-steps.ts';
import type { User } from './user.ts';

/** Before the sign-in comes to its end, or in its place, the person sets up a token. */
export function enrolmentBegun(flow: Flow, user: User, passwordDigest: string | undefined, enrolling: Enrolling): Flow {
  return {
    ...evaluated(flow),
    step: 'enrol',
    // A passkey alone comes without a name.
    login: flow.login ?? user.login,
    user: user.id,
    ...(passwordDigest !== undefined && { passwordVerified: true, passwordDigest }),
    enrolling,
  };
}

/** It can be left out no longer. */
export function enrolmentInsisted(flow: Flow): Flow {
  const { enrolling } = flow;
  return {
    ...evaluated(flow),
    ...(enrolling && { enrolling: { ...enrolling, mayWait: false } }),
    error: { code: 'ENROLMENT_REQUIRED' },
  };
}

/** The token is one; the recovery codes are shown, and the sign-in waits until the person says that they have them. */
export function codesShown(flow: Flow): Flow {
  return { ...evaluated(flow), step: 'codes' };
}

/** The end of what a mailed link began: there is nobody whom a result would be for. */
export function enrolledByLink(flow: Flow): Flow {
  return { ...evaluated(flow), step: 'done' };
}

/** Denied for a locked token, with the offer to unlock it by mail, which rests on the password that was right. */
export function unlockOffered(user: User, passwordDigest: string): (flow: Flow) => Flow {
  return (flow) =>
    flow.step === 'denied'
      ? { ...flow, user: user.id, passwordVerified: true, passwordDigest, unlock: 'offered' }
      : flow;
}

/** What the sign-in has shown when the enrolment is done: its first code counts, unless another had been shown before. */
export function passedWith({ token, passed }: Enrolling): Enrolling['passed'] {
  return passed.otp === 'verified' ? passed : { otp: 'verified', token, kind: 'totp' };
}
