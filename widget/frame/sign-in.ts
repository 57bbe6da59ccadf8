import type { BeginFlow, BrowserTraits, FlowView } from '@countersign/protocol/flow';
import { NONCE, type ToHost } from '@countersign/protocol/frame-protocol';
import type { PasskeyAssertion, PasskeyRequest } from '@countersign/protocol/passkey';
import type { PasskeyOutcome } from '@countersign/protocol/passkey-window';
import { deadlineIn } from '@countersign/ui/deadline';
import { english, isText } from '../i18n/texts.ts';
import type { AnswerableStep, FlowAnswer, FlowClient } from './flow-client.ts';
import type { FlowMemory } from './flow-memory.ts';
import type { NoticeKey, Screen } from './screen.ts';
import { needsSend } from './steps/fields.ts';

/** How long the page may take to hand over its nonce. */
const NONCE_TIMEOUT_MS = 10_000;
/** Waits between looks at a step that another request is having checked. */
const POLL_DELAYS_MS = [400, 800, 1_600, 3_200];

/** Refusals that another try cannot change. */
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
  'TOKEN_OUT_OF_STEP',
]);

export interface SignInParts {
  resource: string;
  /** The origin of the page around the frame, as its own message proved it. */
  origin: string;
  client: FlowClient;
  memoryOf(nonce: string, loginRequest: string): FlowMemory;
  say(message: ToHost): void;
  show(screen: Screen): void;
  /** Asked before anything is sent: whether the person can see what they do. */
  isInSight(): Promise<boolean>;
  /** What the browser is like. Absent: nobody asks. */
  traits?: (() => BrowserTraits) | undefined;
}

/** One sign-in after another, from asking the page for a nonce to the result. Knows no DOM. */
export interface SignIn {
  /** Asks the page for a nonce to begin with; the page may come back to a flow that was begun with the same one. */
  start(): void;
  /** The same, but forgets the flow at hand. */
  restart(): void;
  /** The page's nonce has come. `wishes`: what the page would like, as far as it says so; the service judges it. */
  begin(nonce: string, loginRequest: string, wishes?: object | null): Promise<void>;
  /** The page has no nonce. */
  fail(): void;
  /** The person answers the step on the screen. While that is being checked, further answers are none. */
  submit(value: string): Promise<void>;
  /** The person wants to use a passkey; `ask` has the browser ask for it. */
  askForPasskey(ask: (request: PasskeyRequest) => Promise<PasskeyOutcome>): Promise<void>;
  /** A passkey has answered what this step asks. */
  showPasskey(assertion: PasskeyAssertion): Promise<void>;
  /** The person wants to show the second factor in another way. */
  choose(factor: string): Promise<void>;
  /** The person answers a step that is not answered by typing: below `flow/`, with what that takes. */
  act(path: string, fields?: object): Promise<void>;
  /** Of a sign-in that has ended: asks for what is left to the person. */
  ask(path: string): Promise<FlowAnswer>;
  /** The person does not want to confirm this. */
  cancel(): Promise<void>;
  /** The device woke up or the page came to the front: the flow may have ended meanwhile. */
  checkTime(): void;
}

