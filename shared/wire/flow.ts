import type { RefusalCode } from './codes.ts';
import type { PasskeyCreation, PasskeyRequest } from './passkey.ts';
import type { SelfView } from './self-service.ts';

/**
 * The conversation between the frame and the service. The server drives: each answer names the step to show next.
 *
 *     POST /widget/v1/flows           BeginFlow  -> 201 FlowBegun
 *     POST /widget/v1/redirected-flows  {loginRequest} -> 201 FlowBegun   (on our own page)
 *     GET  /widget/v1/flow                       -> 200 FlowView     (a phone that comes back)
 *     POST /widget/v1/flow/identify   {seq, login}     -> 200 FlowView
 *     POST /widget/v1/flow/password   {seq, password}  -> 200 FlowView
 *     POST /widget/v1/flow/otp        {seq, otp}       -> 200 FlowView
 *     POST /widget/v1/flow/recovery   {seq, code}      -> 200 FlowView
 *     POST /widget/v1/flow/passkey    {seq, response}  -> 200 FlowView   (also in place of a name, where the view has `passkey`)
 *     POST /widget/v1/flow/sign       {seq, otp}       -> 200 FlowView   (the answer that confirms a transaction)
 *     POST /widget/v1/flow/cancel     {seq}            -> 200 FlowView   (of a transaction)
 *     POST /widget/v1/flow/factor     {seq, factor, language?} -> 200 FlowView   (another way, or the
 *                                   same once more; a code is sent in that language)
 *     POST /widget/v1/flow/enrol/kind {seq, kind?, language} -> 200 FlowView   (which token to set up; without: back to
 *                                   the choice)
 *     POST /widget/v1/flow/enrol/send {seq, phone?, language} -> 200 FlowView   (its first code, where codes are sent)
 *     POST /widget/v1/flow/enrol      {seq, otp, language}  -> 200 FlowView   (the first code of a new token)
 *     POST /widget/v1/flow/enrol/passkey {seq, response, language} -> 200 FlowView   (the new passkey)
 *     POST /widget/v1/flow/enrol/later  {seq}          -> 200 FlowView   (where the view says that it may wait)
 *     POST /widget/v1/flow/codes      {seq}            -> 200 FlowView   (the recovery codes are in safe keeping)
 *     POST /widget/v1/flow/unlock     {seq, language}  -> 200 FlowView   (a mail, where the view offers it)
 *     POST /widget/v1/enrolment-flows {link}           -> 201 FlowBegun  (on our own page, from a mailed link)
 *     POST /widget/v1/self-flows      {resource}       -> 201 FlowBegun  (on our own page, to the self-service)
 *     POST /widget/v1/flow/self/...   {seq, language, ...} -> 200 FlowView  (see `server/self-service/widget-routes.ts`)
 *
 * All but those that answer with FlowBegun carry the handle in the header `Countersign-Flow`. A wrong password or code is
 * not an HTTP error: it is a 200 whose view stays on the step and carries `error`. `seq` counts evaluated steps, so that a
 * double click is one attempt: the second is refused with STEP_IN_PROGRESS or STEP_STALE (409, problem+json) and changes
 * nothing.
 */
export const FLOW_HEADER = 'countersign-flow';

export interface BeginFlow {
  resource: string;
  /** The host's nonce, 16 to 256 characters of `[A-Za-z0-9_.~-]`; bound into the result. */
  nonce: string;
  /** The origin of the page around the frame, as the frame learned it from the handshake. */
  origin: string;
  /** Second-factor-only mode, or a transaction: what `POST /v1/login-requests` or `POST /v1/transactions` answered. */
  loginRequest?: string;
  /** The second factor that the page remembers this person to prefer. */
  prefer?: FactorKind;
  /**
   * `enrol`: the page wants the person to set up another token. `self`: it wants the self-service in place of a result.
   * Whether they may, the service decides.
   */
  purpose?: FlowPurpose;
  /** Only where the frame's page says that the resource compares them. */
  traits?: BrowserTraits;
}

/** What a browser says of itself. The families of browser and system come from the request's `User-Agent`. */
export interface BrowserTraits {
  /** BCP 47. */
  language?: string;
  /** IANA time zone. */
  zone?: string;
  screen?: { width: number; height: number };
  /** Bits. */
  colourDepth?: number;
}

