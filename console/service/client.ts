import { CSRF_HEADER } from '@countersign/protocol/session';

/** A refusal by the service. */
export interface Refused {
  kind: 'refused';
  code: string;
  retryAfterMs?: number;
  /** With PASSWORD_COMMON: the reason. */
  flaw?: string;
  /** With INPUT_INVALID: the refused fields. */
  fields: string[];
  /** Further details, meant for users only if they begin with a code of their own. */
  detail?: string;
}

/** A successful response. */
export interface Success<Body = unknown> {
  kind: 'done';
  body: Body;
  /** The version of an object, for {@link ifMatch}. */
  version?: string;
}

/** A response, a refusal with its code, or neither: then it is unknown whether the request arrived. */
export type Answer<Body = unknown> = Success<Body> | Refused | { kind: 'lost' };

export interface Client {
  get<Body>(path: string, headers?: Record<string, string>, signal?: AbortSignal): Promise<Answer<Body>>;
  send<Body>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Answer<Body>>;
  /** Sets the CSRF token that every change sends; undefined when the session is over, which aborts its requests. */
  carry(csrf: string | undefined): void;
}

/** Longer than a request can wait for password hashing. */
const TIMEOUT_MS = 30_000;

/**
 * The public API for the console's pages: with the session cookie, which scripts cannot read, and the CSRF token,
 * which only our own pages get.
 *
 * @param onAnswer receives every refusal before the caller does: a session may have ended
 */
export function createClient(
  fetch: typeof globalThis.fetch,
  onAnswer: (answer: Answer) => void = () => undefined,
): Client {
  let csrf: string | undefined;
  let session = new AbortController();

  async function ask<Body>(request: Request): Promise<Answer<Body>> {
    const signal = AbortSignal.any([session.signal, ...(request.signal ? [request.signal] : [])]);
    const answer = await carryOut<Body>(request, signal);
    // An aborted request says nothing about the session.
    if (!signal.aborted) onAnswer(answer);
    return answer;
  }

  async function carryOut<Body>(request: Request, signal: AbortSignal): Promise<Answer<Body>> {
    const { method, path, body, headers = {} } = request;
    try {
      const response = await fetch(`/v1/${path}`, {
        method,
        headers: {
          ...headers,
          ...(method !== 'GET' && csrf !== undefined && { [CSRF_HEADER]: csrf }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (!response.ok) return refusedOf(response, parseJson(text));
      // A compressing proxy marks the version as weak; it is still the service's own.
      const version = response.headers.get('etag')?.replace(/^W\//, '');
      const done = { kind: 'done', body: (text === '' ? undefined : JSON.parse(text)) as Body } as const;
      return version === undefined ? done : { ...done, version };
    } catch {
      return { kind: 'lost' };
    }
  }

  return {
    get: (path, headers, signal) => ask({ method: 'GET', path, headers, signal }),
    send: (method, path, body, headers, signal) => ask({ method, path, body, headers, signal }),
    carry(token) {
      csrf = token;
      if (token !== undefined) return;
      session.abort();
      session = new AbortController();
    },
  };
}

interface Request {
  method: string;
  path: string;
  body?: object | undefined;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Makes a change conditional: the service refuses it with VERSION_CONFLICT if the object has changed since it was
 * read.
 */
export function ifMatch(version: string | undefined): Record<string, string> {
  return version === undefined ? {} : { 'if-match': version };
}

/**
 * The `Idempotency-Key` of a form that creates something: the same for the same body, so that a retry after a lost
 * response creates one object, not two.
 */
export function createOnceKey(newKey: () => string): (body: object) => Record<string, string> {
  let sent: string | undefined;
  let key = '';
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== sent) key = newKey();
    sent = text;
    return { 'idempotency-key': key };
  };
}

/** A body that is not JSON comes from something in between, so it is unknown whether the service was reached. */
function parseJson(text: string): Record<string, unknown> {
  return Object(JSON.parse(text)) as Record<string, unknown>;
}

function refusedOf(response: Response, { code, retryAfterMs, flaw, errors, detail }: Record<string, unknown>): Refused {
  const seconds = Number(response.headers.get('retry-after'));
  const wait = typeof retryAfterMs === 'number' ? retryAfterMs : seconds * 1000;
  const paths = Array.isArray(errors) ? errors.map((error) => String(Object(error).path)) : [];
  return {
    kind: 'refused',
    code: typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : 'INTERNAL',
    ...(wait > 0 && { retryAfterMs: wait }),
    ...(typeof flaw === 'string' && { flaw }),
    fields: paths,
    ...(typeof detail === 'string' && { detail }),
  };
}