export function createSignIn({
  resource,
  origin,
  client,
  memoryOf,
  say,
  show,
  isInSight,
  traits,
}: SignInParts): SignIn {
  let screen: Screen = { kind: 'loading' };
  let handle = '';
  let memory: FlowMemory | undefined;
  let mayRestart = true;
  let isReady = false;
  /** Whether this is a transaction, as far as the service has said. */
  let signs = false;
  /** Set when an answer was lost and may yet have arrived. */
  let isUncertain = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ends = deadlineIn(0);
  /** Counts beginnings, so that a late answer to an abandoned flow is dropped. */
  let run = 0;
  /** The beginning in which a code has been asked for without the person's doing. */
  let askedFor = -1;

  const put = (next: Screen) => {
    screen = next;
    show(next);
    if (!isReady && next.kind !== 'loading') {
      isReady = true;
      say({ type: 'ready' });
    }
  };

  const sayError = (code: string, requestId = '', mayRetry = !FINAL.has(code)) => {
    const message = isText(code) ? english(code) : '';
    say({ type: 'error', code, message, retryable: mayRetry, requestId });
  };

  const deny = (code: string, requestId?: string, unlock?: FlowView['unlock']) => {
    memory?.forget();
    clearTimeout(timer);
    // Only the site can ask anew.
    put({
      kind: 'denied',
      code,
      mayRestart: mayRestart && code !== 'LOGIN_REQUEST_INVALID',
      signs,
      ...(unlock && { unlock }),
    });
    sayError(code, requestId, false);
  };

  const expire = () => {
    memory?.forget();
    clearTimeout(timer);
    handle = '';
    put({ kind: 'expired', signs });
    say({ type: 'expire' });
  };

  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(checkTime, ends.leftMs() + 1);
  };

  const watchTime = (view: FlowView) => {
    ends = deadlineIn(view.expiresAt - view.now);
    arm();
  };

  /** The device's clocks only give the occasion to ask: that a flow has ended, the service says. */
  const checkTime = async () => {
    if (screen.kind !== 'step' && screen.kind !== 'done') return;
    if (ends.leftMs() > 0) return arm();
    if (screen.kind === 'done') return expire();
    if (screen.busy) return;
    const asked = run;
    const answer = await client.read(handle);
    if (asked !== run || screen.kind !== 'step' || screen.busy) return;
    if (answer.kind === 'view' && answer.view.expiresAt > answer.view.now) watchTime(answer.view);
    else expire();
  };

  const showView = ({ view, requestId }: Extract<FlowAnswer, { kind: 'view' }>) => {
    const { step, error } = view;
    signs = !!view.transaction;
    const before = screen.kind === 'step' ? screen.step : screen.kind;
    isUncertain = false;
    watchTime(view);
    if (step !== before) say({ type: 'change', step });
    if (step === 'denied') return deny(error?.code ?? 'ACCESS_DENIED', requestId, view.unlock);
    if (step === 'done') {
      memory?.forget();
      put({ kind: 'done', signs });
      if (view.used) say({ type: 'used', factor: view.used });
      return say({ type: 'success', result: view.result ?? '', expiresAt: view.expiresAt });
    }
    const notice = error && {
      text: error.code,
      ...(error.retryAfterMs && { wait: deadlineIn(error.retryAfterMs) }),
    };
    const resend = view.sent && deadlineIn(view.sent.resendAfterMs);
    put({ kind: 'step', step, view, busy: false, ...(notice && { notice }), ...(resend && { resend }) });
    if (error) sayError(error.code, requestId);
    else if (needsSend(view) && askedFor !== run) {
      // What is sent is asked for on arrival, once; after that it is for the person to ask.
      askedFor = run;
      void choose(view.factor ?? '');
    }
  };

  const stay = (key: NoticeKey) => {
    if (screen.kind === 'step') put({ ...screen, busy: false, notice: { text: key } });
  };

  /** Looks at the flow after an answer whose fate is unknown. True if the view said more than before. */
  const lookAgain = async (seq: number): Promise<boolean> => {
    const asked = run;
    const answer = await client.read(handle);
    if (asked !== run) return true;
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
    if (code === 'STEP_STALE' || code === 'STEP_NOT_EXPECTED') return (await lookAgain(seq)) || stay('interrupted');
    if (code === 'STEP_IN_PROGRESS') {
      for (const ms of POLL_DELAYS_MS) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (await lookAgain(seq)) return;
      }
      return stay('stillChecking');
    }
    if (FINAL.has(code)) return deny(code, requestId);
    if (screen.kind !== 'step') return;
    put({
      ...screen,
      busy: false,
      notice: { text: code, ...(retryAfterMs && { wait: deadlineIn(retryAfterMs) }) },
    });
    sayError(code, requestId);
  };

  const start = () => {
    run++;
    handle = '';
    clearTimeout(timer);
    put({ kind: 'loading' });
    say({ type: 'want' });
    timer = setTimeout(() => {
      say({ type: 'timeout' });
      put({ kind: 'failed' });
    }, NONCE_TIMEOUT_MS);
  };

  /** One answer at a time; what it leads to is shown, and what became of a lost one is looked up. */
  const send = async (ask: (seq: number, step: AnswerableStep) => Promise<FlowAnswer>) => {
    if (screen.kind !== 'step' || screen.busy || screen.notice?.wait?.leftMs()) return;
    const { step, view } = screen;
    const asked = run;
    const { notice: _, ...rest } = screen;
    put({ ...rest, busy: true });
    const isSeen = await isInSight();
    if (asked !== run) return;
    if (!isSeen) return stay('tooSmall');
    if (isUncertain && (await lookAgain(view.seq))) return;
    if (isUncertain) return stay('interrupted');
    const answer = await ask(view.seq, step);
    if (asked !== run) return;
    if (answer.kind === 'view') showView(answer);
    else if (answer.kind === 'refused') await refuse(answer, view.seq);
    else if (!(await lookAgain(view.seq))) stay('interrupted');
  };

  const showPasskey = (assertion: PasskeyAssertion) => send((seq) => client.answer(handle, seq, 'passkey', assertion));
  const choose = (factor: string) => send((seq) => client.act(handle, seq, 'factor', { factor }));

  return {
    start,

    restart() {
      memory?.forget();
      start();
    },

    async begin(nonce, loginRequest, wishes) {
      const asked = ++run;
      clearTimeout(timer);
      if (!NONCE.test(nonce)) {
        put({ kind: 'failed' });
        return sayError('NONCE_INVALID');
      }
      put({ kind: 'loading' });
      mayRestart = !loginRequest;
      const { prefer, purpose }: Partial<BeginFlow> = { ...wishes };
      // A page that has both keeps them apart.
      memory = memoryOf(nonce + (purpose ?? ''), loginRequest);

      const kept = await memory.recall();
      if (kept && asked === run) {
        const answer = await client.read(kept);
        if (asked !== run) return;
        if (answer.kind === 'view' && answer.view.step !== 'denied') {
          handle = kept;
          return showView(answer);
        }
        if (answer.kind === 'lost') return put({ kind: 'offline' });
        memory.forget();
      }
      if (asked !== run) return;

      const answer = await client.begin({
        resource,
        nonce,
        origin,
        ...(loginRequest && { loginRequest }),
        ...(prefer && { prefer }),
        ...(purpose && { purpose }),
        ...(traits && { traits: traits() }),
      });
      if (asked !== run) return;
      if (answer.kind === 'view') {
        handle = answer.view.handle;
        showView(answer);
        return memory.keep(handle);
      }
      if (answer.kind === 'lost') {
        say({ type: 'timeout' });
        put({ kind: 'offline' });
      } else if (FINAL.has(answer.code)) deny(answer.code, answer.requestId);
      else {
        put({ kind: 'denied', code: answer.code, mayRestart: true, signs });
        sayError(answer.code, answer.requestId);
      }
    },

    fail() {
      clearTimeout(timer);
      put({ kind: 'failed' });
    },

    submit: (value) => send((seq, step) => client.answer(handle, seq, step, value)),

    act: (path, fields) => send((seq) => client.act(handle, seq, path, fields)),
    ask: (path) => client.act(handle, 0, path),

    async askForPasskey(ask) {
      if (screen.kind !== 'step' || screen.busy || !screen.view.passkey) return;
      const asked = run;
      const { notice: _, ...rest } = screen;
      put({ ...rest, busy: true });
      const outcome = await ask(screen.view.passkey);
      if (asked !== run || screen.kind !== 'step') return;
      if ('failure' in outcome) return stay(outcome.failure as NoticeKey);
      screen = { ...screen, busy: false };
      return showPasskey(outcome.assertion);
    },

    showPasskey,

    choose,

    cancel: () => send((seq) => client.cancel(handle, seq)),

    checkTime,
  };
}
