import type { BrowserTraits, FlowView, StartFlowRequest } from '@countersign/protocol/flow';
import { NONCE, type ToHost } from '@countersign/protocol/frame-protocol';
import type { PasskeyAssertion, PasskeyRequest } from '@countersign/protocol/passkey';
import type { PasskeyOutcome } from '@countersign/protocol/passkey-window';
import { deadlineIn } from '@countersign/ui/deadline';
import { english, isText } from '../i18n/texts.ts';
import type { AnswerableStep, FlowAnswer, FlowClient } from './flow-client.ts';
import type { FlowMemory } from './flow-memory.ts';
import type { NoticeKey, Screen } from './screen.ts';
import { needsSend } from './steps/fields.ts';

/** How long the page may take to provide its nonce. */
const NONCE_TIMEOUT_MS = 10_000;
/** Delays between polls of a step that another request is checking. */
const POLL_DELAYS_MS = [400, 800, 1_600, 3_200];

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

export interface SignInParts {
  resource: string;
  /** The origin of the embedding page, as verified by the handshake. */
  origin: string;
  client: FlowClient;
  memoryOf(nonce: string, loginRequest: string): FlowMemory;
  post(message: ToHost): void;
  show(screen: Screen): void;
  /** Checked before anything is sent: whether the user can see the form. */
  isVisible(): Promise<boolean>;
  /** The first step as the document shows it already; absent if it shows none. */
  first?: FlowView | undefined;
  /** Reads the browser's signals; absent if the resource does not compare browsers. */
  traits?: (() => BrowserTraits) | undefined;
}

/** The first step before the service has started a flow: it is the same for every user. */
export function firstView(hasPasskey: boolean): FlowView {
  const view: FlowView = { step: 'identify', seq: 0, expiresAt: 0, now: 0 };
  // The challenge comes with the flow.
  return hasPasskey ? { ...view, passkey: { challenge: '' } as PasskeyRequest } : view;
}

/** Runs sign-ins one after another, from the page's nonce to the result. Does not use the DOM. */
export interface SignIn {
  /** Asks the page for a nonce; with the same nonce an earlier flow resumes. */
  start(): void;
  /** Does the same, but drops the current flow. */
  restart(): void;
  /** Call with the page's nonce. `preferences`: what the page would like, which the service decides on. */
  begin(nonce: string, loginRequest: string, preferences?: object | null): Promise<void>;
  /** Call if the page has no nonce. */
  fail(): void;
  /** Answers the current step. Does nothing while an answer is being checked. */
  submit(value: string): Promise<void>;
  /** Uses a passkey; `ask` requests it from the browser. */
  startPasskey(ask: (request: PasskeyRequest) => Promise<PasskeyOutcome>): Promise<void>;
  /** Sends a passkey's response to the current step. */
  showPasskey(assertion: PasskeyAssertion): Promise<void>;
  /** Chooses another second-factor method. */
  choose(factor: string): Promise<void>;
  /** Answers a step that needs no typing: a path below `flow/`, with its fields. */
  act(path: string, fields?: object): Promise<void>;
  /** After the end of a sign-in: requests one of the remaining options. */
  ask(path: string): Promise<FlowAnswer>;
  /** Rejects the transaction. */
  cancel(): Promise<void>;
  /** Call when the device wakes up or the page comes to the front: the flow may have expired. */
  checkTime(): void;
}

