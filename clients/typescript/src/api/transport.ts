import { CountersignError } from '../error.ts';
import { type BoundedAnswer, boundedFetch, FetchFailure, type FetchLike } from '../http/bounded-fetch.ts';
import { parseObject, readProblem } from './problem.ts';
import { pause, retryDelayMs } from './retry.ts';

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface TransportOptions {
  /** Without a slash at its end. */
  url: string;
  /** Absent: for what an app calls, which has none. */
  apiKey?: string;
  fetch: FetchLike;
  now: () => number;
  /** Of one attempt. */
  timeoutMs: number;
  /** After the first attempt. */
  retries: number;
  /** A service that wants a longer wait than this is not waited for. */
  maxRetryWaitMs: number;
}

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/v1`, with its slash. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /**
   * `read` comes to the same however often it is asked, and `creation` is told apart by its Idempotency-Key, so both may be
   * repeated. `once` may have happened although no answer came, and would count twice: it is never repeated.
   */
  kind: 'read' | 'creation' | 'once';
  signal?: AbortSignal | undefined;
}

/** Sends a request and gives its answer: an object, or nothing for 204. */
export type Transport = (request: ApiRequest) => Promise<Record<string, unknown> | undefined>;

/** The API key lives in this closure alone, so that no client or error object shows it when it is logged. */
export function createTransport(options: TransportOptions): Transport {
  const { apiKey } = options;
  const redact = (text: string) => (apiKey === undefined ? text : text.replaceAll(apiKey, '[API key]'));

  async function attempt(request: ApiRequest, idempotencyKey: string | undefined) {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    const answer = await boundedFetch(
      options.fetch,
      options.url + urlTail(request),
      {
        method: request.method,
        headers,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      },
      { timeoutMs: options.timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal: request.signal },
    ).catch((failure: unknown) => {
      throw connectionError(failure);
    });
    return readAnswer(answer);
  }

  function readAnswer(answer: BoundedAnswer): Record<string, unknown> | undefined {
    if (answer.status === 204) return undefined;
    if (answer.status < 200 || answer.status > 299) throw readProblem(answer, options.now(), redact);
    const body = parseObject(answer.text);
    if (!body) throw new CountersignError('RESPONSE_INVALID', 'The answer is not JSON.', { status: answer.status });
    return body;
  }

  return async (request) => {
    const idempotencyKey = request.kind === 'creation' ? crypto.randomUUID() : undefined;
    const retries = request.kind === 'once' ? 0 : options.retries;
    for (let tried = 1; ; tried++) {
      try {
        return await attempt(request, idempotencyKey);
      } catch (error) {
        const delayMs = tried > retries ? undefined : retryDelayMs(error, tried, options.maxRetryWaitMs);
        if (delayMs === undefined) throw error;
        await pause(delayMs, request.signal);
      }
    }
  };
}

function urlTail({ path, query = {} }: ApiRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return `/v1${path}${text && `?${text}`}`;
}

function connectionError(failure: unknown): unknown {
  if (!(failure instanceof FetchFailure)) return failure;
  const codes = { network: 'NETWORK_FAILED', timeout: 'TIMEOUT', aborted: 'ABORTED', 'too-large': 'RESPONSE_INVALID' };
  return new CountersignError(codes[failure.reason], failure.message);
}
