import {
  FLOW_HEADER,
  type FlowStep,
  type FlowView,
  type StartedFlow,
  type StartFlowRequest,
} from '@countersign/protocol/flow';
import type { PasskeyAssertion } from '@countersign/protocol/passkey';

/** A response, a refusal with its code, or neither: then it is unknown whether the request arrived. */
export type FlowAnswer<View = FlowView> =
  | { view: View; requestId: string; code?: never; retryAfterMs?: never }
  | { view?: never; code: string; retryAfterMs?: number; requestId: string }
  | Lost;
interface Lost {
  view?: never;
  code?: never;
  retryAfterMs?: never;
  requestId?: never;
}

export type AnswerableStep = Exclude<FlowStep, 'done' | 'denied'>;
/** The field that carries the answer of a step; steps that are missing use `act`. */
const FIELD: Partial<Record<string, string>> = {
  identify: 'login',
  password: 'password',
  otp: 'otp',
  recovery: 'code',
  passkey: 'response',
  sign: 'otp',
};

export interface FlowClient {
  begin(request: StartFlowRequest): Promise<FlowAnswer<StartedFlow>>;
  read(handle: string): Promise<FlowAnswer>;
  /** `cancel`, without a value: of a transaction. `more`: fields beside the answer. */
  answer(
    handle: string,
    seq: number,
    step: AnswerableStep | 'cancel',
    value?: string | PasskeyAssertion,
    more?: object,
  ): Promise<FlowAnswer>;
  /** Sends any other answer: a path below `flow/`, with fields beside `seq`. */
  act(handle: string, seq: number, path: string, fields?: object | undefined): Promise<FlowAnswer>;
}

/** Longer than a request can wait for password hashing. */
const ANSWER_TIMEOUT_MS = 30_000;
const BEGIN_TIMEOUT_MS = 10_000;

/** The whole body that starts a flow on a page of the service. */
export interface HostedStart {
  path: 'redirected-flows' | 'app-flows' | 'enrolment-flows' | 'self-flows';
  body: object;
}

/** @param language the language of messages that a step may send */
export function createFlowClient(
  fetch: typeof globalThis.fetch,
  language: () => string,
  own?: HostedStart,
): FlowClient {
  async function ask<View>(path: string, timeoutMs: number, handle?: string, body?: object): Promise<FlowAnswer<View>> {
    const abort = new AbortController();
    // Does nothing to a response that has arrived.
    setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await fetch(`/widget/v1/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {
          ...(handle && { [FLOW_HEADER]: handle }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        // The handle is the only credential: no cookies and no caches.
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: abort.signal,
      });
      return await readAnswer(response);
    } catch {
      return {};
    }
  }

  return {
    begin: (request) =>
      ask(own?.path ?? 'flows', BEGIN_TIMEOUT_MS, undefined, own ? { ...own.body, traits: request.traits } : request),
    read: (handle) => ask('flow', BEGIN_TIMEOUT_MS, handle),
    answer: (handle, seq, step, value, more) =>
      ask(`flow/${step}`, ANSWER_TIMEOUT_MS, handle, { seq, [`${FIELD[step]}`]: value, ...more }),
    act: (handle, seq, path, fields) =>
      ask(`flow/${path}`, ANSWER_TIMEOUT_MS, handle, { seq, language: language(), ...fields }),
  };
}

async function readAnswer<View>(response: Response): Promise<FlowAnswer<View>> {
  const answer = await response.json();
  const requestId = response.headers.get('x-request-id') ?? '';
  if (response.ok) return { view: answer, requestId };
  const { code, retryAfterMs } = Object(answer) as Record<string, unknown>;
  // 0 if neither is given.
  const wait = Number(retryAfterMs ?? Number(response.headers.get('retry-after')) * 1000);
  return {
    code: /^[A-Z_]{1,64}$/.exec(`${code}`)?.[0] ?? 'INTERNAL',
    retryAfterMs: wait,
    requestId,
  };
}
