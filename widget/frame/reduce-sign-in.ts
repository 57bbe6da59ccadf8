import type { FlowView, StartedFlow, StartFlowRequest } from '@countersign/protocol/flow';
import { NONCE, type ToHost } from '@countersign/protocol/frame-protocol';
import type { PasskeyAssertion, PasskeyRequest } from '@countersign/protocol/passkey';
import type { PasskeyOutcome } from '@countersign/protocol/passkey-window';
import type { Deadline } from '@countersign/ui/deadline';
import { english, isText } from '../i18n/texts.ts';
import type { AnswerableStep, FlowAnswer } from './flow-client.ts';
import type { Notice, Screen, StepScreen } from './screen.ts';
import { needsSend } from './steps/fields.ts';

/** How long the page may take to provide its nonce. */
const NONCE_TIMEOUT_MS = 10_000;
/** A step that another request is checking is read this often, after a delay that doubles. */
const MAX_POLLS = 4;
const POLL_DELAY_MS = 400;

/** Refusals that a retry cannot change. */
const FINAL = new Set([
  'ACCESS_DENIED',
  'CONFIRMATION_REQUIRED',
  'ENVIRONMENT_MISMATCH',
  'FILTER_DENIED',
  'LEVEL_UNREACHABLE',
  'LOGIN_REQUEST_INVALID',
  'ORIGIN_NOT_ALLOWED',
  'PLAN_INACTIVE',
  'RESOURCE_DISABLED',
  'SIGNING_TOKEN_MISSING',
  'TOKEN_LOCKED',
  'TOKEN_LOCKED_BY_ADMINISTRATOR',
  'TOKEN_OUT_OF_STEP',
]);

/** What the user does at a step: a method of the client with what follows `seq`, or the use of a passkey. */
export type Action =
  | ['answer', step: AnswerableStep | 'cancel', value?: string | PasskeyAssertion]
  | ['act', path: string, fields?: object | undefined]
  | ['use', ask: (request: PasskeyRequest) => Promise<PasskeyOutcome>];

export interface State {
  /** Counts the effects other than screens: what one brings counts only if no other has followed it. */
  run: number;
  screen: Screen;
  /** Undefined until the page has provided its nonce, and empty until the service has started the flow. */
  handle?: string | undefined;
  /** How the flow is started. */
  request?: StartFlowRequest;
  /** What the user did last, which a busy step carries out. */
  action?: Action;
  /** Whether this is a transaction, once the service has said. */
  isSigning?: boolean;
  /** Whether a response was lost, so that the action may have arrived. */
  isLost?: boolean;
  /** The factor for which a code was requested automatically. */
  factor?: string;
  /** What the last event leads to, in this order. */
  effects: Effect[];
}

/** What an event of this name brings, and what it was asked for with. */
interface Events {
  // By the page, the user and the clock.
  start: [];
  nonce: [request: StartFlowRequest];
  fail: [];
  time: [];
  act: [action: Action];
  // By the effects of the same names.
  recall: [handle: string | undefined];
  resume: [answer: FlowAnswer, handle: string];
  begin: [answer: FlowAnswer<StartedFlow>];
  look: [isVisible: boolean];
  use: [outcome: PasskeyOutcome];
  send: [answer: FlowAnswer];
  read: [answer: FlowAnswer, polls: number];
  check: [answer: FlowAnswer];
}
export type EventName = keyof Events;
export type Outcome<Name extends EventName> = Events[Name][0];
export type Context<Name extends EventName> = Events[Name][1];

/** What the runner carries out, with these values. */
export interface Effects {
  show: [screen: Screen];
  post: [message: ToHost];
  /** Sets the only timer, which ends in the event `time`. */
  wait: [ms: number];
  /** Of the handle that the tab stores. */
  forget: [];
  keep: [];
  recall: [];
  resume: [handle: string];
  begin: [request: StartFlowRequest];
  /** Whether the user sees the form. */
  look: [];
  /** Asks the browser for a passkey. */
  use: [];
  send: [];
  /** `polls`: how often the flow was read while another request checks the step; -1: before an answer is sent. */
  read: [polls: number, delayMs?: number];
  /** Whether the flow has expired. */
  check: [];
}
export type Effect = { [Name in keyof Effects]: [name: Name, ...Effects[Name]] }[keyof Effects];

