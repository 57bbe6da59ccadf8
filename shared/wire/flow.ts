import type { RefusalCode } from './codes.ts';
import type { PasskeyCreation, PasskeyRequest } from './passkey.ts';
import type { SelfView } from './self-service.ts';
import type { EnrolmentKind } from './tokens.ts';

/**
 * The protocol of frame and service. The server drives: each response names the step to show next.
 *
 *     POST /widget/v1/flows           StartFlowRequest -> 201 StartedFlow
 *     POST /widget/v1/redirected-flows  {loginRequest} -> 201 StartedFlow   (on our own page)
 *     POST /widget/v1/app-flows       {query}          -> 201 StartedFlow   (on our own page, from an app)
 *     GET  /widget/v1/flow                       -> 200 FlowView     (to resume, as on a phone)
 *     POST /widget/v1/flow/identify   {seq, login}     -> 200 FlowView
 *     POST /widget/v1/flow/password   {seq, password, browsers?} -> 200 FlowView   (secrets of trusted browsers)
 *     POST /widget/v1/flow/otp        {seq, otp, trust?}  -> 200 FlowView   (`trust`: the user wants to trust the browser)
 *     POST /widget/v1/flow/recovery   {seq, code}      -> 200 FlowView
 *     POST /widget/v1/flow/passkey    {seq, response, trust?}  -> 200 FlowView   (also instead of a login, if the view has `passkey`)
 *     POST /widget/v1/flow/sign       {seq, otp}       -> 200 FlowView   (the response that confirms a transaction)
 *     POST /widget/v1/flow/cancel     {seq}            -> 200 FlowView   (of a transaction)
 *     POST /widget/v1/flow/factor     {seq, factor, language?} -> 200 FlowView   (another factor, or the
 *                                   same again; a code is sent in that language)
 *     POST /widget/v1/flow/enrol/kind {seq, kind?, language} -> 200 FlowView   (the token to enrol; without: back to
 *                                   the selection)
 *     POST /widget/v1/flow/enrol/send {seq, phone?, language} -> 200 FlowView   (sends its first code)
 *     POST /widget/v1/flow/enrol      {seq, otp, language}  -> 200 FlowView   (the first code of a new token)
 *     POST /widget/v1/flow/enrol/passkey {seq, response, language} -> 200 FlowView   (the new passkey)
 *     POST /widget/v1/flow/enrol/later  {seq}          -> 200 FlowView   (if the view allows to postpone it)
 *     POST /widget/v1/flow/codes      {seq}            -> 200 FlowView   (the user has stored the recovery codes)
 *     POST /widget/v1/flow/unlock     {seq, language}  -> 200 FlowView   (sends a mail, if the view offers it)
 *     POST /widget/v1/flow/upgrade    {response, language} -> 204   (the passkey that the view offered; no step)
 *     POST /widget/v1/enrolment-flows {link}           -> 201 StartedFlow  (on our own page, from a mailed link)
 *     POST /widget/v1/self-flows      {resource}       -> 201 StartedFlow  (on our own page, to the self-service)
 *     POST /widget/v1/flow/self/...   {seq, language, ...} -> 200 FlowView  (see `server/sign-in/self-service/routes.ts`)
 *
 * All requests except those that return StartedFlow carry the handle in the header `Countersign-Flow`. A wrong password
 * or code is not an HTTP error: it is a 200 whose view stays on the step and has `error`. `seq` counts evaluated steps,
 * so that a double click is one attempt: the second is refused with STEP_IN_PROGRESS or STEP_STALE (409, problem+json)
 * and changes nothing.
 */
export const FLOW_HEADER = 'countersign-flow';

export interface StartFlowRequest {
  resource: string;
  /** The host's nonce, 16 to 256 characters of `[A-Za-z0-9_.~-]`; bound into the result. */
  nonce: string;
  /** The origin of the page around the frame, from the handshake. */
  origin: string;
  /**
   * Second-factor-only mode, or a transaction: the response of `POST /v1/login-requests` or `POST /v1/transactions`.
   */
  loginRequest?: string;
  /** The second factor that the page remembers as preferred by this user. */
  prefer?: FactorKind;
  /**
   * `enrol`: the page asks to enrol another token. `self`: it asks for the self-service instead of a result. The
   * service decides if the user may.
   */
  purpose?: FlowPurpose;
  /** Only if the frame's page says that the resource compares them. */
  traits?: BrowserTraits;
}

/** Signals that a browser reports. The families of browser and system come from the request's `User-Agent`. */
export interface BrowserTraits {
  /** BCP 47. */
  language?: string;
  /** IANA time zone. */
  zone?: string;
  screen?: { width: number; height: number };
  /** Bits. */
  colourDepth?: number;
}

