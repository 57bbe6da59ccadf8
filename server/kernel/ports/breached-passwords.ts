import { CodedError } from '@countersign/protocol/coded-error';

/**
 * Too many lookups of this process wait. That is no outage of the list: who sends many must not switch it off.
 */
export class LookupsCrowded extends CodedError {
  readonly code = 'LOOKUPS_CROWDED';
}

/** Passwords that others have stolen and published. */
export interface BreachedPasswords {
  /**
   * Whether the password is on the list of the operator.
   *
   * @param password in NFC
   * @throws LookupsCrowded, whatever the operator does about an outage
   * @throws if that is not known, and the operator would rather refuse
   */
  isListed(password: string): Promise<boolean>;
}
