/** The `typ` header of a result JWT; anything else is not a result (RFC 8725 3.11). */
export const RESULT_TYP = 'countersign-result+jwt';

/** The `typ` of what a test resource gives: whoever has not heard of tests refuses it. */
export const TEST_RESULT_TYP = 'countersign-test-result+jwt';

/** Signature algorithms a result may carry. Never chosen by the token: always by the verifier's configuration. */
export const RESULT_ALGORITHMS = ['ES256', 'EdDSA'] as const;
export type ResultAlgorithm = (typeof RESULT_ALGORITHMS)[number];

/** How the one-time password took part: checked, left out because the person's token is deactivated, or not asked for. */
export type OtpUse = 'verified' | 'skipped' | 'not_used';

/** Claims of a result (RFC 7519; `amr` per RFC 8176). Times in seconds since the epoch. */
export interface ResultClaims {
  /** The service's public URL. */
  iss: string;
  /** The resource id. */
  aud: string;
  /** The user id. */
  sub: string;
  /** The user's login. */
  preferred_username: string;
  /** The host's nonce, as given to the widget. */
  nonce: string;
  /** Origin of the page that embedded the widget, as the person's browser enforced it. */
  origin: string;
  /**
   * `pwd`, `otp` (with `sms` and `pin` where they were part), `mfa`. Passkeys: `hwk`, or `swk` where its owner's other
   * devices may have it too, and `user` where the device checked its person. In second-factor-only mode with a
   * host-checked password: `otp` alone, or `[]` when skipped.
   */
  amr: string[];
  /** `1` one factor, `2` two factors. */
  acr: '1' | '2';
  otp: OtpUse;
  /** Present exactly where this is the confirmation of a transaction, and no sign-in: SHA-256 of its fields, hex. */
  txn?: string;
  /** When the oldest of the factors was shown: a sign-in that builds upon an earlier one is no younger. */
  auth_time: number;
  iat: number;
  exp: number;
  /** Redeemed once, by this id and never by the JWT's text. */
  jti: string;
  /** There only on what a test resource gave: nobody has signed in. `sub` and `preferred_username` are `test`. */
  test?: true;
}
