import { isVariable, THEMES } from '../../shared/wire/appearance.ts';
import {
  LOCALE,
  LOGIN_REQUEST,
  type Look,
  NONCE,
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

/** Scripts of the frame run before its load event: one that is silent for so long afterwards never speaks. */
const HELLO_TIMEOUT_MS = 4_000;

type Outcome = { result: string } | { error: WidgetError };

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
  let slot = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let outcome: Outcome | undefined;
  let waiting: ((outcome: Outcome) => void)[] = [];

  /** By way of the DOM: a listener that throws is reported there, and stops nobody else. */
  const emit = <Name extends keyof WidgetEvents>(name: Name, detail?: WidgetEvents[Name]) => {
    target.dispatchEvent(new CustomEvent(`countersign:${name}`, { detail, bubbles: true }));
  };

  const on: WidgetHandle['on'] = (name, listener) => {
    const hear = (event: Event) => event.target === target && listener((event as CustomEvent).detail);
    const stop = () => target.removeEventListener(`countersign:${name}`, hear);
    target.addEventListener(`countersign:${name}`, hear);
    cleanups.push(stop);
    return stop;
  };

  const settle = (next: Outcome) => {
    outcome = next;
    for (const settleOne of waiting) settleOne(next);
    waiting = [];
  };

  const say = (message: ToFrame | { type: 'connect'; slot: number; look: Look }, to?: MessagePort) => {
    const whole = { v: PROTOCOL_VERSION, mount, ...message };
    // Exactly the service's origin: should the frame have gone elsewhere, the browser drops the message and the port.
    if (to) frame?.contentWindow?.postMessage(whole, service, [to]);
    else port?.postMessage(whole);
  };

  /** What the frame may be told of the options: it refuses what is not valid, so that is left out here. */
  const look = (): Look => {
    const theme = THEMES.find((name) => name === current.theme) ?? 'auto';
    const asked = current.locale && current.locale !== 'auto' ? current.locale : document.documentElement.lang;
    if (frame) {
      frame.title = current.title ?? 'Sign in';
      // Frame and page must agree on the colour scheme, or the browser paints a box behind the frame.
      setStyle(frame, { 'color-scheme': theme === 'light' || theme === 'dark' ? theme : 'light dark' });
    }
    return {
      theme,
      locale: LOCALE.test(asked) ? asked : '',
      closable: !!current.closable,
      variables: Object.fromEntries(Object.entries(current.variables ?? {}).filter(isVariable)),
    };
  };

  const disconnect = () => {
    clearTimeout(timer);
    port?.close();
    port = undefined;
  };

  const unload = () => {
    disconnect();
    frame?.remove();
    frame = undefined;
  };

  const showFallback = (show: boolean) => {
    const fallback = current.fallback ?? target.querySelector<HTMLElement>('[data-countersign-fallback]');
    if (fallback) fallback.hidden = !show;
  };

  const giveUp = (code: string, message: string, retryable: boolean) => {
    const error = { code, message, retryable, requestId: '' };
    unload();
    showFallback(true);
    settle({ error });
    emit('loaderror', error);
  };

  /** Asks the host for its nonce, as late as can be. */
  const begin = async () => {
    const asking = port;
    let answer: ToFrame = { type: 'failed' };
    let problem: unknown = 'The nonce must be 16 to 256 characters of [A-Za-z0-9_.~-].';
    try {
      const [nonce, loginRequest = ''] = await Promise.all([late(current.nonce), late(current.loginRequest)]);
      if (NONCE.test(nonce) && LOGIN_REQUEST.test(loginRequest)) answer = { type: 'begin', nonce, loginRequest };
    } catch (thrown) {
      problem = thrown;
    }
    // Destroyed or loaded anew meanwhile: that frame asks for itself.
    if (!asking || asking !== port) return;
    say(answer);
    if (answer.type === 'failed') {
      emit('error', { code: 'NONCE_UNAVAILABLE', message: `${problem}`, retryable: true, requestId: '' });
    }
  };

  const hear = (message: ToHost | undefined) => {
    if (!message || !frame) return;
    const { type } = message;
    if (type === 'hello') {
      clearTimeout(timer);
      showFallback(false);
      setStyle(frame, { visibility: 'visible' });
    } else if (type === 'want') {
      outcome = undefined;
      void begin();
    } else if (type === 'size') {
      resizeFrame(frame, message.height);
    } else {
      const { type: _, ...detail } = message;
      if (type === 'success') settle({ result: message.result });
      if (type === 'error' && message.final) settle({ error: message });
      emit(type, (Object.keys(detail).length > 0 ? detail : undefined) as WidgetEvents[typeof type]);
    }
  };

  const connect = () => {
    disconnect();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (event) => hear(readToHost(event.data, mount));
    mount = crypto.getRandomValues(new Uint32Array(4)).join('-');
    say({ type: 'connect', slot, look: look() }, channel.port2);
  };

  const load = (attemptsLeft: number) => {
    unload();
    const wait = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (attemptsLeft > 0) load(attemptsLeft - 1);
        else giveUp('LOAD_FAILED', `No sign-in from ${service}. Does ${current.resource} allow ${origin}?`, true);
      }, ms);
    };
    const timeoutMs = current.loadTimeoutMs ?? 10_000;
    frame = createFrame(service, current.resource);
    slot = claimSlot(frame);
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
      if (/^res_\w+$/.test(current.resource)) return load(1);
    } catch {}
    giveUp('OPTIONS_INVALID', '`resource` must be an id res_..., `service` the origin of the service.', false);
  };

  for (const name of ['ready', 'change', 'success', 'error', 'expire', 'timeout', 'close', 'loaderror'] as const) {
    on(name, (detail) => {
      // Looked up now: `update` may have brought a newer one.
      const callback = current[`on${name[0]?.toUpperCase()}${name.slice(1)}` as keyof MountOptions];
      if (typeof callback === 'function') (callback as (detail: unknown) => void)(detail);
    });
  }

  const handle: WidgetHandle = {
    on,
    result: () =>
      new Promise((resolve, reject) => {
        const take = (next: Outcome) => ('result' in next ? resolve(next.result) : reject(next.error));
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
      settle({ error: { code: 'DESTROYED', message: 'The widget was removed.', retryable: false, requestId: '' } });
    },
  };
  target[HANDLE] = handle;
  // Not before the caller has the handle and can listen.
  queueMicrotask(() => target[HANDLE] === handle && start());
  return handle;
}

async function late<T>(value: Late<T>): Promise<T> {
  return typeof value === 'function' ? (value as () => T | PromiseLike<T>)() : value;
}
