import {
  type ConnectMessage,
  type Look,
  PROTOCOL_VERSION,
  readToHost,
  type ToFrame,
  type ToHost,
} from '@countersign/protocol/frame-protocol';
import { claimSlot, createFrame } from './frame-element.ts';
import type { MaybeLazy, MountOptions, WidgetError, WidgetEvents, WidgetHandle } from './options.ts';

/** On the element itself, so that two copies of the loader on one page agree. */
const HANDLE = Symbol.for('countersign');
type Target = HTMLElement & { [HANDLE]?: WidgetHandle };

/** Puts the widget into the target. `scriptUrl`: where this script came from, hence where the service is. */
export function mountWidget(target: Target, options: MountOptions, scriptUrl: string | undefined): WidgetHandle {
  const known = target[HANDLE];
  if (known) return known;

  const current = { ...options };
  let isLive = true;
  let service = '';
  let frame: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let mount = '';
  let slot = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSettled = true;
  let outcome: Promise<string>;
  let settle: (error: WidgetError | undefined, result?: string) => void;

  /** Of what `result()` answers: a new one for each sign-in, but those who wait for the last keep waiting. */
  const expectResult = () => {
    if (!isSettled) return;
    isSettled = false;
    outcome = new Promise((resolve, reject) => {
      settle = (error, result = '') => {
        isSettled = true;
        if (error) reject(error);
        else resolve(result);
      };
    });
    // Nobody has to ask for it.
    outcome.catch(() => {});
  };

  const emit = <Name extends keyof WidgetEvents>(name: Name, detail?: WidgetEvents[Name]) => {
    // By way of the DOM: a listener that throws is reported there, and stops nobody else.
    target.dispatchEvent(new CustomEvent(`countersign:${name}`, { detail, bubbles: true }));
    // Looked up now: `update` may have brought a newer one.
    const callback = current[`on${name.replace(/./, (first) => first.toUpperCase())}` as keyof MountOptions];
    if (typeof callback === 'function') (callback as (detail: unknown) => void)(detail);
  };

  const whole = <Message extends ToFrame | ConnectMessage>(message: Message) => ({
    v: PROTOCOL_VERSION,
    mount,
    ...message,
  });
  const say = (message: ToFrame) => port?.postMessage(whole(message));

  const look = (): Look => {
    const { theme = 'auto', locale = 'auto', title = 'Sign in', closable, variables, prefer, purpose } = current;
    if (frame) {
      frame.title = title;
      // Frame and page must agree on the colour scheme, or the browser paints a box behind the frame.
      frame.style.colorScheme = theme === 'light' || theme === 'dark' ? theme : 'light dark';
    }
    return {
      theme: `${theme}`,
      locale: locale === 'auto' ? document.documentElement.lang : `${locale}`,
      closable: !!closable,
      // What each may be, the frame says: it has to, whoever is around it.
      variables: { ...variables, prefer, purpose },
    };
  };

  const unload = () => {
    clearTimeout(timer);
    port?.close();
    frame?.remove();
    port = frame = undefined;
  };

  const showFallback = (show: boolean) => {
    for (const fallback of target.querySelectorAll<HTMLElement>('[data-countersign-fallback]')) fallback.hidden = !show;
  };

  const giveUp = (code: string, message?: string) => {
    const error = errorOf(code, message);
    unload();
    showFallback(true);
    settle(error);
    emit('loaderror', error);
  };

  /** Asks the page for its nonce, as late as can be. Whether it is one, the frame says. */
  const begin = async () => {
    const asking = port;
    let answer: ToFrame = { type: 'failed' };
    let problem: WidgetError | undefined;
    try {
      const nonce = `${await resolveLazy(current.nonce)}`;
      answer = { type: 'begin', nonce, loginRequest: (await resolveLazy(current.loginRequest)) ?? '' };
    } catch (thrown) {
      problem = errorOf('NONCE_FAILED', `${thrown}`);
    }
    // Destroyed or loaded anew meanwhile: that frame asks for itself.
    if (asking !== port) return;
    say(answer);
    if (problem) emit('error', problem);
  };

  const hear = (message: ToHost | undefined) => {
    if (!message || !frame) return;
    const { type, ...detail } = message;
    if (type === 'hello') {
      clearTimeout(timer);
      showFallback(false);
      frame.style.visibility = 'visible';
    } else if (type === 'want') {
      expectResult();
      begin();
    } else if (type === 'size') {
      // Within the bounds that it was made with; what is no height is none.
      frame.style.height = `${message.height}px`;
    } else {
      if (type === 'success') settle(undefined, message.result);
      if (type === 'error' && !message.retryable) settle(message);
      emit(type, detail as WidgetEvents[typeof type]);
    }
  };

  const load = (mayRetry: boolean) => {
    const { loadTimeoutMs: timeoutMs = 10_000 } = current;
    const wait = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (mayRetry) load(false);
        else giveUp('LOAD_FAILED', `Is ${origin} allowed?`);
      }, ms);
    };
    unload();
    const made = createFrame(service, current.resource);
    frame = made;
    slot = claimSlot(made);
    look();
    made.onload = () => {
      // Once per document: a frame that was reloaded, or moved in the page, is told anew.
      const { port1, port2 } = new MessageChannel();
      port?.close();
      port = port1;
      mount = crypto.getRandomValues(new Uint32Array(4)).join('-');
      port1.onmessage = ({ data }) => hear(readToHost(data, mount));
      // Exactly the service's origin: should the frame have gone elsewhere, the browser drops the message and the port.
      made.contentWindow?.postMessage(whole({ type: 'connect', slot, ...look() }), service, [port2]);
      // Scripts of the frame run before its load event: one that is silent now hardly ever speaks.
      wait(timeoutMs / 2);
    };
    if (current.mode === 'popup') {
      // Few want it, so it is loaded for those (the build says from where): a window is what the frame would have been.
      import('./popup.ts').then(
        ({ offerPopup: offer }) => made === frame && offer(made, target, service, emit),
        () => wait(0),
      );
    } else {
      target.append(made);
      wait(timeoutMs);
    }
  };

  const start = () => {
    if (!isLive) return;
    // Scheme and host of the address; one that is none does not load. A `javascript:` one would run in this page.
    service = (current.service ?? scriptUrl ?? '').split('/', 3).join('/');
    if (service.startsWith('http') && current.resource) load(true);
    else giveUp('OPTIONS_INVALID');
  };

  const handle: WidgetHandle = {
    on(name, listener) {
      // Whoever mounts here after this one makes events of the same names.
      const hearOne = (event: Event) => isLive && listener((event as CustomEvent).detail);
      target.addEventListener(`countersign:${name}`, hearOne);
      return () => target.removeEventListener(`countersign:${name}`, hearOne);
    },
    result: () => outcome,
    update(changes) {
      Object.assign(current, changes);
      say({ type: 'update', ...look() });
    },
    reset() {
      expectResult();
      if (frame) say({ type: 'reset' });
      else start();
    },
    focus() {
      frame?.focus();
      say({ type: 'focus' });
    },
    destroy() {
      if (isLive) delete target[HANDLE];
      isLive = false;
      unload();
      settle(errorOf('DESTROYED'));
    },
  };
  expectResult();
  target[HANDLE] = handle;
  // Not before the caller has the handle and can listen.
  queueMicrotask(start);
  return handle;
}

/** What goes wrong on the page's side of the frame. With a message of its own it is an outage, else a mistake. */
function errorOf(code: string, message = code): WidgetError {
  return { code, message, retryable: message !== code, requestId: '' };
}

async function resolveLazy<T>(value: MaybeLazy<T>): Promise<T> {
  return typeof value === 'function' ? (value as () => T | PromiseLike<T>)() : value;
}
