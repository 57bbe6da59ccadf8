/** What people can change about themselves; their login is the administrators', and a phone receives codes. */
export const OWN_DETAILS = ['firstName', 'secondName', 'email'] as const;
export type OwnDetail = (typeof OWN_DETAILS)[number];

/** What people may change by themselves on the self-service page of a resource. What they see does not depend on it. */
export interface SelfServicePolicy {
  /** The tokens that they set up themselves; which they may add, the enrolment policy says. */
  tokens: boolean;
  /** A password that they have. */
  password: boolean;
  details: OwnDetail[];
  /** Having the browsers forgotten that are remembered of them. */
  browsers: boolean;
}
