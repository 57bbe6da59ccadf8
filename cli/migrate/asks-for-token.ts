/** What says whether a resource lets users in without a token, as the API shows it. */
export interface TokenSettings {
  methodPolicy: string;
  tokenKinds: readonly string[];
  enrolment: { kinds: readonly string[]; required: boolean; postponableUntil: number | null } | null;
}

/**
 * True if a user who is assigned without a token is asked for one: by a policy with codes, or by a required enrolment
 * that cannot be postponed. An enrolment of kinds that the resource does not accept asks for none.
 */
export function asksForToken({ methodPolicy, tokenKinds, enrolment }: TokenSettings): boolean {
  if (!enrolment?.kinds.some((kind) => tokenKinds.includes(kind))) return false;
  if (methodPolicy === 'otp' || methodPolicy === 'password-otp') return true;
  return methodPolicy === 'auto' && enrolment.required && enrolment.postponableUntil === null;
}