/** Opens a deadline at the time of the event. */
type DeadlineIn = (ms: number) => Deadline;
type Handler<Name extends EventName> = (
  s: State,
  outcome: Outcome<Name>,
  context: Context<Name>,
  deadlineIn: DeadlineIn,
) => void;

function add(s: State, ...effect: Effect): void {
  s.run++;
  s.effects.push(effect);
}

function show(s: State, screen: Screen): void {
  s.screen = { ...screen, isSigning: s.isSigning };
  s.effects.push(['show', s.screen]);
}

function postError(s: State, code: string, requestId = '', retryable = !FINAL.has(code)): void {
  const message = isText(code) ? english(code) : '';
  add(s, 'post', { type: 'error', code, message, retryable, requestId });
}

function expire(s: State): void {
  add(s, 'forget');
  show(s, { kind: 'expired' });
  add(s, 'post', { type: 'expire' });
}

function deny(s: State, code: string, requestId: string, mayRetry?: boolean, unlock?: FlowView['unlock']): void {
  // Only the site can start another sign-in.
  const canRestart = mayRetry || !((s.request as StartFlowRequest).loginRequest || code === 'LOGIN_REQUEST_INVALID');
  add(s, 'forget');
  show(s, { kind: 'denied', code, canRestart, unlock });
  postError(s, code, requestId, mayRetry);
}

function noticeOf(text: string, waitMs: number | undefined, deadlineIn: DeadlineIn): Notice {
  return { text, wait: waitMs ? deadlineIn(waitMs) : undefined };
}

/** The user may act again at the same step. */
function stay(s: State, notice?: Notice): void {
  show(s, { ...(s.screen as StepScreen), busy: false, notice });
}

function begin(s: State): void {
  // A flow of another session ends here too.
  add(s, 'forget');
  add(s, 'begin', s.request as StartFlowRequest);
}

/** Carries out the action of a busy step. */
function carryOut(s: State): void {
  if ((s.action as Action)[0] !== 'use') add(s, 'look');
  else if ((s.screen as StepScreen).view.passkey) add(s, 'use');
  else stay(s);
}

function showView(s: State, { view, requestId }: FlowAnswer & { view: FlowView }, deadlineIn: DeadlineIn): void {
  const { step, error, factor = '', unlock, sent, used, expiresAt } = view;
  const { screen } = s;
  s.isSigning = !!view.transaction;
  s.isLost = false;
  add(s, 'wait', expiresAt - view.now);
  if (step !== (screen.kind === 'step' ? screen.step : screen.kind)) add(s, 'post', { type: 'change', step });
  if (step === 'denied') deny(s, error?.code ?? 'ACCESS_DENIED', requestId, false, unlock);
  else if (step === 'done') {
    add(s, 'forget');
    show(s, { kind: step, unlock });
    if (used) add(s, 'post', { type: 'used', factor: used });
    add(s, 'post', { type: 'success', result: view.result ?? '', expiresAt });
  } else {
    show(s, {
      kind: 'step',
      step,
      view,
      busy: false,
      notice: error && noticeOf(error.code, error.retryAfterMs, deadlineIn),
      resend: sent && deadlineIn(sent.resendAfterMs),
    });
    // At the first step there is nothing to resume yet.
    if (step !== 'identify') add(s, 'keep');
    if (error) postError(s, error.code, requestId);
    else if (needsSend(view) && s.factor !== factor) {
      // Request the code once on arrival; after that the user decides.
      s.factor = factor;
      on.act(s, ['act', 'factor', { factor }]);
    }
  }
}

