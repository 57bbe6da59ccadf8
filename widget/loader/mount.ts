import {
  type ConnectMessage,
  type FrameAppearance,
  PROTOCOL_VERSION,
  readToHost,
  type ToFrame,
  type ToHost,
} from '@countersign/protocol/frame-protocol';
import { createFrame } from './frame-element.ts';
import type { Callbacks, MaybeLazy, MountOptions, WidgetError, WidgetEvents, WidgetHandle } from './options.ts';

/** Stored on the element, so that two copies of the loader on one page agree. */
const HANDLE = Symbol.for('countersign');
type Target = HTMLElement & { [HANDLE]?: WidgetHandle };

/**
 * Mounts the widget into an element, or the first match of a selector; null if there is none. `scriptUrl`: address of
 * this script, whose origin is the default for the service.
 */
export function mountWidget(
  given: HTMLElement | string,
  options: MountOptions,
  scriptUrl: string | undefined,
): WidgetHandle | null {
  const current = { ...options };
  /** Scheme and host of the address; an invalid one does not load. */
  const service = `${current.service ?? scriptUrl}`.split('/', 3).join('/');
  let said: string;

  /**
   * Says to the developer of this page, once, what is wrong; resolves to true if loading again cannot help. The text is
   * code of the floating script's own folder: a page that pins its script, or has its own, gets the address of the
   * explanation alone.
   */
  const explain = (code: string): Promise<unknown> | undefined => {
    const link = `Countersign ${code}: ${service}/widget/v1/help?resource=${current.resource ?? ''}&origin=${origin}#${code}`;
    if (said === link) return undefined;
    said = link;
    return import('./explain.ts').then(
      (late) => late.explain(link, given, current),
      () => console.error(link),
    );
  };

  const target = typeof given === 'string' ? document.querySelector<Target>(given) : (given as Target | null);
  if (!target) {
    explain('TARGET_INVALID');
    return null;
  }
  const existing = target[HANDLE];
  if (existing) return existing;

  let isLive = true;
  let frame: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let mount = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let mayRetry: boolean;
  let outcome: Promise<string>;
  let settle: ((error: WidgetError | undefined, result?: string) => void) | undefined;

  /** Prepares the promise of `result()`: a new one for each sign-in, while earlier callers keep waiting. */
  const expectResult = () => {
    if (settle) return;
    outcome = new Promise((resolve, reject) => {
      settle = (error, result) => {
        settle = undefined;
        if (error) reject(error);
        else resolve(result as string);
      };
    });
    // Avoids an unhandled rejection if the page does not use `result()`.
    outcome.catch(() => {});
  };

  const emit = <Name extends keyof WidgetEvents>(name: Name, detail?: WidgetEvents[Name]) => {
    // Through the DOM: the browser reports a listener that throws, and still calls the others.
    target.dispatchEvent(new CustomEvent(`countersign:${name}`, { detail, bubbles: true }));
    // Looked up now, because `update` may have replaced it.
    if ((detail as WidgetError)?.requestId === '') explain((detail as WidgetError).code);
    const callback = `on${name.replace(/./, (first) => first.toUpperCase())}` as keyof Callbacks;
    (current[callback] as ((detail: unknown) => void) | undefined)?.(detail);
  };

  const envelope = <Message extends ToFrame | ConnectMessage>(message: Message) => ({
    v: PROTOCOL_VERSION,
    mount,
    ...message,
  });
  const post = (message: ToFrame) => port?.postMessage(envelope(message));

  const look = (): FrameAppearance => {
    const { theme = '', locale = 'auto', title = 'Sign in', closable, variables, prefer, purpose } = current;
    if (frame) {
      frame.title = title;
      // Frame and page must agree on the colour scheme, or the browser paints a box behind the frame.
      frame.style.colorScheme = theme === 'light' || theme === 'dark' ? theme : 'light dark';
    }
    return {
      theme,
      locale: locale === 'auto' ? document.documentElement.lang : locale,
      closable: !!closable,
      // The frame validates these values, since it cannot trust the page around it. `given`: the first step depends on
      // the login request.
      variables: { ...variables, prefer, purpose, given: !!current.loginRequest },
    };
  };

  const unload = () => {
    clearTimeout(timer);
    removeEventListener('message', onKnock);
    port?.close();
    frame?.remove();
    port = frame = undefined;
  };

  const hideFallback = (isHidden: boolean) => {
    for (const fallback of target.querySelectorAll<HTMLElement>('[data-countersign-fallback]'))
      fallback.hidden = isHidden;
  };

  const fail = (code: string, message?: string) => {
    const error = errorOf(code, message);
    unload();
    hideFallback(false);
    settle?.(error);
    emit('loaderror', error);
  };

  /** Asks the page for its nonce as late as possible. The frame validates it. */
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
    // Destroyed or reloaded meanwhile: the new frame asks for its own nonce.
    if (asking !== port) return;
    post(answer);
    if (problem) emit('error', problem);
  };

  const onMessage = (message: ToHost | undefined) => {
    if (!message || !frame) return;
    const { type, ...detail } = message;
    if (type === 'hello') {
      clearTimeout(timer);
      hideFallback(true);
    } else if (type === 'want') {
      expectResult();
      begin();
    } else if (type === 'size') {
      // CSS limits keep the height within bounds, and the browser ignores an invalid one.
      frame.style.height = `${message.height}px`;
    } else {
      if (type === 'success') settle?.(undefined, message.result);
      if (type === 'error' && !message.retryable) settle?.(message);
      emit(type, detail as WidgetEvents[typeof type]);
    }
  };

  const giveUp = async () => {
    const failed = frame;
    const isFinal = !mayRetry || (await explain('LOAD_FAILED'));
    // Destroyed or reloaded meanwhile.
    if (failed !== frame) return;
    if (isFinal) fail('LOAD_FAILED', service);
    else load(false);
  };
  /** The frame must answer in time. */
  const wait = (ms = current.loadTimeoutMs ?? 10_000) => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, ms);
  };

  /**
   * The document is there: its form can be seen and typed into before its script has run. It knocks once, so a frame
   * that was reloaded or moved in the page gets a new port.
   */
  const onKnock = ({ source, origin, data }: MessageEvent) => {
    if (!frame || source !== frame.contentWindow || origin !== service) return;
    if (data?.v !== PROTOCOL_VERSION || data.type !== 'knock') return;
    frame.style.visibility = 'visible';
    frame.style.height = `${data.height}px`;
    const { port1, port2 } = new MessageChannel();
    port = port1;
    // Only pages in a secure context have this function, and the service shows its frame to no other.
    mount = crypto.randomUUID();
    port1.onmessage = ({ data }) => onMessage(readToHost(data, mount));
    // Posted to exactly the service's origin: if the frame has navigated elsewhere, the browser drops the message and
    // the port.
    (source as Window | null)?.postMessage(
      envelope({ type: 'connect', slot: +(frame.dataset.countersignMounted as string), ...look() }),
      service,
      [port2],
    );
    wait();
  };

  const load = (isFirst: boolean) => {
    mayRetry = isFirst;
    unload();
    const created = createFrame();
    frame = created;
    // A document that does not knock now is an error page, or the browser's own in its place.
    created.onload = () => port || wait(1_000);
    created.src = `${service}/widget/v1/frame?resource=${current.resource ?? ''}&origin=${origin}&look=${encodeURIComponent(JSON.stringify(look()))}`;
    addEventListener('message', onKnock);
    if (current.mode === 'popup') {
      // Loaded on demand, since few pages use it (the build sets the address): the window takes the place of the frame.
      import('./popup.ts').then(
        (late) => created === frame && late.offerPopup(created, target, emit),
        () => {
          if (created === frame) giveUp();
        },
      );
    } else {
      target.append(created);
      wait();
    }
  };

  const start = () => {
    if (!isLive) return;
    // A `javascript:` address would run in this page.
    if (service.startsWith('http') && current.resource) load(true);
    else fail('OPTIONS_INVALID');
  };

  const handle: WidgetHandle = {
    on(name, listener) {
      // A later widget on the same element fires events of the same names.
      const onEvent = (event: Event) => isLive && listener((event as CustomEvent).detail);
      target.addEventListener(`countersign:${name}`, onEvent);
      return () => target.removeEventListener(`countersign:${name}`, onEvent);
    },
    result: () => outcome,
    update(changes) {
      Object.assign(current, changes);
      post({ type: 'update', ...look() });
    },
    reset() {
      expectResult();
      if (frame) post({ type: 'reset' });
      else start();
    },
    focus() {
      frame?.focus();
      post({ type: 'focus' });
    },
    destroy() {
      if (isLive) delete target[HANDLE];
      isLive = false;
      unload();
      settle?.(errorOf('DESTROYED'));
    },
  };
  expectResult();
  target[HANDLE] = handle;
  // Start after the caller has the handle and can add listeners.
  queueMicrotask(start);
  return handle;
}

/**
 * An error on the page's side of the frame. With a message of its own it is an outage, otherwise a mistake in the
 * integration.
 */
function errorOf(code: string, message = code): WidgetError {
  return { code, message, retryable: message !== code, requestId: '' };
}

function resolveLazy<T>(value: MaybeLazy<T>): T | PromiseLike<T> {
  return typeof value === 'function' ? (value as () => T | PromiseLike<T>)() : value;
}
