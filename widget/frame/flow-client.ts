import { type BeginFlow, FLOW_HEADER, type FlowBegun, type FlowStep, type FlowView } from '@countersign/protocol/flow';
import type { PasskeyAssertion } from '@countersign/protocol/passkey';

/** An answer of the service, a refusal with its code, or neither: whether the request arrived is then unknown. */
export type FlowAnswer<View = FlowView> =
  | { kind: 'view'; view: View; requestId: string }
  | { kind: 'refused'; code: string; retryAfterMs?: number; requestId: string }
  | { kind: 'lost' };

export type AnswerableStep = Exclude<FlowStep, 'done' | 'denied'>;
/** What a step is answered with; those that are not here have answers of their own, see `act`. */
const FIELD: Partial<Record<AnswerableStep, string>> = {
  identify: 'login',
  password: 'password',
  otp: 'otp',
  recovery: 'code',
  passkey: 'response',
  sign: 'otp',
};

export interface FlowClient {
  begin(request: BeginFlow): Promise<FlowAnswer<FlowBegun>>;
  read(handle: string): Promise<FlowAnswer>;
  answer(handle: string, seq: number, step: AnswerableStep, value: string | PasskeyAssertion): Promise<FlowAnswer>;
  /** Any other answer: below `flow/`, with what it takes beside `seq`. */
  act(handle: string, seq: number, path: string, fields?: object): Promise<FlowAnswer>;
  /** Of a transaction. */
  cancel(handle: string, seq: number): Promise<FlowAnswer>;
}

/** Longer than the queue for a password hash may be. */
const ANSWER_TIMEOUT_MS = 30_000;
const BEGIN_TIMEOUT_MS = 10_000;

/** What a flow is begun with on a page of our own: that alone. */
export interface HostedStart {
  path: 'redirected-flows' | 'enrolment-flows' | 'self-flows';
  body: object;
}

/** @param language of the messages that a step may send */
export function createFlowClient(
  fetch: typeof globalThis.fetch,
  language: () => string,
  own?: HostedStart,
): FlowClient {
  async function ask<View>(path: string, timeoutMs: number, handle?: string, body?: object): Promise<FlowAnswer<View>> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await fetch(`/widget/v1/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {
          ...(handle && { [FLOW_HEADER]: handle }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        // The handle is all there is: no cookies, no caches, and nowhere else.
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: abort.signal,
      });
      const answer = await response.json();
      return response.ok ? { kind: 'view', view: answer, requestId: idOf(response) } : refusalOf(response, answer);
    } catch {
      return { kind: 'lost' };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    begin: (request) =>
      own
        ? ask(own.path, BEGIN_TIMEOUT_MS, undefined, { ...own.body, traits: request.traits })
        : ask('flows', BEGIN_TIMEOUT_MS, undefined, request),
    read: (handle) => ask('flow', BEGIN_TIMEOUT_MS, handle),
    answer: (handle, seq, step, value) =>
      ask(`flow/${step}`, ANSWER_TIMEOUT_MS, handle, { seq, [`${FIELD[step]}`]: value }),
    act: (handle, seq, path, fields) =>
      ask(`flow/${path}`, ANSWER_TIMEOUT_MS, handle, { seq, language: language(), ...fields }),
    cancel: (handle, seq) => ask('flow/cancel', ANSWER_TIMEOUT_MS, handle, { seq }),
  };
}

const idOf = (response: Response) => response.headers.get('x-request-id') ?? '';

function refusalOf(response: Response, problem: unknown): FlowAnswer<never> {
  const { code, retryAfterMs, requestId } = Object(problem) as Record<string, unknown>;
  const seconds = Number(response.headers.get('retry-after'));
  const wait = typeof retryAfterMs === 'number' ? retryAfterMs : seconds * 1000;
  return {
    kind: 'refused',
    code: typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : 'INTERNAL',
    ...(wait > 0 && { retryAfterMs: wait }),
    requestId: typeof requestId === 'string' ? requestId : idOf(response),
  };
}