/** What a page wants besides a sign-in, or in its place. */
export const FLOW_PURPOSES = ['enrol', 'self'] as const;
export type FlowPurpose = (typeof FLOW_PURPOSES)[number];

export type FlowStep =
  | 'identify'
  | 'password'
  | 'otp'
  | 'recovery'
  | 'passkey'
  | 'sign'
  | 'enrol'
  | 'codes'
  | 'self'
  | 'done'
  | 'denied';

/** `code`: whatever an app or a key fob shows by itself. The others are tokens of that kind. */
export const FACTOR_KINDS = ['webauthn', 'code', 'ocra', 'sms', 'email', 'recovery'] as const;
export type FactorKind = (typeof FACTOR_KINDS)[number];

/** One way to show the second factor. */
export interface FactorOption {
  /** What `POST /widget/v1/flow/factor` takes. */
  id: string;
  kind: FactorKind;
  /** What its owner or an administrator calls the token. */
  name?: string;
  /** Where a code would be sent, masked. */
  to?: string;
}

export interface FlowView {
  step: FlowStep;
  seq: number;
  /** The name as typed, shown on later steps and kept in the form for password managers. */
  login?: string;
  /** Why the last answer did not get further, or, on `denied`, why this sign-in cannot go on. */
  error?: { code: RefusalCode; retryAfterMs?: number };
  /** Where a second factor is asked for: the ways to show it, the best first. */
  factors?: FactorOption[];
  /** Which of them is asked for at this step. */
  factor?: string;
  /** What that way asks: the person types it into their device. */
  question?: string;
  /** What is to be confirmed, in this order and nothing else, where this is no sign-in. The first field matters most. */
  transaction?: { fields: { label: string; value: string }[] };
  /** Where a passkey may answer: what it is asked. At `identify` it stands for name, password and code. */
  passkey?: PasskeyRequest;
  /** At `enrol`: the token that is being set up. */
  enrol?: EnrolView;
  /** At `codes`: the recovery codes, for this once. */
  codes?: string[];
  /** At `self`: who they are, what they have, and what they may do about it. */
  self?: SelfView;
  /** Where a code was sent for the way that is asked for, or is set up. Absent: none has been, or it could not be. */
  sent?: {
    /** Masked. */
    to: string;
    /** Until when it counts, milliseconds since the epoch. */
    expiresAt: number;
    /** How long until another one may be asked for. */
    resendAfterMs: number;
  };
  /** On `done` only: the signed result for the page. */
  result?: string;
  /** On `done`: the way in which the second factor was shown, if one was. The page may remember it for `prefer`. */
  used?: FactorKind;
  /** On `denied`: tokens are locked, and a link that unlocks them can be mailed, or was. */
  unlock?: 'offered' | 'sent';
  /** When the flow ends by itself, milliseconds since the epoch; on `done`, when the result expires. */
  expiresAt: number;
  /** The server's clock when it answered, so the frame needs no trust in the device's. */
  now: number;
}

/** The kinds of tokens that people set up by themselves. */
export type EnrolmentKind = 'webauthn' | 'totp' | 'email' | 'sms';

/** A token that is none yet. */
export type EnrolView = {
  /** What the person may set up, the recommended kind first. None: they need a token, and can set up none here. */
  kinds: readonly EnrolmentKind[];
  /** Whether the person may go on without. */
  mayWait: boolean;
  /** From when on they may no longer, milliseconds since the epoch. */
  until?: number;
} & (
  | { kind?: undefined }
  | AppView
  | { kind: 'webauthn'; creation: PasskeyCreation }
  /** `to`: where codes go, masked. Absent: the person says which number. */
  | { kind: 'sms' | 'email'; to?: string }
);

/** What an authenticator app reads. */
export interface AppView {
  kind: 'totp';
  /** In base32, to be typed. */
  secret: string;
  /** `otpauth://…`, for the app on the same device. */
  uri: string;
  /** The same as a QR code: a square of so many modules, and the dark ones as the path of an SVG. */
  qr: { size: number; path: string };
}

export interface FlowBegun extends FlowView {
  /** The secret that continues this flow. Memory and the frame's own sessionStorage only. */
  handle: string;
}
