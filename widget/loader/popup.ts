import type { WidgetError } from './options.ts';

/** Reports an event to the page. */
type Emit = (name: 'close' | 'error', detail?: WidgetError) => void;

/** Loaded only by pages that use `mode: 'popup'`. */
const POLL_INTERVAL_MS = 300;
const FEATURES = 'popup,width=480,height=720';

/**
 * Shows a button instead of the frame, which opens the sign-in in a window. The window knocks and is connected like a
 * frame.
 *
 * @param frame the frame it replaces. Never attached, it stands for the window: its `contentWindow` is the window, and
 * its `remove` ends everything
 */
export function offerPopup(frame: HTMLIFrameElement, target: HTMLElement, emit: Emit): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = frame.title;
  button.dataset.countersignMounted = '';
  button.style.cssText =
    'font:inherit;font-weight:600;min-height:48px;padding:0 24px;cursor:pointer;' +
    'color:#fff;background:#2447c8;border:1px solid transparent;border-radius:9px';
  const address = frame.src.replace('/frame?', '/popup?');
  let popup: Window | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  const close = () => {
    clearInterval(timer);
    popup?.close();
    popup = null;
  };
  /** The user may close the window, and this page's COOP may make the browser disconnect it. */
  const checkClosed = () => {
    if (!popup?.closed) return;
    close();
    // The knock of the window has made it visible.
    if (frame.style.visibility === 'visible') return emit('close');
    const code = 'POPUP_UNREACHABLE';
    emit('error', {
      code,
      message: 'Closed at once, or cut off by a policy of this page (COOP).',
      retryable: true,
      requestId: '',
    });
  };
  button.onclick = () => {
    if (popup) return popup.focus();
    frame.style.visibility = 'hidden';
    popup = window.open(address, '_blank', FEATURES);
    if (popup) timer = setInterval(checkClosed, POLL_INTERVAL_MS);
    else
      emit('error', {
        code: 'POPUP_BLOCKED',
        message: 'The browser opened no window.',
        retryable: true,
        requestId: '',
      });
  };
  target.addEventListener('countersign:success', close);
  Object.defineProperty(frame, 'contentWindow', { get: () => popup });
  frame.focus = () => button.focus();
  frame.remove = () => {
    close();
    target.removeEventListener('countersign:success', close);
    button.remove();
  };
  target.append(button);
}
