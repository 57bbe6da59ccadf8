/** Passwords that others have stolen and published. */
export interface BreachedPasswords {
  /**
   * Whether the password is on the list of the operator.
   *
   * @param password in NFC
   * @throws if that is not known, and the operator would rather refuse
   */
  isListed(password: string): Promise<boolean>;
}
