/** The `typ` header of a result JWT; anything else is not a result (RFC 8725 3.11). */
export const RESULT_TYP = 'countersign-result+jwt';

/** The `typ` header of what a test resource issues, so that a verifier without `acceptTest` refuses it. */
export const TEST_RESULT_TYP = 'countersign-test-result+jwt';

/** Signature algorithms of a result. The verifier's configuration selects one, never the JWT. */
export const RESULT_ALGORITHMS = ['ES256', 'EdDSA'] as const;
export type ResultAlgorithm = (typeof RESULT_ALGORITHMS)[number];

/**
 * What happened to the one-time password: verified, skipped because the user's token is deactivated, not asked for because
 * the user trusts the browser, or not required.
 */
export const OTP_USES = ['verified', 'skipped', 'remembered', 'not_used'] as const;
export type OtpUse = (typeof OTP_USES)[number];

/** Claims that a result carries only if its resource asks for them, and the user has them. */
export interface ProfileClaims {
  /** An address to write to. It may be unconfirmed, and may later belong to another user: never find a user by it. */
  email?: string;
  /** First and last name. */
  name?: string;
  /** The user's id in your own records, as set over the API. */
  external_id?: string;
  /** The metadata of the keys that the resource names. */
  metadata?: Readonly<Record<string, ClaimValue>>;
}

type ClaimScalar = string | number | boolean;
export type ClaimValue = ClaimScalar | readonly ClaimScalar[] | Readonly<Record<string, ClaimScalar>>;

/** What the site's own hook added to a result. One claim, so it can take the place of no other. */
export type HookClaims = Readonly<Record<string, ClaimValue>>;

/** Claims of a result (RFC 7519; `amr` per RFC 8176). Times in seconds since the epoch. */
export interface ResultClaims extends ProfileClaims {
  /** The service's public URL. */
  iss: string;
  /** The resource id. */
  aud: string;
  /** The user id. It never changes: use it as the key of your own records. */
  sub: string;
  /** The user's login. May change, and may later belong to another user. */
  preferred_username: string;
  /** The site's nonce, as given to the widget. */
  nonce: string;
  /** Origin of the page that embedded the widget, as the user's browser enforced it. For a native app, of the service. */
  origin: string;
  /** Only of a native app, which exchanged a code for it. No page has it, and a site has to refuse it. */
  app?: true;
  /**
   * `pwd`, `otp` (with `sms` and `pin` where they were part), `mfa`. Passkeys: `hwk`, or `swk` if the passkey may be synced
   * to other devices, and `user` if the device verified the user. In second-factor-only mode with a password checked by the
   * site: `otp` alone, or `[]` when skipped.
   */
  amr: string[];
  /** `1` one factor, `2` two factors. */
  acr: '1' | '2';
  otp: OtpUse;
  /** Present exactly if this confirms a transaction instead of a sign-in: SHA-256 of its fields, hex. */
  txn?: string;
  /** What the resource's hook added, if it has one and it did. */
  hook?: HookClaims;
  /**
   * Only on a resource that warns: the password was stolen elsewhere and published. Ask the user to change it.
   */
  password_breached?: true;
  /** When the oldest of the factors was checked: a sign-in that builds upon an earlier one is no younger. */
  auth_time: number;
  iat: number;
  exp: number;
  /** The result's own id. It can be consumed once, by this id and never by the JWT's text. */
  jti: string;
  /** Only on results of a test resource: no user has signed in. `sub` and `preferred_username` are `test`. */
  test?: true;
}
