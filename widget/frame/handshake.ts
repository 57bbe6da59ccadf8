import { type ConnectMessage, PROTOCOL_VERSION, readConnect, type ToHost } from '@countersign/protocol/frame-protocol';

/** The embedding page, after its `connect` message. */
export interface Host extends ConnectMessage {
  mount: string;
  /** Trusted: the browser sets it on the message. */
  origin: string;
  port: MessagePort;
}

/** The facts about the frame that a message must match. */
export interface HandshakeOptions {
  parent: unknown;
  /** The origin in the frame's address, which the `frame-ancestors` of this document names. */
  hintedOrigin: string | null;
  /** The nearest ancestor's origin, if the browser exposes it (Firefox does not). */
  ancestorOrigin: string | undefined;
}

/** Returns the host if the message is its `connect`; any other message is dropped without an answer. */
export function hostOf(event: MessageEvent<unknown>, { parent, hintedOrigin, ancestorOrigin }: HandshakeOptions) {
  if (event.source !== parent || event.origin !== hintedOrigin || event.origin === 'null') return undefined;
  if (ancestorOrigin !== undefined && ancestorOrigin !== event.origin) return undefined;
  const port = event.ports[0];
  const message = readConnect(event.data);
  if (!message || !port || event.ports.length !== 1) return undefined;
  return { ...message, origin: event.origin, port } satisfies Host;
}

declare global {
  interface Window {
    /** What arrived before this script: messages, and whether the user has sent the first step. */
    early?: MessageEvent[] & { sent?: 1 };
  }
}

/** Waits for the first valid `connect`, which may have arrived before this script, and ignores any further one. */
export function awaitHost(window: Window, options: HandshakeOptions): Promise<Host> {
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent) => {
      const host = hostOf(event, options);
      if (!host) return;
      window.removeEventListener('message', onMessage);
      resolve(host);
    };
    window.addEventListener('message', onMessage);
    window.onmessage = null;
    window.early?.forEach(onMessage);
  });
}

export function createPostMessage({ port, mount }: Host): (message: ToHost) => void {
  return (message) => port.postMessage({ v: PROTOCOL_VERSION, mount, ...message });
}
