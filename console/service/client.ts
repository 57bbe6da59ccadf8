import { CSRF_HEADER } from '@countersign/protocol/session';

/** Why the service says no. */
export interface Refused {
  kind: 'refused';
  code: string;
  retryAfterMs?: number;
  /** Of PASSWORD_COMMON: why. */
  flaw?: string;
  /** Of INPUT_INVALID: the fields that it does not take. */
  fields: string[];
  /** More about it. For people only where it begins with a code of its own. */
  detail?: string;
}

/** What was hoped for. */
export interface Success<Body = unknown> {
  kind: 'done';
  body: Body;
  /** Of an object: the version that was answered, for {@link ifMatch}. */
  version?: string;
}

/** An answer of the service, a refusal with its code, or neither: whether the request arrived is then unknown. */
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
  /** What goes along with every change from now on; undefined when the session is over. */
  carry(csrf: string | undefined): void;
}

/** Longer than the queue for a password hash may be. */
const TIMEOUT_MS = 30_000;

/**
 * The public API, as the console's pages ask it: with the session's cookie, which no script reads, and the CSRF token
 * that only our own pages are told.
 *
 * @param onAnswer hears of every refusal, before whoever asked: a session may have ended
 */
export function createClient(
  fetch: typeof globalThis.fetch,
  onAnswer: (answer: Answer) => void = () => undefined,
): Client {
  let csrf: string | undefined;

  async function ask<Body>(request: Request): Promise<Answer<Body>> {
    const answer = await carryOut<Body>(request);
    // Nobody waits for what was given up, and it says nothing about the session.
    if (!request.signal?.aborted) onAnswer(answer);
    return answer;
  }

  async function carryOut<Body>({ method, path, body, headers = {}, signal }: Request): Promise<Answer<Body>> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
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
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const text = await response.text();
      if (!response.ok) return refusedOf(response, parseJson(text));
      // A proxy that compresses weakens the version on its way; it is the service's own all the same.
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

/** A change is for what was seen: if somebody else was there in between, it is refused with VERSION_CONFLICT. */
export function ifMatch(version: string | undefined): Record<string, string> {
  return version === undefined ? {} : { 'if-match': version };
}

/**
 * The `Idempotency-Key` of a form that makes something: the same as long as the same is sent, so that trying again after
 * a lost answer makes one thing and not two.
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

/** What is no JSON is not ours: something on the way said no, and whether we were asked is unknown. */
function parseJson(text: string): Record<string, unknown> {
  return Object(JSON.parse(text)) as Record<string, unknown>;
}

function refusedOf(response: Response, { code, retryAfterMs, flaw, errors, detail }: Record<string, unknown>): Refused {
  const seconds = Number(response.headers.get('retry-after'));
  const wait = typeof retryAfterMs === 'number' ? retryAfterMs : seconds * 1000;
  const places = Array.isArray(errors) ? errors.map((error) => String(Object(error).path)) : [];
  return {
    kind: 'refused',
    code: typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : 'INTERNAL',
    ...(wait > 0 && { retryAfterMs: wait }),
    ...(typeof flaw === 'string' && { flaw }),
    fields: places,
    ...(typeof detail === 'string' && { detail }),
  };
}
