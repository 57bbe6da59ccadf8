import type { RefusalCode } from './codes.ts';
import type { PasskeyCreation, PasskeyRequest } from './passkey.ts';

/**
 * The sign-in of an administrator. The server drives, as with the widget (see `flow.ts`); the handle is in the same
 * header, and the last step sets the session's cookie:
 *
 *     POST /v1/session/begin     {account?}       -> 201 SignInBegun
 *     GET  /v1/session/step                       -> 200 SignInView   (to resume, as on a phone)
 *     POST /v1/session/identify  {seq, email}     -> 200 SignInView
 *     POST /v1/session/password  {seq, password}  -> 200 SignInView
 *     POST /v1/session/otp       {seq, otp}       -> 200 SignInView
 *     POST /v1/session/recovery  {seq, code}      -> 200 SignInView   (instead of the code of a lost token)
 *     POST /v1/session/passkey   {seq, assertion} -> 200 SignInView   (instead of the code)
 *     POST /v1/session/enrol     {seq, otp}       -> 200 SignInView   (first sign-in)
 *     POST /v1/session/enrol-passkey {seq, response} -> 200 SignInView (the same, where a passkey is required)
 */
export type SignInStep = 'identify' | 'password' | 'otp' | 'enrol' | 'done' | 'denied';

/** Required on every change, beside the session's cookie. */
export const CSRF_HEADER = 'x-csrf-token';

export interface SignInView {
  step: SignInStep;
  seq: number;
  email?: string;
  error?: { code: RefusalCode; retryAfterMs?: number };
  expiresAt: number;
  now: number;
  /** On `enrol`: the data that an authenticator app reads. */
  enrolment?: EnrolmentView;
  /** On `enrol` instead, where a passkey is required: the passkey to make. */
  newPasskey?: PasskeyCreation;
  /** On `otp`, if they have passkeys: one of them may answer instead. */
  passkey?: PasskeyRequest;
  /** On `otp`: no code is accepted. */
  isPasskeyRequired?: boolean;
  /** On `done`, only in the response to the step that completed the sign-in. */
  session?: SessionView;
  /** Beside the session, after an enrolment: shown once. */
  recoveryCodes?: string[];
}

export interface StartedSignIn extends SignInView {
  handle: string;
}

export interface EnrolmentView {
  otpauthUri: string;
  /** Base32, for typing. */
  secret: string;
  /** The URI as a QR code, an SVG document. */
  qrSvg: string;
}

/**
 * The roles that the superuser gives. `help-desk` unlocks, resynchronises and makes links for the users of its resources;
 * `read-only` changes nothing but its own sign-in.
 */
export const GIVEN_ROLES = ['administrator', 'help-desk', 'read-only'] as const;
export type GivenRole = (typeof GIVEN_ROLES)[number];
/** Exactly one administrator of an account is its superuser. */
export const ROLES = ['superuser', ...GIVEN_ROLES] as const;
export type Role = (typeof ROLES)[number];

/** What opens the console beside the password: a code or a passkey, or a passkey alone. */
export const ADMINISTRATOR_FACTORS = ['any', 'passkey'] as const;
export type AdministratorFactors = (typeof ADMINISTRATOR_FACTORS)[number];

export interface SessionView {
  account: { id: string; name: string };
  /** Only a passkey opens the console, and confirms changes. */
  isPasskeyRequired: boolean;
  administrator: {
    id: string;
    email: string;
    name: string;
    role: Role;
    /** Those they may act or help on: assigned with access. A superuser needs none, and a reader has none. */
    resources: string[];
    recoveryCodesLeft: number;
    passkeys: { id: string; name: string; createdAt: number }[];
  };
  /** Whether plan and balance matter: plans are configured, or the account has more than the free plan. */
  hasBilling: boolean;
  /** For {@link CSRF_HEADER}. */
  csrf: string;
  /** When it ends without activity. */
  endsAt: number;
  now: number;
}

/** `GET /v1/session/whose`: for a page that does not know if there is a session. */
export interface SessionProbe {
  session: SessionView | null;
  /** There was a session, and it has ended. */
  hasEnded: boolean;
}
