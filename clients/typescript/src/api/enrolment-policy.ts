/** `required`: a user who never had a token must set one up to sign in. */
export interface EnrolmentPolicy {
  /** They have to be among the resource's `tokenKinds` as well. */
  kinds: ('webauthn' | 'totp' | 'email' | 'sms')[];
  required: boolean;
  /** Until when it may be postponed nevertheless, milliseconds since the epoch. */
  postponableUntil?: number | null;
  /** Whether people may have a link mailed that unlocks what wrong codes have locked. */
  unlockByMail?: boolean;
  /** Whether a browser may create a passkey without asking after a sign-in with both factors. */
  passkeyUpgrade?: boolean;
}
