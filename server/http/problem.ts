import { CodedError } from '@countersign/protocol/coded-error';
import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Puzzle } from '@countersign/protocol/puzzle';
import type { Context, ErrorHandler, NotFoundHandler, TypedResponse } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { DependencyFailed } from '../kernel/dependency.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import { type PasswordFlaw, type Refusal, refusal, wrongInput } from '../kernel/result.ts';
import type { AppEnv } from './context.ts';
import type { Logger } from './log.ts';

/** The body of every refusal: RFC 9457 with our stable `code`. Clients branch only on `code`. */
export interface Problem {
  /** A name, not an address: `urn:countersign:refusal:<code>`. */
  type: string;
  title: string;
  status: number;
  code: RefusalCode;
  requestId: string;
  detail?: string;
  /** Time until a retry makes sense, in ms; also in `Retry-After`. */
  retryAfterMs?: number;
  /** Errors of the input, by JSON path; never the values. */
  errors?: { path: string; message: string }[];
  /** PASSWORD_COMMON: the reason. */
  flaw?: PasswordFlaw;
  /** VERSION_CONFLICT: the current version of the object; also in `ETag`. */
  version?: string;
  /** PUZZLE_NEEDED: what to solve. Only of what the widget calls. */
  puzzle?: Puzzle;
}

export interface RefusalExtras {
  flaw?: PasswordFlaw;
  version?: string;
  puzzle?: Puzzle;
  detail?: string;
  retryAfterMs?: number;
  errors?: { path: string; message: string }[];
  /** Such as `Allow` with METHOD_NOT_ALLOWED. */
  headers?: Record<string, string>;
}

type RefusalStatus<C extends RefusalCode> = (typeof REFUSALS)[C]['status'];

/**
 * Sends a refusal. The only place where a code becomes an HTTP status.
 *
 * @example const verdict = await authenticate(ports, input); if (verdict.kind === 'refused') return refuse(c,
 * verdict.code, { retryAfterMs: verdict.retryAfterMs });
 */
export function refuse<C extends RefusalCode>(
  c: Context<AppEnv>,
  code: C,
  extras: RefusalExtras = {},
): Response & TypedResponse<Problem, RefusalStatus<C>, 'json'> {
  const { status, title } = REFUSALS[code];
  c.set('refusal', code);
  const body: Problem = {
    type: `urn:countersign:refusal:${code}`,
    title,
    status,
    code,
    requestId: c.get('requestId') ?? 'none',
  };
  const headers: Record<string, string> = { ...extras.headers, 'content-type': 'application/problem+json' };
  if (extras.detail !== undefined) body.detail = extras.detail;
  if (extras.errors !== undefined) body.errors = extras.errors;
  if (extras.flaw !== undefined) body.flaw = extras.flaw;
  if (extras.puzzle !== undefined) body.puzzle = extras.puzzle;
  if (extras.version !== undefined) {
    body.version = extras.version;
    headers.etag = `"${extras.version}"`;
  }
  if (extras.retryAfterMs !== undefined) {
    body.retryAfterMs = extras.retryAfterMs;
    // RFC 9110 10.2.3 has whole seconds; zero would invite a retry at once.
    headers['retry-after'] = String(Math.max(1, Math.ceil(extras.retryAfterMs / 1000)));
  }
  // RFC 9110 15.5.2 requires a challenge with every 401.
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="countersign"';
  const response: Response = c.newResponse(JSON.stringify(body), status, headers);
  return response as Response & TypedResponse<Problem, RefusalStatus<C>, 'json'>;
}

/**
 * A refusal found while a request is read, before any use-case runs. Thrown only inside `http/`; use-cases return their
 * refusals.
 */
export class RequestRefusal extends CodedError {
  readonly code: RefusalCode;
  readonly extras: RefusalExtras;
  constructor(code: RefusalCode, extras: RefusalExtras = {}) {
    super(code);
    this.code = code;
    this.extras = extras;
  }
}

/** Every exception refuses (SR-3) and tells the client no reason (SR-59). The log has the details. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof RequestRefusal) return refuse(c, error.code, error.extras);
  // Hono's own, thrown while it reads a request; its text is for developers.
  if (error instanceof HTTPException && error.status < 500) {
    return refuse(c, error.status === 413 ? 'BODY_TOO_LARGE' : error.status === 400 ? 'JSON_INVALID' : 'INPUT_INVALID');
  }
  const { refused, retryAfterMs, detail } = faultOf(error, c.get('log'));
  return refuse(c, refused, omitUndefined({ retryAfterMs, detail }));
};

/** The failures that a client may retry, by the code of the error: the refusal, and the line in the log. */
const RETRYABLE: Readonly<Record<string, { refused: RefusalCode; level: 'warn' | 'error'; message: string }>> = {
  STORE_UNAVAILABLE: { refused: 'UNAVAILABLE', level: 'error', message: 'the store is unavailable' },
  STORE_CLOSED: { refused: 'STORE_MOVING', level: 'warn', message: 'refused, because the store is being moved' },
  ARCHIVE_UNAVAILABLE: { refused: 'UNAVAILABLE', level: 'error', message: 'the audit archive is unavailable' },
  DEPENDENCY_FAILED: { refused: 'UNAVAILABLE', level: 'error', message: 'a dependency of a decision failed' },
  MAILER_UNAVAILABLE: { refused: 'UNAVAILABLE', level: 'error', message: 'a message could not be sent' },
  CLOCK_IN_DOUBT: { refused: 'CLOCK_IN_DOUBT', level: 'warn', message: 'refused, because the clock may be wrong' },
  CONTENTION: { refused: 'CONTENTION', level: 'warn', message: 'concurrent changes kept conflicting' },
};

/** The refusal for an exception of a use-case. */
export function faultOf(error: unknown, log: Logger | undefined): Refusal {
  if (error instanceof Overloaded) return refusal('OVERLOADED', { retryAfterMs: error.retryAfterMs });
  if (isAddressRefused(error)) return wrongInput('email', 'the mail server refuses this address');
  const fault = error instanceof CodedError ? RETRYABLE[error.code] : undefined;
  if (!fault) {
    log?.error({ err: error }, 'a request failed');
    return refusal('INTERNAL');
  }
  log?.[fault.level]({ err: error }, fault.message);
  return refusal(fault.refused, { retryAfterMs: 1000 });
}

/** No outage: a repeated request would fail again. */
function isAddressRefused(error: unknown): boolean {
  const cause = error instanceof DependencyFailed ? error.cause : error;
  return cause instanceof MailerUnavailable && cause.failure === 'recipient';
}

export const notFound: NotFoundHandler<AppEnv> = (c) => refuse(c, 'NOT_FOUND');
