import type { EnrolmentBasis } from '../resources/enrolment-policy.ts';
import type { SelfServiceContext } from './context.ts';

/** The factors that allow an enrolment from the page. */
export function basisOf({ session }: Pick<SelfServiceContext, 'session'>): EnrolmentBasis {
  return session.proof.second ? 'second-factor' : 'password';
}