/** What a page requests in addition to a sign-in, or instead of it. */
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

/** `code`: a code that an app or a key fob shows by itself. The others are tokens of that kind. */
export const FACTOR_KINDS = ['webauthn', 'code', 'ocra', 'sms', 'email', 'recovery'] as const;
export type FactorKind = (typeof FACTOR_KINDS)[number];

/** One available second factor. */
export interface FactorOption {
  /** The id for `POST /widget/v1/flow/factor`. */
  id: string;
  kind: FactorKind;
  /** The token's name, set by its owner or an administrator. */
  name?: string;
  /** Where a code would be sent, masked. */
  to?: string;
}

/** The site's own words. Plain text of at most 201 characters, in any language; empty if it gave none. */
export interface SiteReason {
  reason: string;
}

/** Where a user changes a password that is refused. */
export type PasswordRemedy = 'self-service' | 'reset' | 'administrator';

export interface FlowView {
  step: FlowStep;
  seq: number;
  /** The name as typed, shown on later steps and in the form for password managers. */
  login?: string;
  /** Why the last submission failed or, on `denied`, why this sign-in cannot continue. */
  error?: { code: RefusalCode; retryAfterMs?: number };
  /** The available second factors, the best first. */
  factors?: FactorOption[];
  /** The one requested at this step. */
  factor?: string;
  /** The question of that factor, which the user types into their device. */
  question?: string;
  /**
   * Exactly what is to be confirmed, in this order, if this is not a sign-in. The first field is the most important.
   */
  transaction?: { fields: { label: string; value: string }[] };
  /** The passkey's challenge, if one may be used. At `identify` it replaces name, password and code. */
  passkey?: PasskeyRequest;
  /** At `enrol`: the token that is being enrolled. */
  enrol?: EnrolView;
  /** At `codes`: the recovery codes, shown once. */
  codes?: string[];
  /** At `self`: the user, their tokens and the allowed actions. */
  self?: SelfView;
  /** Set if a code was sent for the requested factor or the enrolment. Absent: none was, or sending failed. */
  sent?: {
    /** Masked. */
    to: string;
    /** Its expiry, milliseconds since the epoch. */
    expiresAt: number;
    /** Time until another one may be requested. */
    resendAfterMs: number;
  };
  /** On `done` only: the signed result for the page. If an app has opened it: the address that leads back, with a code. */
  result?: string;
  /** On `done`: the second factor that was used, if any. The page may remember it for `prefer`. */
  used?: FactorKind;
  /** At the second factor: for how many days the user may trust the browser. */
  trustDays?: number;
  /** On `done`, once: what the frame keeps of a browser that the user now trusts. The page never sees it. */
  trust?: { secret: string; expiresAt: number };
  /**
   * On `denied`, what the user can do. `offered`, `sent`: tokens are locked, and a link that unlocks them can be mailed,
   * or was. The others, also on `done`: the password was stolen elsewhere, and is changed on the self-service page, by a
   * mailed link, or by an administrator. With HOOK_DENIED, the reason of the site.
   */
  unlock?: 'offered' | 'sent' | PasswordRemedy | SiteReason;
  /**
   * On `done`, once: a passkey that the browser may create without asking (`mediation: "conditional"`). It is no part of
   * the result.
   */
  upgrade?: PasskeyCreation;
  /** When the flow expires, milliseconds since the epoch; on `done`, when the result expires. */
  expiresAt: number;
  /** The server's clock at the response, so the frame does not rely on the device's. */
  now: number;
}

/** An enrolment in progress. */
export type EnrolView = {
  /** The kinds the user may enrol, the recommended one first. None: the user needs a token, and can enrol none here. */
  kinds: readonly EnrolmentKind[];
  /** True if the user may continue without one. */
  mayWait: boolean;
  /** Deadline for that, milliseconds since the epoch. */
  until?: number;
  /** The user asked for it on the self-service page and returns there, with or without a token. */
  fromSelf?: true;
} & (
  | { kind?: undefined }
  | AppView
  | { kind: 'webauthn'; creation: PasskeyCreation }
  /** `to`: where codes go, masked. Absent: the user enters the number. */
  | { kind: 'sms' | 'email'; to?: string }
);

/** The data that an authenticator app reads. */
export interface AppView {
  kind: 'totp';
  /** In base32, to be typed. */
  secret: string;
  /** `otpauth://…`, for the app on the same device. */
  uri: string;
  /** The same as a QR code: the side length in modules, and the dark modules as an SVG path. */
  qr: { size: number; path: string };
}

export interface StartedFlow extends FlowView {
  /** The secret that continues this flow. Only in memory and in the frame's own sessionStorage. */
  handle: string;
}
