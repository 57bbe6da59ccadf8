import { PLAIN_VALUE } from '../../shared/wire/appearance.ts';
import {
  type ConnectMessage,
  type Look,
  PROTOCOL_VERSION,
  readToHost,
  type ToFrame,
  type ToHost,
} from '../../shared/wire/frame-protocol.ts';
import { claimSlot, createFrame, resizeFrame, setStyle } from './frame-element.ts';
import type { Late, MountOptions, WidgetError, WidgetEvents, WidgetHandle } from './options.ts';

/** On the element itself, so that two copies of the loader on one page agree. */
const HANDLE = Symbol.for('countersign');
type Target = HTMLElement & { [HANDLE]?: WidgetHandle };

const LOAD_TIMEOUT_MS = 10_000;
/** Scripts of the frame run before its load event: one that is silent for so long afterwards never speaks. */
const HELLO_TIMEOUT_MS = 4_000;

type Outcome = [error: WidgetError | undefined, result?: string];

/** Puts the widget into the target. `scriptUrl`: where this script came from, hence where the service is. */
export function mountWidget(target: Target, options: MountOptions, scriptUrl: string | undefined): WidgetHandle {
  const known = target[HANDLE];
  if (known) return known;

  const current = { ...options };
  const cleanups: (() => void)[] = [];
  let service = '';
  let frame: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let mount = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let outcome: Outcome | undefined;
  let waiting: ((outcome: Outcome) => void)[] = [];

  const emit = <Name extends keyof WidgetEvents>(name: Name, detail?: WidgetEvents[Name]) => {
    // By way of the DOM: a listener that throws is reported there, and stops nobody else.
    target.dispatchEvent(new CustomEvent(`countersign:${name}`, { detail, bubbles: true }));
    // Looked up now: `update` may have brought a newer one.
    const callback = current[`on${name.replace(/./, (first) => first.toUpperCase())}` as keyof MountOptions];
    if (typeof callback === 'function') (callback as (detail: unknown) => void)(detail);
  };

  const settle = (next: Outcome) => {
    outcome = next;
    for (const take of waiting) take(next);
    waiting = [];
  };

  const say = (message: ToFrame | ConnectMessage, passed?: MessagePort) => {
    const whole = { v: PROTOCOL_VERSION, mount, ...message };
    // Exactly the service's origin: should the frame have gone elsewhere, the browser drops the message and the port.
    if (passed) frame?.contentWindow?.postMessage(whole, service, [passed]);
    else port?.postMessage(whole);
  };

  const look = (): Look => {
    const { theme = 'auto', locale = 'auto', title = 'Sign in', closable, variables = {} } = current;
    if (frame) {
      frame.title = title;
      // Frame and page must agree on the colour scheme, or the browser paints a box behind the frame.
      setStyle(frame, { 'color-scheme': theme === 'light' || theme === 'dark' ? theme : 'light dark' });
    }
    return {
      theme: `${theme}`,
      locale: locale === 'auto' ? document.documentElement.lang : `${locale}`,
      closable: !!closable,
      variables: Object.fromEntries(
        Object.entries(variables).filter(([, value]) => typeof value === 'string' && PLAIN_VALUE.test(value)),
      ),
    };
  };

  const unload = () => {
    clearTimeout(timer);
    port?.close();
    frame?.remove();
    port = frame = undefined;
  };

  const showFallback = (show: boolean) => {
    const fallback = target.querySelector<HTMLElement>('[data-countersign-fallback]');
    if (fallback) fallback.hidden = !show;
  };

  const giveUp = (code: string, message?: string) => {
    const error = errorOf(code, message);
    unload();
    showFallback(true);
    settle([error]);
    emit('loaderror', error);
  };

  /** Asks the page for its nonce, as late as can be. Whether it is one, the frame says. */
  const begin = async () => {
    const asking = port;
    let answer: ToFrame = { type: 'failed' };
    let problem: WidgetError | undefined;
    try {
      const [nonce, loginRequest = ''] = await Promise.all([late(current.nonce), late(current.loginRequest)]);
      answer = { type: 'begin', nonce: `${nonce}`, loginRequest: `${loginRequest}` };
    } catch (thrown) {
      problem = errorOf('NONCE_UNAVAILABLE', `${thrown}`);
    }
    // Destroyed or loaded anew meanwhile: that frame asks for itself.
    if (!asking || asking !== port) return;
    say(answer);
    if (problem) emit('error', problem);
  };

  const hear = (message: ToHost | undefined) => {
    if (!message || !frame) return;
    const { type, ...detail } = message;
    if (type === 'hello') {
      clearTimeout(timer);
      showFallback(false);
      setStyle(frame, { visibility: 'visible' });
    } else if (type === 'want') {
      outcome = undefined;
      begin();
    } else if (type === 'size') {
      resizeFrame(frame, message.height);
    } else {
      if (type === 'success') settle([undefined, message.result]);
      if (type === 'error' && !message.retryable) settle([message]);
      emit(type, detail as WidgetEvents[typeof type]);
    }
  };

  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    port?.close();
    port = port1;
    mount = crypto.getRandomValues(new Uint32Array(4)).join('-');
    port.onmessage = ({ data }) => hear(readToHost(data, mount));
    if (frame) say({ type: 'connect', slot: claimSlot(frame), look: look() }, port2);
  };

  const load = (attemptsLeft: number) => {
    const timeoutMs = current.loadTimeoutMs ?? LOAD_TIMEOUT_MS;
    const wait = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (attemptsLeft) load(attemptsLeft - 1);
        else giveUp('LOAD_FAILED', `No answer from ${service}. Does ${current.resource} allow ${origin}?`);
      }, ms);
    };
    unload();
    frame = createFrame(service, current.resource);
    look();
    frame.onload = () => {
      connect();
      wait(Math.min(timeoutMs, HELLO_TIMEOUT_MS));
    };
    target.append(frame);
    wait(timeoutMs);
  };

  const start = () => {
    try {
      service = new URL(current.service ?? scriptUrl ?? '').origin;
    } catch {}
    if (service && /^res_\w+$/.test(current.resource)) load(1);
    else giveUp('OPTIONS_INVALID');
  };

  const handle: WidgetHandle = {
    on(name, listener) {
      const hearOne = (event: Event) => event.target === target && listener((event as CustomEvent).detail);
      const stop = () => target.removeEventListener(`countersign:${name}`, hearOne);
      target.addEventListener(`countersign:${name}`, hearOne);
      cleanups.push(stop);
      return stop;
    },
    result: () =>
      new Promise((resolve, reject) => {
        const take = ([error, result = '']: Outcome) => (error ? reject(error) : resolve(result));
        if (outcome) take(outcome);
        else waiting.push(take);
      }),
    update(changes) {
      Object.assign(current, changes);
      say({ type: 'update', look: look() });
    },
    reset() {
      outcome = undefined;
      if (frame) say({ type: 'reset' });
      else if (target[HANDLE] === handle) start();
    },
    focus() {
      frame?.focus();
      say({ type: 'focus' });
    },
    destroy() {
      if (target[HANDLE] !== handle) return;
      delete target[HANDLE];
      unload();
      for (const cleanup of cleanups) cleanup();
      settle([errorOf('DESTROYED')]);
    },
  };
  target[HANDLE] = handle;
  // Not before the caller has the handle and can listen.
  queueMicrotask(() => target[HANDLE] === handle && start());
  return handle;
}

/** What goes wrong on the page's side of the frame. With a message of its own it is an outage, else a mistake. */
function errorOf(code: string, message = code): WidgetError {
  return { code, message, retryable: message !== code, requestId: '' };
}

async function late<T>(value: Late<T>): Promise<T> {
  return typeof value === 'function' ? (value as () => T | PromiseLike<T>)() : value;
}
