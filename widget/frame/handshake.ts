import { type ConnectMessage, PROTOCOL_VERSION, readConnect, type ToHost } from '@countersign/protocol/frame-protocol';

/** The page around the frame, once it has said who it is. */
export interface Host extends ConnectMessage {
  mount: string;
  /** Enforced by the browser: it delivered the message. */
  origin: string;
  port: MessagePort;
}

/** What a message must agree with, read from the frame's own surroundings. */
export interface HandshakeOptions {
  parent: unknown;
  /** The origin in the frame's address. It chose the `frame-ancestors` of this very document. */
  hintedOrigin: string | null;
  /** The nearest ancestor's origin, where the browser tells (Firefox does not). */
  ancestorOrigin: string | undefined;
}

/** The host if the message is its `connect`; anything else is dropped without an answer. */
export function hostOf(event: MessageEvent<unknown>, { parent, hintedOrigin, ancestorOrigin }: HandshakeOptions) {
  if (event.source !== parent || event.origin !== hintedOrigin || event.origin === 'null') return undefined;
  if (ancestorOrigin !== undefined && ancestorOrigin !== event.origin) return undefined;
  const port = event.ports[0];
  const message = readConnect(event.data);
  if (!message || !port || event.ports.length !== 1) return undefined;
  return { ...message, origin: event.origin, port } satisfies Host;
}

/** Waits for the one `connect`, and takes no second. */
export function awaitHost(window: Window, surroundings: HandshakeOptions): Promise<Host> {
  return new Promise((resolve) => {
    const hear = (event: MessageEvent) => {
      const host = hostOf(event, surroundings);
      if (!host) return;
      window.removeEventListener('message', hear);
      resolve(host);
    };
    window.addEventListener('message', hear);
  });
}

export function createPostMessage({ port, mount }: Host): (message: ToHost) => void {
  return (message) => port.postMessage({ v: PROTOCOL_VERSION, mount, ...message });
}
