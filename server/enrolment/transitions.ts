import type { Flow } from '../flows/flow.ts';
import { evaluated } from '../flows/transitions.ts';
import type { EnrolmentKind } from '../resources/enrolment-policy.ts';
import type { ShownPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import type { User } from '../users/user.ts';
import type { Enrolling, Making, SentMaking } from './enrolling.ts';

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

/** The person picked a kind of token, or wants to pick another one. */
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

/** What a new passkey is asked next: what it answered was void with the answer. */
export function passkeyAskedAnew(flow: Flow, challenge: string): Flow {
  const { enrolling } = flow;
  if (enrolling?.making?.kind !== 'webauthn') return flow;
  return { ...flow, enrolling: { ...enrolling, making: { ...enrolling.making, challenge } } };
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
export function codesShown(flow: Flow, passed: Enrolling['passed']): Flow {
  const { enrolling } = flow;
  return { ...evaluated(flow), step: 'codes', ...(enrolling && { enrolling: { ...enrolling, passed } }) };
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

/**
 * What the sign-in has shown when the token is one: what proved that its device is there, unless another second factor had been
 * shown before.
 *
 * @param synced of a passkey
 */
export function passedWith(passed: Enrolling['passed'], { token, kind }: Making, synced: boolean): Enrolling['passed'] {
  if (passed.otp === 'verified') return passed;
  // Nothing that a new passkey says of itself is signed: that its device checked its person is for a later sign-in to show.
  const passkey: ShownPasskey = { userVerified: false, synced };
  return { otp: 'verified', token, kind, ...(kind === 'webauthn' && { passkey }) };
}
