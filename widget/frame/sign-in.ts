import type { BrowserTraits, FlowView, StartFlowRequest } from '@countersign/protocol/flow';
import type { ToHost } from '@countersign/protocol/frame-protocol';
import type { PasskeyAssertion, PasskeyRequest } from '@countersign/protocol/passkey';
import type { PasskeyOutcome } from '@countersign/protocol/passkey-window';
import { deadlineIn } from '@countersign/ui/deadline';
import type { FlowAnswer, FlowClient } from './flow-client.ts';
import type { FlowMemory } from './flow-memory.ts';
import {
  type Action,
  type Context,
  type Effects,
  type EventName,
  type Outcome,
  reduce,
  type State,
} from './reduce-sign-in.ts';
import type { Screen, StepScreen } from './screen.ts';

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
  // The challenge comes with the flow.
  return { step: 'identify', passkey: hasPasskey ? { challenge: '' } : undefined } as FlowView;
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

type ActionOf<Verb extends Action[0]> = Extract<Action, [Verb, ...unknown[]]>;

/** Keeps the state of a sign-in, and carries out the effects of its events. */
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
  let state: State = {
    run: 0,
    screen: first ? { kind: 'step', step: 'identify', view: first, busy: false } : { kind: 'loading' },
    effects: [],
  };
  let memory: FlowMemory | undefined;
  let isReady = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ends = deadlineIn(0);

  const read = async (_?: number, delayMs?: number) => {
    if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs));
    return client.read(state.handle as string);
  };
  /** One that returns something brings an event of its name with it. */
  const effects = {
    show(screen) {
      show(screen);
      if (!isReady && screen.kind !== 'loading') {
        isReady = true;
        post({ type: 'ready' });
      }
    },
    post,
    wait(ms) {
      ends = deadlineIn(ms);
      checkTime();
    },
    forget: () => memory?.forget(),
    keep: () => void memory?.keep(state.handle as string),
    recall: () => memory?.recall(),
    resume: client.read,
    begin: client.begin,
    look: isVisible,
    use: () => (state.action as ActionOf<'use'>)[1]((state.screen as StepScreen).view.passkey as PasskeyRequest),
    send() {
      const [verb, ...values] = state.action as ActionOf<'act'>;
      return client[verb](state.handle as string, (state.screen as StepScreen).view.seq, ...values);
    },
    read,
    check: read,
  } satisfies { [Name in keyof Effects]: (...values: Effects[Name]) => unknown };

  const dispatch = async <Name extends EventName>(
    name: Name,
    outcome?: Outcome<Name>,
    context?: Context<Name>,
    of = state.run,
  ): Promise<void> => {
    state = reduce(state, of, name, outcome as Outcome<Name>, context as Context<Name>, deadlineIn);
    const { run } = state;
    for (const [effect, ...values] of state.effects) {
      const result = (effects[effect] as (...values: unknown[]) => unknown)(...values);
      // No effect follows one that brings an event.
      if (result) return dispatch(effect as Name, (await result) as Outcome<Name>, values[0] as Context<Name>, run);
    }
  };

  const checkTime = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (ends.leftMs() ? checkTime() : dispatch('time')), ends.leftMs());
  };

  /** No answer is accepted during a wait. */
  const act = async (...action: Action) => {
    if (!(state.screen as StepScreen).notice?.wait?.leftMs()) await dispatch('act', action);
  };

  return {
    start: () => dispatch('start'),
    restart() {
      memory?.forget();
      void dispatch('start');
    },
    begin(nonce, loginRequest, preferences) {
      const { prefer, purpose }: Partial<StartFlowRequest> = { ...preferences };
      // A sign-in and a transaction on one page must not share a handle.
      memory = memoryOf(nonce + (purpose ?? ''), loginRequest);
      // What is undefined is not sent.
      return dispatch('nonce', {
        resource,
        nonce,
        origin,
        loginRequest: loginRequest || undefined,
        prefer: prefer || undefined,
        purpose: purpose || undefined,
        traits: traits?.(),
      } as StartFlowRequest);
    },
    fail: () => dispatch('fail'),
    submit: (value) => act('answer', (state.screen as StepScreen).step, value),
    showPasskey: (assertion) => act('answer', 'passkey', assertion),
    act: (path, fields) => act('act', path, fields),
    choose: (factor) => act('act', 'factor', { factor }),
    cancel: () => act('answer', 'cancel'),
    startPasskey: (ask) => dispatch('act', ['use', ask]),
    ask: (path) => client.act(state.handle as string, 0, path),
    checkTime,
  };
}
