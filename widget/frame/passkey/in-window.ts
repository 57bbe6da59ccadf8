import {
  type PasskeyFailure,
  type PasskeyWindowTask,
  WINDOW_READY,
  WINDOW_REQUEST,
  type WindowRequest,
  type WindowWords,
} from '@countersign/protocol/passkey-window';

const CLOSED_CHECK_MS = 400;

/**
 * Requests or creates a passkey in a window of the service, for frames that may not. It must be called in the user's
 * click, or the browser blocks the window. The window shares the frame's origin, and the response arrives through a
 * private port.
 */
export function runInWindow<Answer>(
  task: PasskeyWindowTask,
  words: WindowWords,
): Promise<Answer | { failure: PasskeyFailure }> {
  const opened = window.open('/widget/v1/passkey', '_blank', 'popup,width=460,height=560');
  if (!opened) return Promise.resolve({ failure: 'passkeyBlocked' });
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const end = (outcome: Answer | { failure: PasskeyFailure }) => {
      clearInterval(watch);
      window.removeEventListener('message', hear);
      port1.close();
      opened.close();
      resolve(outcome);
    };
    const hear = ({ source, origin, data }: MessageEvent) => {
      if (source !== opened || origin !== location.origin || Object(data).type !== WINDOW_READY) return;
      window.removeEventListener('message', hear);
      const message: WindowRequest = { type: WINDOW_REQUEST, ...task, words };
      opened.postMessage(message, location.origin, [port2]);
    };
    const watch = setInterval(() => opened.closed && end({ failure: 'passkeyCancelled' }), CLOSED_CHECK_MS);
    window.addEventListener('message', hear);
    port1.onmessage = ({ data }) => end(data as Answer);
  });
}
