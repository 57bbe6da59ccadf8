import type { PROTOCOL_VERSION } from '@countersign/protocol/frame-protocol';
import type { WidgetError } from './options.ts';

/** How the loader tells the page. */
type Emit = (name: 'close' | 'error', detail?: WidgetError) => void;

/** Its own file, loaded by pages that ask for `mode: 'popup'`. */
const v = 1 satisfies typeof PROTOCOL_VERSION;
const POLL_INTERVAL_MS = 300;
const FEATURES = 'popup,width=480,height=720';

/**
 * A button in the place of the frame; pressing it opens the sign-in in a window of its own. The window says when it is
 * there and is connected as a frame would be: by a port, sent to the service's exact origin. Nothing else that it posts
 * is heard.
 *
 * @param frame the one that would have been on the page. Never attached, it stands for the window: its `onload` makes the
 * connection, its `remove` ends everything
 */
export function offerPopup(frame: HTMLIFrameElement, target: HTMLElement, service: string, emit: Emit): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = frame.title;
  button.dataset.countersignMounted = '';
  button.style.cssText =
    'font:inherit;font-weight:600;min-height:48px;padding:0 24px;cursor:pointer;' +
    'color:#fff;background:#2447c8;border:1px solid transparent;border-radius:9px';
  const address = frame.src.replace('/frame?', '/popup?');
  let opened: Window | null = null;
  let hasKnocked = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  const close = () => {
    clearInterval(timer);
    opened?.close();
    opened = null;
  };
  /** The person may close the window, and the browser cuts the tie to it where this page's COOP says so. */
  const look = () => {
    if (!opened?.closed) return;
    close();
    if (hasKnocked) return emit('close');
    const code = 'POPUP_UNREACHABLE';
    emit('error', {
      code,
      message: 'Closed at once, or cut off by a policy of this page (COOP).',
      retryable: true,
      requestId: '',
    });
  };
  const hear = ({ source, origin, data }: MessageEvent) => {
    if (!opened || source !== opened || origin !== service || data?.v !== v || data.type !== 'knock') return;
    hasKnocked = true;
    frame.onload?.(new Event('load'));
  };

  button.onclick = () => {
    if (opened) return opened.focus();
    hasKnocked = false;
    opened = window.open(address, '_blank', FEATURES);
    if (opened) timer = setInterval(look, POLL_INTERVAL_MS);
    else
      emit('error', {
        code: 'POPUP_BLOCKED',
        message: 'The browser opened no window.',
        retryable: true,
        requestId: '',
      });
  };
  addEventListener('message', hear);
  target.addEventListener('countersign:success', close);
  Object.defineProperty(frame, 'contentWindow', { get: () => opened });
  frame.focus = () => button.focus();
  frame.remove = () => {
    close();
    removeEventListener('message', hear);
    target.removeEventListener('countersign:success', close);
    button.remove();
  };
  target.append(button);
}
