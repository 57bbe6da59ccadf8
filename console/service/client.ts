import { CSRF_HEADER } from '../../shared/wire/session.ts';

/** Why the service says no. */
export interface Refused {
  kind: 'refused';
  code: string;
  retryAfterMs?: number;
  /** Of PASSWORD_COMMON: why. */
  flaw?: string;
  /** Of INPUT_INVALID: the fields that it does not take. */
  fields: string[];
}

/** An answer of the service, a refusal with its code, or neither: whether the request arrived is then unknown. */
export type Answer<Body = unknown> = { kind: 'done'; body: Body } | Refused | { kind: 'lost' };

export interface Client {
  get<Body>(path: string, headers?: Record<string, string>): Promise<Answer<Body>>;
  send<Body>(
    method: 'POST' | 'DELETE',
    path: string,
    body?: object,
    headers?: Record<string, string>,
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

  async function ask<Body>(method: string, path: string, body?: object, headers = {}): Promise<Answer<Body>> {
    const answer = await request<Body>(method, path, body, headers);
    onAnswer(answer);
    return answer;
  }

  async function request<Body>(method: string, path: string, body?: object, headers = {}): Promise<Answer<Body>> {
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
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (response.ok) return { kind: 'done', body: (text === '' ? undefined : JSON.parse(text)) as Body };
      return refusedOf(response, parsed(text));
    } catch {
      return { kind: 'lost' };
    }
  }

  return {
    get: (path, headers) => ask('GET', path, undefined, headers),
    send: (method, path, body, headers) => ask(method, path, body, headers),
    carry(token) {
      csrf = token;
    },
  };
}

/** What is no JSON is not ours: something on the way said no, and whether we were asked is unknown. */
function parsed(text: string): Record<string, unknown> {
  return Object(JSON.parse(text)) as Record<string, unknown>;
}

function refusedOf(response: Response, { code, retryAfterMs, flaw, errors }: Record<string, unknown>): Refused {
  const seconds = Number(response.headers.get('retry-after'));
  const wait = typeof retryAfterMs === 'number' ? retryAfterMs : seconds * 1000;
  const places = Array.isArray(errors) ? errors.map((error) => String(Object(error).path)) : [];
  return {
    kind: 'refused',
    code: typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : 'INTERNAL',
    ...(wait > 0 && { retryAfterMs: wait }),
    ...(typeof flaw === 'string' && { flaw }),
    fields: places,
  };
}
