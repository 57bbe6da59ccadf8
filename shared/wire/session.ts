import type { RefusalCode } from './codes.ts';

/**
 * How an administrator signs in. The server drives, as with the widget (see `flow.ts`); the handle goes in the same
 * header, and the last step sets the session's cookie:
 *
 *     POST /v1/session/begin     {account?}       -> 201 SignInBegun
 *     GET  /v1/session/step                       -> 200 SignInView   (a phone that comes back)
 *     POST /v1/session/identify  {seq, email}     -> 200 SignInView
 *     POST /v1/session/password  {seq, password}  -> 200 SignInView
 *     POST /v1/session/otp       {seq, otp}       -> 200 SignInView
 *     POST /v1/session/recovery  {seq, code}      -> 200 SignInView   (instead of the code of a lost token)
 *     POST /v1/session/enrol     {seq, otp}       -> 200 SignInView   (first sign-in)
 */
export type SignInStep = 'identify' | 'password' | 'otp' | 'enrol' | 'done' | 'denied';

/** In whatever changes something, beside the session's cookie. */
export const CSRF_HEADER = 'x-csrf-token';

export interface SignInView {
  step: SignInStep;
  seq: number;
  email?: string;
  error?: { code: RefusalCode; retryAfterMs?: number };
  expiresAt: number;
  now: number;
  /** On `enrol`: what an authenticator app reads. */
  enrolment?: EnrolmentView;
  /** On `done`, in the answer to the step that got there and in no other. */
  session?: SessionView;
  /** Beside the session, when a token was enrolled: shown this once. */
  recoveryCodes?: string[];
}

export interface SignInBegun extends SignInView {
  handle: string;
}

export interface EnrolmentView {
  otpauthUri: string;
  /** Base32, for typing. */
  secret: string;
  /** The URI as a QR code, an SVG document. */
  qrSvg: string;
}

export interface SessionView {
  account: { id: string; name: string };
  administrator: {
    id: string;
    email: string;
    name: string;
    role: 'superuser' | 'administrator';
    /** Those they may act on: assigned and allowed. A superuser needs none. */
    resources: string[];
    recoveryCodesLeft: number;
  };
  /** For {@link CSRF_HEADER}. */
  csrf: string;
  /** When it ends by itself, if nobody uses it. */
  endsAt: number;
  now: number;
}

/** `GET /v1/session/whose`: for a page that does not know whether anybody is signed in. */
export interface WhoseSession {
  session: SessionView | null;
  /** There was one, and it is over. */
  hasEnded: boolean;
}