const on = {
  start(s) {
    s.handle = undefined;
    // The first step is on the screen once.
    if (s.run || s.screen.kind !== 'step') show(s, { kind: 'loading' });
    else {
      add(s, 'post', { type: 'change', step: 'identify' });
      show(s, s.screen);
    }
    add(s, 'post', { type: 'want' });
    add(s, 'wait', NONCE_TIMEOUT_MS);
  },
  nonce(s, request) {
    if (!NONCE.test(request.nonce)) {
      on.fail(s);
      return postError(s, 'NONCE_INVALID');
    }
    if (s.handle || s.screen.kind !== 'step') show(s, { kind: 'loading' });
    s.handle = s.factor = '';
    s.request = request;
    add(s, 'recall');
  },
  fail(s) {
    // What was asked for counts no more.
    s.run++;
    s.handle = '';
    show(s, { kind: 'failed' });
  },
  /** The device's clocks only trigger the request: the service decides whether a flow has expired. */
  time(s) {
    const { screen, handle } = s;
    if (screen.kind === 'done') expire(s);
    else if (handle === undefined) {
      add(s, 'post', { type: 'timeout' });
      on.fail(s);
    } else if (handle && screen.kind === 'step' && !screen.busy) add(s, 'check');
  },
  act(s, action) {
    const { screen } = s;
    if (screen.kind !== 'step' || screen.busy) return;
    s.action = action;
    show(s, { ...screen, busy: true, notice: undefined });
    if (s.handle) carryOut(s);
  },
  recall(s, handle) {
    if (handle) add(s, 'resume', handle);
    else begin(s);
  },
  resume(s, answer, handle, deadlineIn) {
    if (answer.view && answer.view.step !== 'denied') {
      s.handle = handle;
      showView(s, answer, deadlineIn);
    } else if (answer.view || answer.code) begin(s);
    else show(s, { kind: 'offline' });
  },
  begin(s, answer, _, deadlineIn) {
    if (answer.view) {
      const { view } = answer;
      const { screen } = s;
      s.handle = view.handle;
      if (screen.kind !== 'step' || view.step !== 'identify') return showView(s, answer, deadlineIn);
      // The user may have typed or sent a name already.
      add(s, 'wait', view.expiresAt - view.now);
      show(s, { ...screen, view });
      if (screen.busy) carryOut(s);
    } else if (answer.code) deny(s, answer.code, answer.requestId, !FINAL.has(answer.code));
    else {
      add(s, 'post', { type: 'timeout' });
      show(s, { kind: 'offline' });
    }
  },
  use(s, outcome) {
    if ('failure' in outcome) return stay(s, { text: outcome.failure });
    s.action = ['answer', 'passkey', outcome.assertion];
    carryOut(s);
  },
  look(s, isVisible) {
    if (!isVisible) stay(s, { text: 'tooSmall' });
    else if (s.isLost) add(s, 'read', -1);
    else add(s, 'send');
  },
  send(s, answer, _, deadlineIn) {
    if (answer.view) return showView(s, answer, deadlineIn);
    const { code, retryAfterMs, requestId } = answer;
    if (code === 'FLOW_NOT_FOUND') expire(s);
    else if (code === 'STEP_IN_PROGRESS') add(s, 'read', 1, POLL_DELAY_MS);
    else if (!code || code === 'STEP_STALE' || code === 'STEP_NOT_EXPECTED') add(s, 'read', 0);
    else if (FINAL.has(code)) deny(s, code, requestId);
    else {
      stay(s, noticeOf(code, retryAfterMs, deadlineIn));
      postError(s, code, requestId);
    }
  },
  read(s, answer, polls, deadlineIn) {
    if (answer.view && answer.view.seq !== (s.screen as StepScreen).view.seq) return showView(s, answer, deadlineIn);
    if (answer.code === 'FLOW_NOT_FOUND') return expire(s);
    s.isLost = !answer.code && !answer.view;
    if (polls < 0 && !s.isLost) add(s, 'send');
    else if (polls > 0 && polls < MAX_POLLS) add(s, 'read', polls + 1, POLL_DELAY_MS << polls);
    else stay(s, { text: polls > 0 ? 'stillChecking' : 'interrupted' });
  },
  check(s, { view }) {
    const leftMs = view ? view.expiresAt - view.now : 0;
    if (leftMs > 0) add(s, 'wait', leftMs);
    else expire(s);
  },
} satisfies { [Name in EventName]: Handler<Name> };

/**
 * The state after an event, with the effects that it leads to: none, and an equal state, if it comes too late or at the
 * wrong moment. Changes no state that it is given, and reads no clock but by `deadlineIn`.
 *
 * @param run of the state in which the event was asked for; of the state itself if nothing was
 */
export function reduce<Name extends EventName>(
  state: State,
  run: number,
  name: Name,
  outcome: Outcome<Name>,
  context: Context<Name>,
  deadlineIn: DeadlineIn,
): State {
  const next = { ...state, effects: [] };
  if (run === state.run) (on[name] as unknown as Handler<Name>)(next, outcome, context, deadlineIn);
  return next;
}
