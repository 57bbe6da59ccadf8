export interface SeenRequest {
  url: string;
  method: string;
  headers: Headers;
  body: unknown;
  init: RequestInit;
}

export type Answer = (request: SeenRequest) => Response | Promise<Response>;

/** A fetch that gives the answers in turn (the last one again and again) and remembers what it was asked. */
export function scriptedFetch(...answers: Answer[]) {
  const requests: SeenRequest[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const request: SeenRequest = {
      url,
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      init,
    };
    requests.push(request);
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (!answer) throw new Error('No answer was planned.');
    return answer(request);
  };
  return { fetch, requests };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

export function problem(status: number, code: string, more: Record<string, unknown> = {}, headers = {}): Answer {
  const body = { type: 'about:blank', title: 'No.', status, code, requestId: 'req_1', ...more };
  return json(body, status, { 'content-type': 'application/problem+json', ...headers });
}

export function networkFailure(message = 'fetch failed'): Answer {
  return () =>
    Promise.reject(new TypeError(message, { cause: Object.assign(new Error(message), { code: 'ECONNRESET' }) }));
}

/** No answer until the request is ended. */
export const silence: Answer = ({ init }) =>
  new Promise((_resolve, reject) => {
    init.signal?.addEventListener('abort', () => reject(new DOMException('ended', 'AbortError')));
  });

/** No answer at all, as from a fetch that does not know signals. */
export const deafSilence: Answer = () => new Promise(() => {});
