/** The `typ` header of a result; anything else is not a result (RFC 8725 3.11). */
export const RESULT_TYP = 'countersign-result+jwt';

/** The `typ` of what a test resource gives. */
export const TEST_RESULT_TYP = 'countersign-test-result+jwt';

/** Signature algorithms a result may carry. */
export const RESULT_ALGORITHMS = ['ES256', 'EdDSA'] as const;
export type ResultAlgorithm = (typeof RESULT_ALGORITHMS)[number];

/** `verified`: checked. `skipped`: the person's token is deactivated. `not_used`: not asked for. */
export const OTP_USES = ['verified', 'skipped', 'not_used'] as const;
export type OtpUse = (typeof OTP_USES)[number];

/** Who signed in, where, and how (RFC 7519). Times in seconds since the epoch. */
export interface ResultClaims {
  /** The service's public URL. */
  iss: string;
  /** The resource id. */
  aud: string;
  /** The user id. Stable: key your own records on it. */
  sub: string;
  /** The user's login. May change hands over time. */
  preferred_username: string;
  nonce: string;
  /** Origin of the page that embedded the widget, as the person's browser enforced it. */
  origin: string;
  /**
   * Methods used, as of RFC 8176: `pwd`, `otp`, `sms`, `pin`, `hwk` or `swk` (a passkey), `user` (its device checked
   * them), `mfa`.
   */
  amr: string[];
  /** `1` one factor, `2` two factors. */
  acr: '1' | '2';
  otp: OtpUse;
  /** Hash of the transaction that the person confirmed. Absent: they signed in. */
  txn?: string;
  /** When the oldest of the factors was shown. */
  auth_time: number;
  iat: number;
  exp: number;
  /** The result's own id: it can be consumed once, by this and never by its text. */
  jti: string;
  /** There only with `acceptTest`, on what a test resource gave: nobody has signed in. */
  test?: true;
}
