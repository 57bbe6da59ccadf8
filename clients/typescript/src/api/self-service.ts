/** What people may change by themselves on the self-service page of a resource. */
export interface SelfServicePolicy {
  /** The tokens that they set up themselves, and their recovery codes. */
  tokens: boolean;
  /** A password that they have. */
  password: boolean;
  /** A new email address counts once its mailbox is proven. */
  details: ('firstName' | 'secondName' | 'email')[];
  /** Having the browsers forgotten that are remembered of them. */
  browsers: boolean;
}