export function createSignIn({
  resource,
  origin,
  client,
  memoryOf,
  post,
  show,
  isVisible,
  first,
  traits,
}: SignInParts): SignIn {
  let screen: Screen = { kind: 'loading' };
  let handle = '';
  let memory: FlowMemory | undefined;
  let canRestart = true;
  let isReady = false;
  /** Whether this is a transaction, once the service has said. */
  let isSigning = false;
  /** Set when a response was lost, so the answer may have arrived. */
  let isUncertain = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ends = deadlineIn(0);
  /** Resolves to whether the service has started the flow of a first step that was on the screen before. */
  let flowStarted = Promise.resolve(false);
  let settle = (_isStarted: boolean) => {};
  /** Counts starts, so that a late response to an abandoned flow is dropped. */
  let run = 0;
  /** The start, and the factor, in which a code was requested automatically. */
  let codeRequestedIn = '';

  const setScreen = (next: Screen) => {
    screen = next;
    show(next);
    if (!isReady && next.kind !== 'loading') {
      isReady = true;
      post({ type: 'ready' });
    }
  };

  const postError = (code: string, requestId = '', mayRetry = !FINAL.has(code)) => {
    const message = isText(code) ? english(code) : '';
    post({ type: 'error', code, message, retryable: mayRetry, requestId });
  };

  const deny = (code: string, requestId?: string, unlock?: FlowView['unlock']) => {
    memory?.forget();
    clearTimeout(timer);
    // Only the site can start another sign-in.
    setScreen({
      kind: 'denied',
      code,
      canRestart: canRestart && code !== 'LOGIN_REQUEST_INVALID',
      isSigning,
      unlock,
    });
    postError(code, requestId, false);
  };

  const expire = () => {
    memory?.forget();
    clearTimeout(timer);
    handle = '';
    setScreen({ kind: 'expired', isSigning });
    post({ type: 'expire' });
  };

  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(checkTime, ends.leftMs() + 1);
  };

  const watchTime = (view: FlowView) => {
    ends = deadlineIn(view.expiresAt - view.now);
    arm();
  };

  /** Whether the first step is on the screen and the service has not started the flow. */
  const isEarly = () => screen.kind === 'step' && !handle;

  /** The device's clocks only trigger the request: the service decides whether a flow has expired. */
  const checkTime = async () => {
    if ((screen.kind !== 'step' && screen.kind !== 'done') || isEarly()) return;
    if (ends.leftMs() > 0) return arm();
    if (screen.kind === 'done') return expire();
    if (screen.busy) return;
    const started = run;
    const answer = await client.read(handle);
    // An answer may have prolonged it meanwhile.
    if (started !== run || screen.kind !== 'step' || screen.busy || ends.leftMs() > 0) return;
    if (answer.kind === 'view' && answer.view.expiresAt > answer.view.now) watchTime(answer.view);
    else expire();
  };

  const showView = ({ view, requestId }: Extract<FlowAnswer, { kind: 'view' }>) => {
    const { step, error } = view;
    isSigning = !!view.transaction;
    const before = screen.kind === 'step' ? screen.step : screen.kind;
    isUncertain = false;
    watchTime(view);
    if (step !== before) post({ type: 'change', step });
    if (step === 'denied') return deny(error?.code ?? 'ACCESS_DENIED', requestId, view.unlock);
    if (step === 'done') {
      memory?.forget();
      setScreen({ kind: 'done', isSigning, unlock: view.unlock });
      if (view.used) post({ type: 'used', factor: view.used });
      return post({ type: 'success', result: view.result ?? '', expiresAt: view.expiresAt });
    }
    const notice = error && {
      text: error.code,
      ...(error.retryAfterMs && { wait: deadlineIn(error.retryAfterMs) }),
    };
    const resend = view.sent && deadlineIn(view.sent.resendAfterMs);
    setScreen({ kind: 'step', step, view, busy: false, ...(notice && { notice }), ...(resend && { resend }) });
    // At the first step there is nothing to resume yet.
    if (step !== 'identify') void memory?.keep(handle);
    const { factor = '' } = view;
    if (error) postError(error.code, requestId);
    else if (needsSend(view) && codeRequestedIn !== run + factor) {
      // Request the code once on arrival; after that the user decides.
      codeRequestedIn = run + factor;
      void choose(factor);
    }
  };

  const showNotice = (key: NoticeKey) => {
    if (screen.kind === 'step') setScreen({ ...screen, busy: false, notice: { text: key } });
  };

  /** Reads the flow after a lost response. True if that brought news. */
  const readAgain = async (seq: number): Promise<boolean> => {
    const started = run;
    const answer = await client.read(handle);
    if (started !== run) return true;
    if (answer.kind === 'view' && answer.view.seq !== seq) showView(answer);
    else if (answer.kind === 'refused' && answer.code === 'FLOW_NOT_FOUND') expire();
    else {
      isUncertain = answer.kind === 'lost';
      return false;
    }
    return true;
  };

  const refuse = async (refusal: Extract<FlowAnswer, { kind: 'refused' }>, seq: number) => {
    const { code, retryAfterMs, requestId } = refusal;
    if (code === 'FLOW_NOT_FOUND') return expire();
    if (code === 'STEP_STALE' || code === 'STEP_NOT_EXPECTED')
      return (await readAgain(seq)) || showNotice('interrupted');
    if (code === 'STEP_IN_PROGRESS') {
      for (const ms of POLL_DELAYS_MS) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (await readAgain(seq)) return;
      }
      return showNotice('stillChecking');
    }
    if (FINAL.has(code)) return deny(code, requestId);
    if (screen.kind !== 'step') return;
    setScreen({
      ...screen,
      busy: false,
      notice: { text: code, ...(retryAfterMs && { wait: deadlineIn(retryAfterMs) }) },
    });
    postError(code, requestId);
  };

  const start = () => {
    run++;
    handle = '';
    clearTimeout(timer);
    settle(false);
    flowStarted = new Promise((resolve) => {
      settle = resolve;
    });
    if (first) {
      post({ type: 'change', step: 'identify' });
      setScreen({ kind: 'step', step: 'identify', view: first, busy: false });
      first = undefined;
    } else setScreen({ kind: 'loading' });
    post({ type: 'want' });
    timer = setTimeout(() => {
      post({ type: 'timeout' });
      setScreen({ kind: 'failed' });
    }, NONCE_TIMEOUT_MS);
  };

  /** Sends one answer at a time, and reads the flow if the response is lost. */
  const send = async (ask: (seq: number, step: AnswerableStep) => Promise<FlowAnswer>) => {
    if (screen.kind !== 'step' || screen.busy || screen.notice?.wait?.leftMs()) return;
    const { step, view } = screen;
    const { notice: _, ...rest } = screen;
    setScreen({ ...rest, busy: true });
    if (isEarly() && !(await flowStarted)) return;
    const asked = run;
    const canBeSeen = await isVisible();
    if (asked !== run) return;
    if (!canBeSeen) return showNotice('tooSmall');
    if (isUncertain && (await readAgain(view.seq))) return;
    if (isUncertain) return showNotice('interrupted');
    const answer = await ask(view.seq, step);
    if (asked !== run) return;
    if (answer.kind === 'view') showView(answer);
    else if (answer.kind === 'refused') await refuse(answer, view.seq);
    else if (!(await readAgain(view.seq))) showNotice('interrupted');
  };

  const showPasskey = (assertion: PasskeyAssertion) => send((seq) => client.answer(handle, seq, 'passkey', assertion));
  const choose = (factor: string) => send((seq) => client.act(handle, seq, 'factor', { factor }));

  return {
    start,

    restart() {
      memory?.forget();
      start();
    },

    async begin(nonce, loginRequest, preferences) {
      const begun = ++run;
      clearTimeout(timer);
      if (!NONCE.test(nonce)) {
        setScreen({ kind: 'failed' });
        return postError('NONCE_INVALID');
      }
      if (!isEarly()) setScreen({ kind: 'loading' });
      canRestart = !loginRequest;
      const { prefer, purpose }: Partial<StartFlowRequest> = { ...preferences };
      // A sign-in and a transaction on one page must not share a handle.
      memory = memoryOf(nonce + (purpose ?? ''), loginRequest);

      const storedHandle = await memory.recall();
      if (storedHandle && begun === run) {
        const answer = await client.read(storedHandle);
        if (begun !== run) return;
        if (answer.kind === 'view' && answer.view.step !== 'denied') {
          handle = storedHandle;
          return showView(answer);
        }
        if (answer.kind === 'lost') return setScreen({ kind: 'offline' });
      }
      if (begun !== run) return;
      // A flow of another session ends here too.
      memory.forget();

      const answer = await client.begin({
        resource,
        nonce,
        origin,
        ...(loginRequest && { loginRequest }),
        ...(prefer && { prefer }),
        ...(purpose && { purpose }),
        ...(traits && { traits: traits() }),
      });
      if (begun !== run) return;
      if (answer.kind === 'view') {
        const wasEarly = isEarly();
        handle = answer.view.handle;
        if (!wasEarly || screen.kind !== 'step' || answer.view.step !== 'identify') return showView(answer);
        // The user may have typed or sent a name already.
        watchTime(answer.view);
        setScreen({ ...screen, view: answer.view });
        return settle(true);
      }
      if (answer.kind === 'lost') {
        post({ type: 'timeout' });
        setScreen({ kind: 'offline' });
      } else if (FINAL.has(answer.code)) deny(answer.code, answer.requestId);
      else {
        setScreen({ kind: 'denied', code: answer.code, canRestart: true, isSigning });
        postError(answer.code, answer.requestId);
      }
    },

    fail() {
      clearTimeout(timer);
      setScreen({ kind: 'failed' });
    },

    submit: (value) => send((seq, step) => client.answer(handle, seq, step, value)),

    act: (path, fields) => send((seq) => client.act(handle, seq, path, fields)),
    ask: (path) => client.act(handle, 0, path),

    async startPasskey(ask) {
      if (screen.kind !== 'step' || screen.busy || !screen.view.passkey) return;
      const { notice: _, ...rest } = screen;
      setScreen({ ...rest, busy: true });
      if (isEarly() && !(await flowStarted)) return;
      const asked = run;
      const { passkey } = screen.view;
      if (!passkey) return setScreen({ ...screen, busy: false });
      const outcome = await ask(passkey);
      if (asked !== run || screen.kind !== 'step') return;
      if ('failure' in outcome) return showNotice(outcome.failure as NoticeKey);
      screen = { ...screen, busy: false };
      return showPasskey(outcome.assertion);
    },

    showPasskey,

    choose,

    cancel: () => send((seq) => client.cancel(handle, seq)),

    checkTime,
  };
}
