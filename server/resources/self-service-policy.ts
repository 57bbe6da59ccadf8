import type { OwnDetail } from '@countersign/protocol/resources';
/** The changes that users can make on the self-service page of a resource. The policy does not limit what they see. */
export interface SelfServicePolicy {
  /** Self-enrolled tokens; the enrolment policy selects the kinds they may add. */
  tokens: boolean;
  /** An existing password. */
  password: boolean;
  details: OwnDetail[];
  /** Forgetting the remembered browsers. */
  browsers: boolean;
}
