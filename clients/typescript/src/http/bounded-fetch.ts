/** As much of `fetch` as this library uses. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export interface BoundedAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** Why there is no answer. `detail` holds nothing of the request. */
export class FetchFailure extends Error {
  readonly reason: 'network' | 'timeout' | 'aborted' | 'too-large';

  constructor(reason: FetchFailure['reason'], detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/**
 * One request whose answer is small and comes soon, or not at all. The time limit covers the body too, and holds even
 * if the given fetch ignores its signal. Redirects are not followed: they would carry credentials elsewhere.
 */
export async function boundedFetch(
  fetchImpl: FetchLike,
  url: string,
  init: RequestInit,
  limits: { timeoutMs: number; maxBytes: number; signal?: AbortSignal | undefined },
): Promise<BoundedAnswer> {
  const { timeoutMs, maxBytes, signal } = limits;
  if (signal?.aborted) throw new FetchFailure('aborted', 'The caller ended the call.');

  const controller = new AbortController();
  let end: (failure: FetchFailure) => void = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    end = (failure) => {
      reject(failure);
      controller.abort();
    };
  });
  const timer = setTimeout(() => end(new FetchFailure('timeout', `No answer within ${timeoutMs} ms.`)), timeoutMs);
  const onAbort = () => end(new FetchFailure('aborted', 'The caller ended the call.'));
  signal?.addEventListener('abort', onAbort, { once: true });

  try {
    // `manual` and not `error`, which some edge runtimes do not know; a 3xx is then an answer like any other.
    const request = fetchImpl(url, { ...init, redirect: 'manual', signal: controller.signal });
    return await Promise.race([ended, request.then((response) => readAnswer(response, maxBytes))]);
  } catch (error) {
    if (error instanceof FetchFailure) throw error;
    throw new FetchFailure('network', describe(error));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function readAnswer(response: Response, maxBytes: number): Promise<BoundedAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      // Not awaited: a stream that is slow to cancel must not hold the caller.
      reader.cancel().catch(() => {});
      throw new FetchFailure('too-large', `The answer has more than ${maxBytes} bytes.`);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return { status: response.status, headers: response.headers, text: new TextDecoder().decode(bytes) };
}

/** Only the system's code (`ECONNREFUSED`): messages of foreign errors may quote headers. */
function describe(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(cause.code)) {
      return `The request failed (${cause.code}).`;
    }
  }
  return 'The request failed.';
}
