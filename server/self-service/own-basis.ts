import type { EnrolmentBasis } from '../resources/enrolment-policy.ts';
import type { SelfServiceContext } from './context.ts';

/** On the strength of what somebody on the page sets up a token. */
export function basisOf({ session }: Pick<SelfServiceContext, 'session'>): EnrolmentBasis {
  return session.proof.second ? 'second-factor' : 'password';
}
